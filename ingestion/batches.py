"""Raw batches of forms: the rows of all receipts that were decided together, under one name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from warehouse.raw import remove_batch, write_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.arrivals import Decision, Receipt
    from warehouse.settings import Settings

RAW_TABLES = ("observations", "task_reports")


def write_raw(settings: Settings, decisions: Sequence[Decision]) -> None:
    """Write the rows of all accepted forms, before the ledger says that they are accepted.

    The batch is named after all the receipts decided together. Should the process die before
    the ledger is written, exactly these receipts are still open, and the next run writes the
    same batch again, or removes it where it decides otherwise (a period locked in between).
    """
    batch = batch_name([decision.receipt for decision in decisions])
    for table in RAW_TABLES:
        rows = [row for decision in decisions for row in decision.rows.get(table, [])]
        if rows:
            write_batch(settings, table, batch, rows)
        else:
            remove_batch(settings, table, batch)


def batch_name(receipts: Sequence[Receipt]) -> str:
    """Name a batch after its receipts; names sort by the time of receipt."""
    first = min(receipt.received_at for receipt in receipts)
    ids = ",".join(sorted(receipt.receipt_id for receipt in receipts))
    return f"intake-{first:%Y%m%dT%H%M%S}-{hashlib.sha256(ids.encode()).hexdigest()[:12]}"
