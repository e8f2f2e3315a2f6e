"""Make the raw layer again from landing and ledger (design 2.1): the tested way back after any loss.

Every accepted submission is read again from its landed bytes (several in one child: they were
accepted before) and must give the very content that was accepted; a difference stops the rebuild.
Files in raw that nothing accounts for go.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingestion.arrivals import Decision, receipt_of_row
from ingestion.cage import shared_cage
from ingestion.decisions import raw_rows
from ingestion.forms.reading.read import read_form
from ingestion.gate import claimed_kind
from ingestion.landing import landed_path
from ingestion.portal.records import read_portals
from ingestion.portal.store import rebuild_batches
from ingestion.reading import read_accepted
from warehouse.errors import ReconciliationFailed
from warehouse.ledger import from_instant
from warehouse.ledger_tables import RECEIPTS, SUBMISSIONS
from warehouse.locks import intake_lock
from warehouse.raw import batch_path, batches, renew_tables, write_batch
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingestion.arrivals import Receipt
    from ingestion.cage import CagedFile
    from plans.records import Plan
    from warehouse.settings import Settings

BATCH_SIZE = 500
TABLES = ("observations", "task_reports")


def rebuild_raw(settings: Settings, ledger: sa.Engine, plans: Mapping[str, Plan]) -> int:
    """Write all raw batches of forms and dossiers again; returns the number of rows.

    Raises:
        ReconciliationFailed: a landed file no longer gives what was accepted from it.
        WriterBusy: an intake is running.
    """
    with intake_lock(settings):  # a batch that an intake writes meanwhile would be swept as unknown
        return _rebuild(settings, ledger, plans)


def _rebuild(settings: Settings, ledger: sa.Engine, plans: Mapping[str, Plan]) -> int:
    query = (
        sa.select(RECEIPTS, *(SUBMISSIONS.c[name] for name in ("accepted_at", "content_hash", "cells_filled")))
        .join(SUBMISSIONS, SUBMISSIONS.c.receipt_id == RECEIPTS.c.receipt_id)
        .order_by(SUBMISSIONS.c.accepted_at, RECEIPTS.c.receipt_id)
    )
    with ledger.connect() as connection:
        accepted = connection.execute(query).all()
    written = 0
    kept: dict[str, set[str]] = {table: set() for table in TABLES}
    for start in range(0, len(accepted), BATCH_SIZE):
        written += _write_batch(settings, plans, accepted[start : start + BATCH_SIZE], kept)
    for table in TABLES:
        for name in set(batches(settings, table)) - kept[table]:
            batch_path(settings, table, name).unlink()
    written += rebuild_batches(settings, ledger, read_portals(settings.portals_folder))
    renew_tables(settings)
    return written


def _write_batch(
    settings: Settings, plans: Mapping[str, Plan], accepted: Sequence[sa.Row[Any]], kept: dict[str, set[str]]
) -> int:
    ids = ",".join(row.receipt_id for row in accepted)
    name = f"rebuilt-{hashlib.sha256(ids.encode()).hexdigest()[:12]}"
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    contents = read_accepted(shared_cage(), [_landed(settings, receipt_of_row(row)) for row in accepted])
    for row, content in zip(accepted, contents, strict=True):
        for table, found in _rows_of(plans, row, content).items():
            rows[table] += found
    written = 0
    for table, of_table in rows.items():
        if of_table:
            written += write_batch(settings, table, name, of_table)
            kept[table].add(name)
    return written


def _landed(settings: Settings, receipt: Receipt) -> tuple[Path, str]:
    """Return an accepted file with its kind, its bytes being the very ones that were accepted."""
    path = landed_path(settings, receipt.sha256)
    if not path.exists() or sha256_of(path) != receipt.sha256:
        raise ReconciliationFailed(
            f"Biên nhận {receipt.receipt_id}: tệp gốc bị mất hoặc hỏng. Kho cũ vẫn dùng được; hãy khôi phục từ bản sao "
            "lưu (`thuocdo backup restore`) rồi dựng lại.",
            receipt_id=receipt.receipt_id,
        )
    kind = claimed_kind(receipt.original_name)
    if kind is None:
        raise _differs(receipt)
    return path, kind


def _rows_of(plans: Mapping[str, Plan], row: sa.Row[Any], content: CagedFile) -> dict[str, list[dict[str, Any]]]:
    """Judge one accepted file again as it was judged when it came."""
    receipt = receipt_of_row(row)
    parsed = read_form(content, plans, receipt.sender)
    if parsed.content_hash != row.content_hash:
        raise _differs(receipt)
    decision = Decision(
        receipt=receipt,
        outcome=row.outcome,
        plan_key=row.plan_key,
        unit_code=row.unit_code,
        form_code=row.form_code,
        period=row.period,
        revision=row.revision,
        content_hash=row.content_hash,
        cells_filled=row.cells_filled,
    )
    return raw_rows(decision, parsed, from_instant(row.accepted_at))


def _differs(receipt: Receipt) -> ReconciliationFailed:
    return ReconciliationFailed(
        f"Biên nhận {receipt.receipt_id}: đọc lại tệp gốc cho nội dung khác với khi nhận (tệp kế hoạch hoặc cách "
        "đọc đã đổi). Kho cũ vẫn dùng được; hãy báo người quản trị trước khi dựng lại.",
        receipt_id=receipt.receipt_id,
    )
