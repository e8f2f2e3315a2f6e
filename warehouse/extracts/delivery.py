"""Approve and deliver packages: stored once, sent at least once, accepted once (reliability R12, F61, F62).

The province's folder is `outbox/`; its answer is `outbox/receipts/<export_id>.receipt.json`
with the sha256 of the zip that it read. Only that receipt makes a package `received`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.errors import ReconciliationFailed, SourceContractBroken, UsageError
from warehouse.extracts.manifest import MANIFEST, digest
from warehouse.extracts.registry import (
    APPROVED,
    PREPARED,
    RECEIVED,
    REFUSED,
    SENT,
    Extract,
    ExtractRecord,
    Which,
    change_state,
    extract_of,
    find_extract,
    revisions_of,
)
from warehouse.extracts.store import extract_slot, folder_of, write_zip, zip_of
from warehouse.extracts.verify import verify_extract
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import OUTBOX
from warehouse.storage import sha256_of, write_durably

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings

RECEIPT_LIMIT = 64 * 1024
SENDER = "thuocdo"
ANSWERED = {RECEIVED, REFUSED}


class ProvincialReceipt(BaseModel):
    """The province's answer to one package."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    export_id: str
    zip_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="sha256 of the zip as the province read it")
    outcome: Literal["received", "refused"] = "received"
    reason: str | None = Field(default=None, max_length=2000)


@dataclass(frozen=True)
class Delivery:
    """Where a package stands on its way; `is_sent_now` when this call copied it to the outbox."""

    export_id: str
    state: str
    attempts: int
    sent_at: str | None
    received_at: str | None
    outbox_file: Path
    zip_sha256: str
    is_sent_now: bool


def approve_extract(settings: Settings, ledger: sa.Engine, which: Which, by: str, now: dt.datetime) -> Extract:
    """Approve a prepared package and so lock its period (`registry.locking_export`); approving again changes nothing.

    Raises UsageError for a nameless approver, an unknown or refused package, or one that a
    newer revision has replaced; ReconciliationFailed when the files are not what was prepared.
    """
    if not by.strip():
        raise UsageError("Phải ghi rõ người duyệt (--by) khi duyệt gói trích xuất.")
    record = find_extract(ledger, which)
    if record.state in {APPROVED, SENT, RECEIVED}:
        return extract_of(settings, record)
    _refuse_replaced(ledger, record)
    if record.state == REFUSED:
        raise UsageError(f"Gói {record.export_id} đã bị tỉnh từ chối. Hãy sửa số liệu rồi tạo bản mới.")
    _check_files(settings, record)
    with transaction(ledger) as connection:
        values = {"state": APPROVED, "approved_at": instant(now), "approved_by": by}
        if change_state(connection, record.export_id, [PREPARED], **values):
            told = {"manifest_sha256": record.manifest_sha256, "plan_key": record.plan_key, "period": record.period}
            audit(connection, at=now, actor=by, action="approve_extract", subject=record.export_id, **told)
    return extract_of(settings, find_extract(ledger, record.export_id))


def deliver_extract(settings: Settings, ledger: sa.Engine, which: Which, now: dt.datetime) -> Delivery:
    """Send an approved package and read the province's receipt; safe to repeat until it is received.

    Raises UsageError for a package that nobody approved, ReconciliationFailed when its files
    changed since, SourceContractBroken for a receipt that is not about exactly these bytes
    (the package then stays `sent`).
    """
    record = find_extract(ledger, which)
    if record.state == PREPARED:
        raise UsageError(
            f"Gói {record.export_id} chưa được duyệt nên không gửi. Hãy chạy `thuocdo extract approve` trước.",
            export_id=record.export_id,
        )
    if record.state in ANSWERED:
        return _delivery(settings, record, str(record.receipt_digest), is_sent_now=False)
    with extract_slot(settings):
        _check_files(settings, record)
        content = write_zip(folder_of(settings, record.export_id), zip_of(settings, record.export_id))
        _queue(ledger, record, digest(content), now)
        is_sent_now = _send(settings, ledger, record.export_id, content, now)
        _read_receipt(settings, ledger, record.export_id, digest(content), now)
    return _delivery(settings, find_extract(ledger, record.export_id), digest(content), is_sent_now=is_sent_now)


def _delivery(settings: Settings, record: ExtractRecord, zip_sha256: str, *, is_sent_now: bool) -> Delivery:
    return Delivery(
        export_id=record.export_id,
        state=record.state,
        attempts=record.attempts,
        sent_at=record.sent_at,
        received_at=record.received_at,
        outbox_file=_outbox_file(settings, record.export_id),
        zip_sha256=zip_sha256,
        is_sent_now=is_sent_now,
    )


def _refuse_replaced(ledger: sa.Engine, record: ExtractRecord) -> None:
    newest = revisions_of(ledger, record.plan_key, record.period)[-1]
    if newest.export_id != record.export_id:
        raise UsageError(
            f"Gói {record.export_id} đã có bản mới hơn là {newest.export_id}. Hãy duyệt bản mới hơn.",
            export_id=record.export_id,
            newest=newest.export_id,
        )


