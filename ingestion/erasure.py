"""Erase the bytes of files in which personal data was found: the one audited exception to "landing is immutable".

Law 91/2025/QH15 leaves no room for keeping them (domain facts 6; rule R2). What was handed in stays told:
receipt, finding (which names the cell and the kind of data, never the value), sha256, and the erasure.

The erasure is noted in the transaction that closes the receipt, then the file goes. A crash in
between leaves a file that the ledger calls erased; the next intake removes it first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.landing import landed_path
from warehouse.ledger import audit, instant
from warehouse.ledger_tables import ERASURES, FINDINGS, RECEIPTS, SUBMISSIONS
from warehouse.storage import sync_folder

if TYPE_CHECKING:
    import datetime as dt

    from ingestion.arrivals import ReceiptResult
    from warehouse.settings import Settings

ERASING = frozenset({"PII-01"})
"""Findings after which the bytes may not be kept."""
ACTOR = "intake"


def record_erasures(connection: sa.Connection, now: dt.datetime) -> None:
    """Note which files must go: refused with a finding of `ERASING`, and behind no accepted submission."""
    refused = (
        sa.select(RECEIPTS.c.sha256, sa.func.min(FINDINGS.c.code).label("reason"))
        .join(FINDINGS, FINDINGS.c.receipt_id == RECEIPTS.c.receipt_id)
        .where(
            FINDINGS.c.code.in_(ERASING),
            RECEIPTS.c.sha256.not_in(sa.select(ERASURES.c.sha256)),
            RECEIPTS.c.sha256.not_in(sa.select(SUBMISSIONS.c.sha256)),
        )
        .group_by(RECEIPTS.c.sha256)
        .order_by(RECEIPTS.c.sha256)
    )
    for row in connection.execute(refused).all():
        connection.execute(sa.insert(ERASURES).values(**row._mapping, erased_at=instant(now)))
        audit(connection, at=now, actor=ACTOR, action="file_erased", subject=row.sha256, reason=row.reason)


def erased_hashes(engine: sa.Engine) -> frozenset[str]:
    """Return the sha256 of everything that was erased: bytes that are not kept again."""
    with engine.connect() as connection:
        return frozenset(connection.scalars(sa.select(ERASURES.c.sha256)))


def is_erased(result: ReceiptResult) -> bool:
    """Whether the bytes behind a result may not be kept, so that their channel must let go of them too."""
    return any(found.code in ERASING for found in result.findings)


def remove_erased(settings: Settings, engine: sa.Engine) -> None:
    """Remove from landing what the ledger calls erased; nothing to do is the usual case."""
    for sha256 in sorted(erased_hashes(engine)):
        path = landed_path(settings, sha256)
        if path.exists():
            path.unlink()
            sync_folder(path.parent)
