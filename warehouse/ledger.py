"""Open the ledger, keep its audit log, and write the evidence that other steps hand over."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from warehouse.errors import StorageFull, WriterBusy
from warehouse.ledger_tables import AUDIT_LOG
from warehouse.settings import PROJECT
from warehouse.storage import is_disk_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings

GENESIS = "0" * 64
BUSY_TIMEOUT_SECONDS = 30
WRITES = "thuocdo_writes"
WRITERS_LOCK = 57_2024  # any number that every process of ours takes


def instant(moment: dt.datetime) -> str:
    """Write an instant as the ledger keeps it: UTC, microseconds, sortable text."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_instant(text: str) -> dt.datetime:
    """Read an instant that `instant` wrote."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)


def open_ledger(settings: Settings) -> sa.Engine:
    """Open the ledger and bring its tables up to date (Alembic); one engine a process edge."""
    settings.root.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(settings.ledger_address)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_immediate)
    _migrate(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Write-ahead log, full durability, and waiting instead of failing when another writes."""
    connection.isolation_level = None  # SQLAlchemy's `begin` event opens the transaction instead
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another
    # process wrote in between; taking the write lock at the start waits its turn instead.
    # Readers do not take it: the write-ahead log lets them read beside a writer.
    is_writing = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _migrate(engine: sa.Engine) -> None:
    """Bring the tables up to date; opening an up-to-date ledger only reads."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "warehouse" / "migrations"))
    heads = set(ScriptDirectory.from_config(config).get_heads())
    with engine.connect() as connection:
        if set(MigrationContext.configure(connection).get_current_heads()) == heads:
            return
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Begin a transaction; a full disk or a busy ledger becomes one clear sentence.

    Writers wait for each other, as SQLite's do: on PostgreSQL two could chain their audit
    lines to the same last one.
    """
    try:
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITERS_LOCK)))
            yield connection
    except OperationalError as error:
        if is_disk_full(error):
            raise StorageFull(
                "Ổ đĩa đã đầy: không ghi được sổ cái, chưa có gì thay đổi. Hãy giải phóng chỗ trống rồi chạy lại."
            ) from error
        if any(sign in str(error.orig) for sign in ("locked", "busy")):
            raise WriterBusy("Sổ cái đang được tiến trình khác ghi. Hãy thử lại sau ít phút.") from error
        raise


def audit(connection: sa.Connection, *, at: dt.datetime, actor: str, action: str, subject: str, **details: Any) -> None:
    """Add a hash-chained line in the same transaction as the change it tells of."""
    last = connection.execute(
        sa.select(AUDIT_LOG.c.entry_no, AUDIT_LOG.c.entry_hash).order_by(AUDIT_LOG.c.entry_no.desc()).limit(1)
    ).one_or_none()
    entry = {
        "entry_no": last.entry_no + 1 if last else 1,
        "happened_at": instant(at),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
        "previous_hash": last.entry_hash if last else GENESIS,
    }
    connection.execute(sa.insert(AUDIT_LOG).values(**entry, entry_hash=_entry_hash(entry)))


def broken_audit_entries(engine: sa.Engine) -> list[int]:
    """List the entry numbers at which the audit chain does not hold; empty when it is whole."""
    broken = []
    previous, expected_no = GENESIS, 1
    with engine.connect() as connection:
        for row in connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.entry_no)):
            entry = {key: value for key, value in row._mapping.items() if key != "entry_hash"}
            whole = (
                row.entry_no == expected_no and row.previous_hash == previous and row.entry_hash == _entry_hash(entry)
            )
            if not whole:
                broken.append(row.entry_no)
            previous, expected_no = row.entry_hash, row.entry_no + 1
    return broken


def _entry_hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
