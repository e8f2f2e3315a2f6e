"""Synthetic letters for demonstration and drills: filled forms with planted faults and an answer key."""

from ingestion.sample.letters import Letter, read_letters
from ingestion.sample.posting import deliver_due_letters
from ingestion.sample.preparing import prepare_letters

__all__ = ["Letter", "deliver_due_letters", "prepare_letters", "read_letters"]
