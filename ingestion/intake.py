"""Intake: land, register, decide, write raw, close the receipts, in that order (rules R1, R3, R4).

Whatever instant the process dies at, the next run finishes: bytes without a receipt are still
in their channel; receipts that are open are decided again under the same batch name; raw rows
without a submission in the ledger are overwritten by that batch.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from ingestion.batches import RAW_TABLES, write_raw
from ingestion.decisions import decide
from ingestion.erasure import erased_hashes, record_erasures, remove_erased
from ingestion.findings import Finding
from ingestion.landing import Landed
from ingestion.ledger_view import LedgerView
from ingestion.reading_ahead import ReadingAhead
from ingestion.unlanded import NOTE_FOLDER, StillChanging, land_or_note
from warehouse.errors import WriterBusy
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import SUBMISSIONS
from warehouse.locks import intake_lock
from warehouse.storage import check_free_space, sweep_unfinished

if TYPE_CHECKING:
    from plans.records import Plan
    from warehouse.settings import Settings

__all__ = ["Arrival", "ReceiptResult", "Taken", "finish_open_receipts", "receive", "take_in"]

LOG = logging.getLogger(__name__)
BATCH_SIZE = 500
"""Files registered and decided together: one Parquet file of each raw table for all of them."""


@dataclass(frozen=True)
class Taken:
    """An arrival that got its receipt; `was_read`: its bytes were taken, not only a note that they are there."""

    arrival: Arrival
    result: ReceiptResult
    was_read: bool


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
    return [taken.result for taken in receive(settings, engine, plans, arrivals, now)]


def receive(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    arrivals: Sequence[Arrival],
    now: dt.datetime,
) -> list[Taken]:
    """Take files in as `take_in` does, and tell the channel which of its arrivals got which receipt."""
    check_free_space(settings)
    taken: list[Taken] = []
    with intake_lock(settings):
        _recover(settings, engine, plans, now)
        for start in range(0, len(arrivals), BATCH_SIZE):
            taken += _take_batch(settings, engine, plans, arrivals[start : start + BATCH_SIZE], now)
    return taken


def finish_open_receipts(
    settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], now: dt.datetime
) -> list[ReceiptResult]:
    """Decide the receipts that a crash left open; nothing to do is the usual case."""
    with intake_lock(settings):
        return [result_of(decision) for decision in _recover(settings, engine, plans, now).values()]


def _recover(settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], now: dt.datetime) -> dict[str, Decision]:
    """Finish what an intake that was killed left behind: half-made copies, bytes to erase, open receipts."""
    for table in RAW_TABLES:
        sweep_unfinished(settings.raw / table)
    sweep_unfinished(settings.landing)
    for notes in settings.root.glob(f"{NOTE_FOLDER}*"):
        shutil.rmtree(notes)
    remove_erased(settings, engine)
    return _finish(settings, engine, plans, now)


def _take_batch(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    arrivals: Sequence[Arrival],
    now: dt.datetime,
) -> list[Taken]:
    erased = erased_hashes(engine)
    landed: list[tuple[Arrival, Landed]] = []
    reasons: list[Finding | None] = []
    for arrival in arrivals:
        try:
            safe, reason = land_or_note(settings, arrival, now, erased)
        except (FileNotFoundError, StillChanging):
            LOG.warning("a file vanished or changed while it was read (channel %s)", arrival.channel)
            continue
        landed.append((arrival, safe))
        reasons.append(reason)
    with transaction(engine) as connection:
        receipts = register(connection, landed, now)
        decisions = {
            receipt.receipt_id: _unopened(LedgerView(engine), receipt, reason)
            for receipt, reason in zip(receipts, reasons, strict=True)
            if reason is not None
        }
        for decision in decisions.values():
            _close(connection, decision, now)
    decisions |= _finish(settings, engine, plans, now)
    return [
        Taken(arrival, result_of(decisions[receipt.receipt_id]), was_read=reason is None)
        for (arrival, _), receipt, reason in zip(landed, receipts, reasons, strict=True)
    ]


def _unopened(view: LedgerView, receipt: Receipt, reason: Finding) -> Decision:
    """Close a receipt of something that was never opened; handed over again after a crash, it repeats the first."""
    sender = receipt.sender
    earlier = [one.receipt_id for one in view.earlier_receipts(receipt.sha256) if one.sender == sender]
    return Decision(
        receipt, outcome_of((reason,)), (reason,), plan_key=sender.plan_key, unit_code=sender.unit_code,
        duplicate_of=next(iter(earlier), None),
    )  # fmt: skip


def _finish(settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], now: dt.datetime) -> dict[str, Decision]:
    """Decide every open receipt, write raw, close them all in one transaction, then erase what may not be kept."""
    with engine.connect() as connection:
        receipts = open_receipts(connection)
    if not receipts:
        return {}
    view = LedgerView(engine)
    ahead = ReadingAhead(settings, receipts, view.decided_files())
    decisions = []
    for receipt in receipts:
        decision = decide(settings, view, plans, receipt, now, ahead.of(receipt))
        view.remember(decision)
        decisions.append(decision)
    with transaction(engine) as connection:
        _require_open(connection, receipts)
        write_raw(settings, decisions)
        for decision in decisions:
            _close(connection, decision, now)
        record_erasures(connection, now)
    remove_erased(settings, engine)
    return {decision.receipt.receipt_id: decision for decision in decisions}


def _require_open(connection: sa.Connection, receipts: Sequence[Receipt]) -> None:
    """Stop an intake that somebody has overtaken, before it writes anything (R6).

    The ledger's own write lock, held from here to the commit, is the fence: of two that decided the same
    receipts, whatever became of their lock file, the second finds them decided.
    """
    still_open = {receipt.receipt_id for receipt in open_receipts(connection)}
    overtaken = [receipt.receipt_id for receipt in receipts if receipt.receipt_id not in still_open]
    if overtaken:
        raise WriterBusy(
            f"Biên nhận {overtaken[0]} vừa được một lượt tiếp nhận khác xử lý: lượt này dừng, không ghi gì. "
            "Xem kết quả bằng lệnh: thuocdo receipts.",
            receipts=overtaken,
        )


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
