"""Publish a build: checkpoint, close, hash, one atomic rename; readers never see a half (design 2.4, 2.5).

The snapshot id is made of the as-of date and a fingerprint of every figure, so the same
accepted data gives the same id, on any machine, at any time of day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.schema import DropSchema

from warehouse.duck import duck_engine, mart_tables
from warehouse.errors import NotPublished
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import SNAPSHOTS
from warehouse.storage import full_disk_told, sha256_of, write_durably
from warehouse.writer import writer_slot

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings

NOT_FIGURES = {"fct_pipeline_outcomes"}
"""Marts that tell of runs, not of figures: the same figures keep the same snapshot id."""
BUILD_SCHEMAS = {"staging", "intermediate", "judgement"}
POINTER = "current.json"


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot; `file` lies in the published folder."""

    snapshot_id: str
    file: str
    sha256: str
    as_of: str
    published_at: str


def publish(settings: Settings, ledger: sa.Engine, as_of: dt.date, now: dt.datetime) -> Snapshot:
    """Publish the build file as the current snapshot and drop all but the last few."""
    with writer_slot(settings):
        _checkpoint(settings.build_file)
        snapshot_id = f"{as_of:%Y%m%d}-{fingerprint(settings.build_file)}"
        settings.published.mkdir(parents=True, exist_ok=True)
        _forget_unfinished(settings)
        waiting = settings.published / f".{snapshot_id}.part"
        try:
            with full_disk_told(settings.published):
                shutil.copyfile(settings.build_file, waiting)
            _keep_marts_only(waiting)
        except BaseException:
            _forget_unfinished(settings)
            raise
        digest = sha256_of(waiting)
        waiting.chmod(0o444)
        file = f"{snapshot_id}-{digest[:8]}.duckdb"
        waiting.replace(settings.published / file)
        snapshot = Snapshot(snapshot_id, file, digest, as_of.isoformat(), instant(now))
        _remember(ledger, snapshot, now)
        content = json.dumps(asdict(snapshot), sort_keys=True, indent=1).encode()
        write_durably(settings.published / POINTER, lambda handle: handle.write(content))
        _forget_old(settings, file)
    return snapshot


def current_snapshot(settings: Settings) -> Snapshot:
    """Return the published snapshot; raises NotPublished when there is none yet."""
    try:
        return Snapshot(**json.loads((settings.published / POINTER).read_text()))
    except FileNotFoundError as error:
        raise NotPublished(
            "Chưa có bản dữ liệu nào được công bố. Hãy chạy `thuocdo build` (hoặc `make run`) trước."
        ) from error


def snapshot_path(settings: Settings) -> Path:
    """Return the file of the published snapshot."""
    return settings.published / current_snapshot(settings).file


def fingerprint(path: Path) -> str:
    """Hash every figure of the marts: per table the row count and the xor of the rows' hashes.

    The xor does not depend on the order of rows or on threads; rows are unique by their
    keys (tested in dbt), so none cancels another.
    """
    engine = duck_engine(path, read_only=True)
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in mart_tables(connection):
            if table.name in NOT_FIGURES:
                continue
            row_hash = sa.func.bit_xor(sa.func.hash(*table.columns))
            count, mixed = connection.execute(sa.select(sa.func.count(), row_hash).select_from(table)).one()
            digest.update(f"{table.name}:{count}:{mixed}\n".encode())
    return digest.hexdigest()[:12]


def _checkpoint(path: Path) -> None:
    """Fold the write-ahead log into the file, so that one file is the whole database."""
    engine = duck_engine(path, read_only=False)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("CHECKPOINT"))


def _keep_marts_only(path: Path) -> None:
    """Drop what only a build needs: its views read raw files, which readers may not."""
    engine = duck_engine(path, read_only=False)
    with engine.connect() as connection:
        for schema in sorted(BUILD_SCHEMAS):
            connection.execute(DropSchema(schema, cascade=True, if_exists=True))
        connection.commit()
    _checkpoint(path)


def _remember(ledger: sa.Engine, snapshot: Snapshot, now: dt.datetime) -> None:
    row = {
        "file_sha256": snapshot.sha256,
        "as_of": snapshot.as_of,
        "published_at": snapshot.published_at,
    }
    with transaction(ledger) as connection:
        known = connection.execute(
            sa.update(SNAPSHOTS).where(SNAPSHOTS.c.snapshot_id == snapshot.snapshot_id).values(**row)
        )
        if not known.rowcount:
            connection.execute(sa.insert(SNAPSHOTS).values(snapshot_id=snapshot.snapshot_id, **row))
        audit(
            connection,
            at=now,
            actor="thuocdo",
            action="publish",
            subject=snapshot.snapshot_id,
            file_sha256=snapshot.sha256,
        )


def _forget_unfinished(settings: Settings) -> None:
    """Remove what a publishing that was killed left behind; the caller holds the writer slot."""
    for path in settings.published.glob(".*.part*"):
        path.unlink()


def _forget_old(settings: Settings, current: str) -> None:
    """Keep the newest snapshots; an open reader keeps its file until it closes it."""
    files = sorted(settings.published.glob("*.duckdb"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in [path for path in files if path.name != current][settings.snapshots_kept - 1 :]:
        path.unlink()
