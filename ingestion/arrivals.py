"""What arrives and what became of it: arrivals, receipts, decisions, and their rows in the ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from ingestion.findings import Finding
from ingestion.forms.reading.personal import without_personal_data
from ingestion.forms.records import Sender
from ingestion.normalise.names import escape_name
from warehouse.ledger import from_instant, instant
from warehouse.ledger_tables import FILES, FINDINGS, RECEIPTS

if TYPE_CHECKING:
    from ingestion.landing import Landed

OPEN = "received"
ACCEPTED = ("accepted", "accepted_with_warnings")
QUARANTINING = frozenset({"ARR-01", "ARR-05", "SEC-01", "SEC-19", "SEC-20", "SYS-01"})
"""Findings after which a person must look at the file: its sender cannot mend it alone, or meant no good."""
MESSAGES = {
    "accepted": "Đã nhận.",
    "accepted_with_warnings": "Đã nhận; có điểm cần xem lại.",
    "rejected": "Chưa nhận: hãy sửa các điểm được nêu rồi gửi lại.",
    "duplicate": "Đã có: tệp hoặc nội dung này đã được nhận trước đó.",
    "quarantined": "Đã cách ly: người phụ trách sẽ kiểm tra tệp này.",
}


@dataclass(frozen=True)
class Arrival:
    """A file that a channel hands over; the sender is whom the channel knows, not whom the file names.

    `refused`: why the channel would not have it opened (no plain file, never finished);
    `version`: what changes whenever the thing in the channel may have, where the channel knows it.
    """

    path: Path
    original_name: str
    channel: str
    sender_plan_key: str | None = None
    sender_unit_code: str | None = None
    refused: Finding | None = None
    version: str = ""

    @property
    def sender(self) -> Sender:
        """Whom the channel knows the file to be from."""
        return Sender(self.sender_plan_key, self.sender_unit_code)


@dataclass(frozen=True)
class Receipt:
    """A registered arrival: its bytes are safe and its receipt is in the ledger."""

    receipt_id: str
    sha256: str
    original_name: str
    channel: str
    sender: Sender
    received_at: dt.datetime


@dataclass(frozen=True)
class Decision:
    """What became of a receipt; `rows` are the raw rows of an accepted form, by raw table."""

    receipt: Receipt
    outcome: str
    findings: tuple[Finding, ...] = ()
    plan_key: str | None = None
    unit_code: str | None = None
    form_code: str | None = None
    period: str | None = None
    revision: int | None = None
    duplicate_of: str | None = None
    content_hash: str | None = None
    cells_filled: int = 0
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def is_accepted(self) -> bool:
        """Whether the form became a submission."""
        return self.outcome in ACCEPTED

    @property
    def submission_id(self) -> str:
        """Id of the submission that an accepted receipt becomes."""
        return submission_id_of(self.receipt.receipt_id)


class FindingRecord(BaseModel):
    """One finding as `submit --json` prints it (design 4.3)."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: str
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None
    message: str


class ReceiptResult(BaseModel):
    """What the sender is told, as `submit --json` prints it (design 4.3)."""

    model_config = ConfigDict(frozen=True)

    file: str
    receipt_id: str
    sha256: str
    outcome: str
    plan_key: str | None
    unit_code: str | None
    period: str | None
    revision: int | None
    findings: tuple[FindingRecord, ...]
    message: str


def receipt_id_of(sha256: str, channel: str, sender: Sender, received_at: dt.datetime) -> str:
    """Return the id of a receipt; the same arrival at the same instant has the same id."""
    parts = (sha256, channel, sender.plan_key or "", sender.unit_code or "", instant(received_at))
    return "R" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]


def submission_id_of(receipt_id: str) -> str:
    """Return the id of the submission that a receipt becomes when it is accepted."""
    return "S" + receipt_id[1:]


def outcome_of(findings: Iterable[Finding]) -> str:
    """Return the outcome that findings lead to: quarantined, rejected, accepted with or without warnings."""
    severities = {found.severity for found in findings}
    if "error" in severities:
        return "quarantined" if QUARANTINING & {found.code for found in findings} else "rejected"
    return "accepted_with_warnings" if "warning" in severities else "accepted"


