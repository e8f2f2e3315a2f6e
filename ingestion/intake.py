"""Intake: land, register, decide, write raw, close the receipts, in that order (rules R1, R3, R4).

Whatever instant the process dies at, the next run finishes: bytes without a receipt are still
in their channel; receipts that are open are decided again under the same batch name; raw rows
without a submission in the ledger are overwritten by that batch.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.arrivals import (
    Arrival,
    Decision,
    Receipt,
    ReceiptResult,
    close_receipt,
    open_receipts,
    outcome_of,
    register,
    result_of,
)
from ingestion.decisions import decide
from ingestion.findings import Finding, FindingRefused, finding
from ingestion.landing import Landed, land
from ingestion.ledger_view import LedgerView
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import SUBMISSIONS
from warehouse.locks import os_lock
from warehouse.raw import write_batch
from warehouse.storage import check_free_space

if TYPE_CHECKING:
    from plans.records import Plan
    from warehouse.settings import Settings

__all__ = ["Arrival", "ReceiptResult", "batch_name", "finish_open_receipts", "take_in"]

LOG = logging.getLogger(__name__)
BATCH_SIZE = 500
"""Files registered and decided together: one Parquet file of each raw table for all of them."""
STILL_CHANGING = "ARR-01"
RAW_TABLES = ("observations", "task_reports")


class _StillChanging(Exception):
    """The file changed while it was copied: it is not whole yet, and the next run takes it."""


def take_in(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    arrivals: Sequence[Arrival],
    now: dt.datetime,
) -> list[ReceiptResult]:
    """Take files in; every file that is still there gets a receipt, whatever it is.

    Receipts that an earlier run left open are finished first (their results are not returned).

    Args:
        settings: Settings.
        engine: Ledger.
        plans: Every plan by key.
        arrivals: Files in the order of their arrival; they are copied, never moved.
        now: The instant of receipt, UTC.

    Returns:
        One result for each file, in the order given; a file that is gone, or that still changes
        while it is copied, has none.

    Raises:
        StorageFull: no room; what was registered is finished by the next run.
        WriterBusy: another intake is running and did not end in time.
    """
    check_free_space(settings)
    results: list[ReceiptResult] = []
    with _intake_lock(settings):
        _finish(settings, engine, plans, now)
        for start in range(0, len(arrivals), BATCH_SIZE):
            results += _take_batch(settings, engine, plans, arrivals[start : start + BATCH_SIZE], now)
    return results


def finish_open_receipts(
    settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], now: dt.datetime
) -> list[ReceiptResult]:
    """Decide the receipts that a crash left open; nothing to do is the usual case."""
    with _intake_lock(settings):
        return [result_of(decision) for decision in _finish(settings, engine, plans, now).values()]


@contextmanager
def _intake_lock(settings: Settings) -> Iterator[None]:
    """Let one intake run at a time: revision numbers and batches follow from what the ledger holds."""
    busy = "Đang có một lượt tiếp nhận khác chạy. Hãy thử lại sau ít phút."
    with os_lock(settings, settings.path("intake.lock"), busy):
        yield


def _take_batch(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    arrivals: Sequence[Arrival],
    now: dt.datetime,
) -> list[ReceiptResult]:
    landed: list[tuple[Arrival, Landed]] = []
    reasons: list[Finding | None] = []
    for arrival in arrivals:
        try:
            safe, reason = _landed(settings, arrival, now)
        except (FileNotFoundError, _StillChanging):
            LOG.warning("a file vanished or changed while it was read (channel %s)", arrival.channel)
            continue
        landed.append((arrival, safe))
        reasons.append(reason)
    with transaction(engine) as connection:
        receipts = register(connection, landed, now)
        decisions = {
            receipt.receipt_id: _unopened(receipt, reason)
            for receipt, reason in zip(receipts, reasons, strict=True)
            if reason is not None
        }
        for decision in decisions.values():
            _close(connection, decision, now)
    decisions |= _finish(settings, engine, plans, now)
    return [result_of(decisions[receipt.receipt_id]) for receipt in receipts]


def _landed(settings: Settings, arrival: Arrival, now: dt.datetime) -> tuple[Landed, Finding | None]:
    """Land a file; what cannot be landed leaves a note in its place, so that it too gets a receipt."""
    try:
        if arrival.is_suspect:
            raise FindingRefused(finding("SEC-01", found="liên kết, liên kết cứng hoặc mục đặc biệt"))
        return land(settings, arrival.path, now), None
    except FindingRefused as refusal:
        if refusal.finding.code == STILL_CHANGING:
            raise _StillChanging from refusal
        note = {"code": refusal.finding.code, "name": arrival.original_name, "noted_at": instant(now)}
        with tempfile.TemporaryDirectory(dir=settings.root, prefix=".note-") as folder:
            path = Path(folder) / "note.json"
            path.write_text(json.dumps(note, sort_keys=True), encoding="utf-8")
            return land(settings, path, now), refusal.finding


def _unopened(receipt: Receipt, reason: Finding) -> Decision:
    """Close a receipt of something that was never opened."""
    sender = receipt.sender
    outcome = "quarantined" if reason.severity != "error" else outcome_of((reason,))
    return Decision(receipt, outcome, (reason,), plan_key=sender.plan_key, unit_code=sender.unit_code)


def _finish(settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], now: dt.datetime) -> dict[str, Decision]:
    """Decide every open receipt, write raw, then close them all in one transaction."""
    with engine.connect() as connection:
        receipts = open_receipts(connection)
    view = LedgerView(engine)
    decisions = []
    for receipt in receipts:
        decision = decide(settings, view, plans, receipt, now)
        view.remember(decision)
        decisions.append(decision)
    if not decisions:
        return {}
    _write_raw(settings, decisions)
    with transaction(engine) as connection:
        for decision in decisions:
            _close(connection, decision, now)
    return {decision.receipt.receipt_id: decision for decision in decisions}


def _write_raw(settings: Settings, decisions: Sequence[Decision]) -> None:
    """Write the rows of all accepted forms, before the ledger says that they are accepted.

    The batch is named after all the receipts decided together. Should the process die before
    the ledger is written, exactly these receipts are still open, and the next run writes the
    same batch again.
    """
    batch = batch_name([decision.receipt for decision in decisions])
    for table in RAW_TABLES:
        rows = [row for decision in decisions for row in decision.rows.get(table, [])]
        if rows:
            write_batch(settings, table, batch, rows)


def batch_name(receipts: Sequence[Receipt]) -> str:
    """Name a batch after its receipts; names sort by the time of receipt."""
    first = min(receipt.received_at for receipt in receipts)
    ids = ",".join(sorted(receipt.receipt_id for receipt in receipts))
    return f"intake-{first:%Y%m%dT%H%M%S}-{hashlib.sha256(ids.encode()).hexdigest()[:12]}"


def _close(connection: sa.Connection, decision: Decision, now: dt.datetime) -> None:
    receipt = decision.receipt
    close_receipt(connection, decision, now)
    if decision.is_accepted:
        connection.execute(
            sa.insert(SUBMISSIONS).values(
                submission_id=decision.submission_id,
                receipt_id=receipt.receipt_id,
                sha256=receipt.sha256,
                plan_key=decision.plan_key,
                unit_code=decision.unit_code,
                form_code=decision.form_code,
                period=decision.period,
                revision=decision.revision,
                cells_filled=decision.cells_filled,
                accepted_at=instant(now),
                content_hash=decision.content_hash,
            )
        )
    audit(
        connection,
        at=now,
        actor=receipt.channel,
        action="receipt_decided",
        subject=receipt.receipt_id,
        sha256=receipt.sha256,
        outcome=decision.outcome,
        submission_id=decision.submission_id if decision.is_accepted else None,
        codes=sorted({found.code for found in decision.findings}),
    )
