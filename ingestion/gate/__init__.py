"""The gate: what an upload's bytes give away before any reader sees them (reliability 3b, M4, M5)."""

from ingestion.gate.inspection import GateVerdict, claimed_kind, inspect

__all__ = ["GateVerdict", "claimed_kind", "inspect"]
