"""Read the files of a batch of receipts ahead, on several lanes, in the order in which they will be decided."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ingestion.cage import shared_cage
from ingestion.landing import landed_path
from ingestion.reading import Reading, read_batch

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ingestion.arrivals import Receipt
    from warehouse.settings import Settings


class ReadingAhead:
    """Readings of bytes that nobody has decided yet; what may be a repetition is read only when it must be."""

    def __init__(self, settings: Settings, receipts: Sequence[Receipt], decided: Collection[str]) -> None:
        """Start reading; `decided` are the sha256 of files that have a decided receipt."""
        seen = set(decided)
        fresh = []
        for receipt in receipts:
            if receipt.sha256 not in seen:
                fresh.append(receipt)
                seen.add(receipt.sha256)
        self._expected = deque(receipt.receipt_id for receipt in fresh)
        files = [(landed_path(settings, receipt.sha256), receipt.original_name) for receipt in fresh]
        self._coming = read_batch(shared_cage(), files)

    def of(self, receipt: Receipt) -> Reading | None:
        """Return the reading of a receipt, asked for in the order of the receipts; None if it was not read ahead."""
        if not self._expected or self._expected[0] != receipt.receipt_id:
            return None
        self._expected.popleft()
        return next(self._coming)
