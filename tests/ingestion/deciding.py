"""Decide one upload as intake does (gate, cage, form), with a ledger that knows nothing yet."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.arrivals import Receipt
from ingestion.decisions import decide
from ingestion.forms.records import Sender
from ingestion.landing import landed_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.arrivals import Decision
    from plans.records import Plan
    from warehouse.settings import Settings

IN_TIME = dt.datetime(2026, 6, 15, 3, tzinfo=dt.UTC)
"""Inside the time in which the form of June 2026 may be handed in."""


class EmptyLedger:
    """Answers every question of a decision with 'not known'."""

    def earlier_receipts(self, _sha256: str) -> tuple[()]:
        return ()

    def standing(self, _key: tuple[str, str, str]) -> None:
        return None

    def lock_of(self, _plan_key: str, _period: str) -> None:
        return None

    def due_at(self, _form_id: str) -> None:
        return None


@dataclass(frozen=True)
class Desk:
    """Where uploads are decided one by one; nothing stays behind."""

    settings: Settings
    plans: Mapping[str, Plan]

    def decide(self, name: str, content: bytes) -> Decision:
        """Land the bytes, decide them, and take them away again."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = landed_path(self.settings, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        receipt = Receipt("R000000000000", sha256, name, "command", Sender(), IN_TIME)
        try:
            return decide(self.settings, EmptyLedger(), self.plans, receipt, IN_TIME)  # type: ignore[arg-type]
        finally:
            path.unlink()
