"""What the ledger knows of packages: prepared → approved → sent → received | refused (design 4.6)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from warehouse.errors import UsageError
from warehouse.extracts.manifest import Envelope
from warehouse.extracts.store import folder_of, zip_of
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import AUDIT_LOG, EXTRACTS, OUTBOX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from warehouse.settings import Settings

PREPARED, APPROVED, SENT, RECEIVED, REFUSED = "prepared", "approved", "sent", "received", "refused"
LOCKING = {APPROVED, SENT, RECEIVED}
PREPARE_ACTION = "prepare_extract"

Which = str | tuple[str, str]
"""An export id, or plan key and period (their latest revision)."""


@dataclass(frozen=True)
class Extract:
    """One package: where it lies and where it stands; `is_new` says that this call made the revision."""

    export_id: str
    plan_key: str
    period: str
    revision: int
    folder: Path
    zip_path: Path
    state: str
    is_new: bool
    manifest_sha256: str


@dataclass(frozen=True)
class ExtractRecord:
    """One row of the ledger, with its delivery; instants are ISO 8601 UTC text."""

    export_id: str
    plan_key: str
    period: str
    revision: int
    state: str
    manifest_sha256: str
    data_sha256: str
    snapshot_id: str
    prepared_at: str
    approved_at: str | None
    approved_by: str | None
    attempts: int
    sent_at: str | None
    received_at: str | None
    receipt_digest: str | None


def list_extracts(ledger: sa.Engine, plan_key: str | None = None) -> list[ExtractRecord]:
    """List the packages in order of plan, period and revision."""
    return _records(ledger, *([EXTRACTS.c.plan_key == plan_key] if plan_key is not None else []))


def find_extract(ledger: sa.Engine, which: Which) -> ExtractRecord:
    """Return one package; raises UsageError when it is not in the ledger."""
    found = _records(ledger, EXTRACTS.c.export_id == which) if isinstance(which, str) else revisions_of(ledger, *which)
    if not found:
        named = which if isinstance(which, str) else f"{which[0]}, kỳ {which[1]}"
        raise UsageError(
            f"Chưa có gói trích xuất nào cho '{named}'. Hãy chạy `thuocdo extract create` trước, "
            "hoặc xem `thuocdo extract list`.",
            which=named,
        )
    return found[-1]


def revisions_of(ledger: sa.Engine, plan_key: str, period: str) -> list[ExtractRecord]:
    """List the revisions of a plan and period, oldest first."""
    return _records(ledger, EXTRACTS.c.plan_key == plan_key, EXTRACTS.c.period == period)


def _records(ledger: sa.Engine, *conditions: sa.ColumnElement[bool]) -> list[ExtractRecord]:
    delivery = (
        sa.func.coalesce(OUTBOX.c.attempts, 0).label("attempts"),
        OUTBOX.c.sent_at,
        OUTBOX.c.received_at,
        OUTBOX.c.receipt_digest,
    )
    known = [column for column in EXTRACTS.c if column.name in ExtractRecord.__dataclass_fields__]
    query = sa.select(*known, *delivery).select_from(EXTRACTS.outerjoin(OUTBOX)).where(*conditions)
    ordered = query.order_by(EXTRACTS.c.plan_key, EXTRACTS.c.period, EXTRACTS.c.revision)
    with ledger.connect() as connection:
        return [ExtractRecord(**row) for row in connection.execute(ordered).mappings()]


def locking_export(ledger: sa.Engine, plan_key: str, period: str) -> str | None:
    """Return the id of the package that locks a period: the newest that is approved or has left; None if it is open.

    A package prepared after it opens nothing: approved figures may not change in silence.
    """
    locking = [record for record in revisions_of(ledger, plan_key, period) if record.state in LOCKING]
    return locking[-1].export_id if locking else None


def extract_of(settings: Settings, record: ExtractRecord, *, is_new: bool = False) -> Extract:
    """Return the package of a ledger row with its places on disk."""
    return Extract(
        export_id=record.export_id,
        plan_key=record.plan_key,
        period=record.period,
        revision=record.revision,
        folder=folder_of(settings, record.export_id),
        zip_path=zip_of(settings, record.export_id),
        state=record.state,
        is_new=is_new,
        manifest_sha256=record.manifest_sha256,
    )


def register(
    ledger: sa.Engine, envelope: Envelope, key: tuple[str, str], digests: tuple[str, str], now: dt.datetime
) -> None:
    """Store a new package (digests: manifest, data) and its envelope in one transaction."""
    row = {
        "export_id": envelope.export_id,
        "plan_key": key[0],
        "period": key[1],
        "revision": envelope.revision,
        "manifest_sha256": digests[0],
        "data_sha256": digests[1],
        "snapshot_id": envelope.snapshot_id,
        "state": PREPARED,
        "prepared_at": instant(now),
    }
    told = {**asdict(envelope), "rule_versions": dict(envelope.rule_versions), "manifest_sha256": digests[0]}
    del told["export_id"]
    with transaction(ledger) as connection:
        connection.execute(sa.insert(EXTRACTS).values(**row))
        audit(connection, at=now, actor="thuocdo", action=PREPARE_ACTION, subject=envelope.export_id, **told)


def envelope_of(ledger: sa.Engine, export_id: str) -> Envelope:
    """Read back what a package's manifest told beyond its rows."""
    query = sa.select(AUDIT_LOG.c.details).where(AUDIT_LOG.c.action == PREPARE_ACTION, AUDIT_LOG.c.subject == export_id)
    with ledger.connect() as connection:
        told = json.loads(connection.execute(query).scalar_one())
    del told["manifest_sha256"]
    return Envelope(export_id=export_id, **told)


def change_state(connection: sa.Connection, export_id: str, allowed_from: Sequence[str], **values: Any) -> bool:
    """Move a package to another state unless another process did so before; returns whether it moved."""
    moved = connection.execute(
        sa.update(EXTRACTS)
        .where(EXTRACTS.c.export_id == export_id, EXTRACTS.c.state.in_(allowed_from))
        .values(**values)
    )
    return bool(moved.rowcount)