def register(connection: sa.Connection, arrivals: Sequence[tuple[Arrival, Landed]], now: dt.datetime) -> list[Receipt]:
    """Write files and open receipts of what has landed; each gets its own instant, microseconds apart.

    Receipts of one call, and of calls under a stopped clock, would else share one instant and
    have no order; revisions need an order.
    """
    start = _free_instant(connection, now)
    receipts = []
    for position, (arrival, landed) in enumerate(arrivals):
        received_at = start + dt.timedelta(microseconds=position)
        receipt = Receipt(
            receipt_id=receipt_id_of(landed.sha256, arrival.channel, arrival.sender, received_at),
            sha256=landed.sha256,
            original_name=escape_name(without_personal_data(arrival.original_name)),
            channel=arrival.channel,
            sender=arrival.sender,
            received_at=received_at,
        )
        _insert_file(connection, landed, now)
        _insert_receipt(connection, receipt)
        receipts.append(receipt)
    return receipts


def _free_instant(connection: sa.Connection, now: dt.datetime) -> dt.datetime:
    soon = now + dt.timedelta(seconds=1)
    latest = connection.scalar(
        sa.select(sa.func.max(RECEIPTS.c.received_at)).where(
            RECEIPTS.c.received_at >= instant(now), RECEIPTS.c.received_at < instant(soon)
        )
    )
    return now if latest is None else from_instant(latest) + dt.timedelta(microseconds=1)


def _insert_file(connection: sa.Connection, landed: Landed, now: dt.datetime) -> None:
    known = connection.scalar(sa.select(FILES.c.sha256).where(FILES.c.sha256 == landed.sha256))
    if known is None:
        connection.execute(
            sa.insert(FILES).values(sha256=landed.sha256, size_bytes=landed.size, landed_at=instant(now))
        )


def _insert_receipt(connection: sa.Connection, receipt: Receipt) -> None:
    connection.execute(
        sa.insert(RECEIPTS).values(
            receipt_id=receipt.receipt_id,
            sha256=receipt.sha256,
            original_name=receipt.original_name,
            channel=receipt.channel,
            sender_plan_key=receipt.sender.plan_key,
            sender_unit_code=receipt.sender.unit_code,
            received_at=instant(receipt.received_at),
            outcome=OPEN,
        )
    )


def receipt_of_row(row: Any) -> Receipt:
    """Return a receipt from its ledger row."""
    return Receipt(
        receipt_id=row.receipt_id,
        sha256=row.sha256,
        original_name=row.original_name,
        channel=row.channel,
        sender=Sender(row.sender_plan_key, row.sender_unit_code),
        received_at=from_instant(row.received_at),
    )


def open_receipts(connection: sa.Connection) -> list[Receipt]:
    """Return the receipts that are not decided yet, in the order of arrival."""
    rows = connection.execute(
        sa.select(RECEIPTS).where(RECEIPTS.c.outcome == OPEN).order_by(RECEIPTS.c.received_at, RECEIPTS.c.receipt_id)
    )
    return [receipt_of_row(row) for row in rows]


def close_receipt(connection: sa.Connection, decision: Decision, now: dt.datetime) -> None:
    """Write a decision into its receipt, with its findings."""
    connection.execute(
        sa.update(RECEIPTS)
        .where(RECEIPTS.c.receipt_id == decision.receipt.receipt_id)
        .values(
            outcome=decision.outcome,
            duplicate_of=decision.duplicate_of,
            plan_key=decision.plan_key,
            unit_code=decision.unit_code,
            form_code=decision.form_code,
            period=decision.period,
            revision=decision.revision,
            decided_at=instant(now),
        )
    )
    for number, found in enumerate(decision.findings, start=1):
        connection.execute(
            sa.insert(FINDINGS).values(receipt_id=decision.receipt.receipt_id, finding_no=number, **asdict(found))
        )


def stored_findings(connection: sa.Connection, receipt_id: str) -> tuple[Finding, ...]:
    """Return the findings of a decided receipt as they were told."""
    rows = connection.execute(
        sa.select(FINDINGS).where(FINDINGS.c.receipt_id == receipt_id).order_by(FINDINGS.c.finding_no)
    ).all()
    return tuple(
        Finding(row.code, row.severity, row.message, row.sheet, row.cell, row.found, row.expected) for row in rows
    )


def result_of(decision: Decision) -> ReceiptResult:
    """Return what the sender is told about a decision."""
    return ReceiptResult(
        file=decision.receipt.original_name,
        receipt_id=decision.receipt.receipt_id,
        sha256=decision.receipt.sha256,
        outcome=decision.outcome,
        plan_key=decision.plan_key,
        unit_code=decision.unit_code,
        period=decision.period,
        revision=decision.revision,
        findings=tuple(FindingRecord(**asdict(found)) for found in decision.findings),
        message=MESSAGES[decision.outcome],
    )