def _check_files(settings: Settings, record: ExtractRecord) -> None:
    """See that the files on disk are the ones that were prepared."""
    folder = folder_of(settings, record.export_id)
    problems = verify_extract(folder, is_zip_checked=False)
    if not problems and sha256_of(folder / MANIFEST) != record.manifest_sha256:
        problems = [f"{MANIFEST}: khác bản kê đã ghi trong sổ cái."]
    if problems:
        raise ReconciliationFailed(
            f"Gói {record.export_id} không còn nguyên vẹn nên không duyệt, không gửi: {' '.join(problems)} "
            "Hãy chạy lại `thuocdo extract create` để ghi lại gói từ kho dữ liệu.",
            export_id=record.export_id,
            problems=problems,
        )


def _queue(ledger: sa.Engine, record: ExtractRecord, zip_sha256: str, now: dt.datetime) -> None:
    """Write the outbox row before anything is sent, so that a killed sender is known to have begun."""
    with transaction(ledger) as connection:
        known = connection.execute(sa.select(OUTBOX.c.export_id).where(OUTBOX.c.export_id == record.export_id)).first()
        if known is None:
            connection.execute(sa.insert(OUTBOX).values(export_id=record.export_id, queued_at=instant(now), attempts=0))
            audit(
                connection, at=now, actor=SENDER, action="queue_extract", subject=record.export_id,
                zip_sha256=zip_sha256,
            )  # fmt: skip


def _send(settings: Settings, ledger: sa.Engine, export_id: str, content: bytes, now: dt.datetime) -> bool:
    """Copy the zip to the outbox unless these bytes are there or were acknowledged; returns whether it was copied."""
    record = find_extract(ledger, export_id)
    target = _outbox_file(settings, export_id)
    is_there = target.is_file() and sha256_of(target) == digest(content)
    if record.state in ANSWERED or (record.state == SENT and is_there):
        return False
    if not is_there:
        write_durably(target, lambda handle: handle.write(content))
    with transaction(ledger) as connection:
        # `attempts` counts copies; a copy whose row a kill kept from being written is counted now.
        connection.execute(
            sa.update(OUTBOX)
            .where(OUTBOX.c.export_id == export_id)
            .values(attempts=OUTBOX.c.attempts + 1, sent_at=instant(now))
        )
        change_state(connection, export_id, [APPROVED, SENT], state=SENT)
        audit(connection, at=now, actor=SENDER, action="send_extract", subject=export_id, zip_sha256=digest(content))
    return not is_there


def _read_receipt(settings: Settings, ledger: sa.Engine, export_id: str, zip_sha256: str, now: dt.datetime) -> None:
    path = settings.path("outbox", "receipts", f"{export_id}.receipt.json")
    if not path.is_file() or find_extract(ledger, export_id).state != SENT:
        return
    receipt = _parsed(path)
    if receipt.export_id != export_id or receipt.zip_sha256 != zip_sha256:
        raise SourceContractBroken(
            f"Biên nhận của tỉnh cho gói {export_id} không khớp: tỉnh báo gói {receipt.export_id}, mã sha256 "
            f"{receipt.zip_sha256}; ta đã gửi {zip_sha256}. Gói chưa được coi là đã nhận (vẫn ở trạng thái sent). "
            f"Hãy báo tỉnh đọc lại tệp, xóa biên nhận sai {path.name} rồi gửi lại.",
            export_id=export_id,
            expected=zip_sha256,
            found=receipt.zip_sha256,
        )
    with transaction(ledger) as connection:
        change_state(connection, export_id, [SENT], state=receipt.outcome)
        connection.execute(
            sa.update(OUTBOX)
            .where(OUTBOX.c.export_id == export_id)
            .values(receipt_digest=zip_sha256, received_at=instant(now))
        )
        told = {"zip_sha256": zip_sha256, "outcome": receipt.outcome, "reason": receipt.reason}
        audit(connection, at=now, actor="province", action="receive_extract", subject=export_id, **told)


def _parsed(path: Path) -> ProvincialReceipt:
    with path.open("rb") as handle:
        content = handle.read(RECEIPT_LIMIT + 1)
    try:
        if len(content) > RECEIPT_LIMIT:
            raise ValueError(f"dài hơn {RECEIPT_LIMIT} byte")
        return ProvincialReceipt.model_validate_json(content)
    except (ValidationError, ValueError) as error:
        raise SourceContractBroken(
            f"Biên nhận {path.name} của tỉnh không đọc được ({error}). Cần JSON có export_id và zip_sha256. "
            "Gói vẫn ở trạng thái sent; hãy đề nghị tỉnh ghi lại biên nhận.",
            file=path.name,
        ) from error


def _outbox_file(settings: Settings, export_id: str) -> Path:
    return settings.path("outbox", f"{export_id}.zip")
