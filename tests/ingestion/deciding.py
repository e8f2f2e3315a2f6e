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
from ingestion.ledger_view import LedgerView
from warehouse.ledger import open_ledger
from warehouse.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingestion.arrivals import Decision
    from plans.records import Plan

IN_TIME = dt.datetime(2026, 6, 15, 3, tzinfo=dt.UTC)
"""Inside the time in which the form of June 2026 may be handed in."""


@dataclass(frozen=True)
class Desk:
    """Where uploads are decided one by one; nothing stays behind."""

    settings: Settings
    plans: Mapping[str, Plan]
    ledger: LedgerView

    def decide(self, name: str, content: bytes) -> Decision:
        """Land the bytes, decide them, and take them away again."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = landed_path(self.settings, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        receipt = Receipt("R000000000000", sha256, name, "command", Sender(), IN_TIME)
        try:
            return decide(self.settings, self.ledger, self.plans, receipt, IN_TIME)
        finally:
            path.unlink()


def open_desk(folder: Path, plans: Mapping[str, Plan]) -> Desk:
    """Open a desk with an empty ledger."""
    settings = Settings(home=folder, free_space_mib=0)
    return Desk(settings, plans, LedgerView(open_ledger(settings)))
