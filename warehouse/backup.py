"""Back up and restore: evidence first (landing, ledger), with hashes; never a copy of an open database.

A backup is one folder: a consistent copy of the ledger (SQLite's own backup), every landed
file that the ledger speaks of, the raw batches, the issued forms, and `backup.json` with the sha256
of each, written last. No intake runs meanwhile: bytes on the way to be judged, which may hold
personal data and then go, are not in it; what was erased is not missing.
The warehouse itself is not in it: it is rebuilt (design 2.1). A ledger on PostgreSQL has its
own tools (`pg_dump`), so backing it up here is refused.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.errors import ReconciliationFailed, UsageError
from warehouse.ledger import open_ledger
from warehouse.ledger_tables import ERASURES, FILES, PORTAL_BATCHES
from warehouse.locks import intake_lock
from warehouse.storage import check_free_space, full_disk_told, sha256_of, sync_folder, write_durably

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from warehouse.settings import Settings

MANIFEST = "backup.json"
LEDGER = "ledger.db"
FOLDERS = ("landing", "raw", "forms")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Backup:
    """A finished backup."""

    folder: Path
    files: int
    bytes: int


def create_backup(settings: Settings, now: dt.datetime) -> Backup:
    """Write a backup of the state folder; returns where it lies. A folder without manifest is no backup.

    Finish open receipts first (`ingestion.intake.finish_open_receipts`): their files are kept as evidence.

    Raises:
        StorageFull: no room; nothing is kept.
        UsageError: a backup of this second exists, or the ledger is on a server.
        WriterBusy: an intake did not end in time.
    """
    _require_sqlite(settings)
    check_free_space(settings)
    folder = settings.path("backups", f"{now:%Y%m%dT%H%M%SZ}")
    if folder.exists():
        raise UsageError(f"Đã có bản sao lưu {folder}. Hãy chạy lại sau một giây.", folder=str(folder))
    try:
        with intake_lock(settings), full_disk_told(folder):
            folder.mkdir(parents=True)
            _copy_ledger(settings, folder / LEDGER)
            known = _known_files(settings)
            for name in FOLDERS:
                if settings.path(name).exists():
                    shutil.copytree(settings.path(name), folder / name, ignore=_ignoring(known))
        entries = {str(path.relative_to(folder)): sha256_of(path) for path in _files(folder)}
        content = json.dumps(entries, indent=1, sort_keys=True).encode()
        write_durably(folder / MANIFEST, lambda handle: handle.write(content))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # unfinished, and perhaps what fills the disk
        raise
    return Backup(folder, len(entries), sum(path.stat().st_size for path in _files(folder)))


def verify_backup(folder: Path) -> int:
    """Check every file of a backup against its manifest; returns their number. Raises ReconciliationFailed."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        raise UsageError(f"{folder} không phải bản sao lưu hoàn chỉnh (thiếu {MANIFEST}).", folder=str(folder))
    try:
        entries: dict[str, str] = json.loads(manifest.read_text())
    except ValueError as error:
        raise ReconciliationFailed(
            f"Bản kê {manifest} bị hỏng. Hãy dùng bản sao lưu khác.", files=[MANIFEST]
        ) from error
    found = {str(path.relative_to(folder)) for path in _files(folder)}
    wrong = sorted(found ^ set(entries))
    wrong += sorted(name for name in found & set(entries) if sha256_of(folder / name) != entries[name])
    if wrong:
        raise ReconciliationFailed(
            f"Bản sao lưu {folder} có {len(wrong)} tệp sai hoặc thiếu (ví dụ {wrong[0]}). Hãy dùng bản khác.",
            files=wrong,
        )
    return len(entries)


def restore_backup(settings: Settings, folder: Path, now: dt.datetime) -> Path:
    """Put a verified backup in place of the state; what stood there is set aside, never deleted (R29).

    Returns where the old state was set aside. Run `thuocdo rebuild` afterwards.
    """
    _require_sqlite(settings)
    verify_backup(folder)
    aside = settings.path("set_aside", f"{now:%Y%m%dT%H%M%SZ}")
    if aside.exists():
        raise UsageError(f"Đã có trạng thái được cất ở {aside}. Hãy chạy lại sau một giây.", folder=str(aside))
    waiting = settings.path(".restoring")
    shutil.rmtree(waiting, ignore_errors=True)
    try:
        with full_disk_told(settings.root):
            shutil.copytree(folder, waiting, ignore=shutil.ignore_patterns(MANIFEST))
            aside.mkdir(parents=True)
        with intake_lock(settings):
            for name in (LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", *FOLDERS, "warehouse"):
                if settings.path(name).exists():
                    settings.path(name).rename(aside / name)
            for path in waiting.iterdir():
                path.rename(settings.path(path.name))
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    sync_folder(settings.root)
    return aside


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _known_files(settings: Settings) -> frozenset[str]:
    """Return the sha256 of every landed file that the ledger speaks of and that was not erased."""
    ledger = open_ledger(settings)
    with ledger.connect() as connection:
        spoken_of = sa.union(sa.select(FILES.c.sha256), sa.select(PORTAL_BATCHES.c.sha256))
        known: set[str] = set(connection.scalars(spoken_of))
        known -= set(connection.scalars(sa.select(ERASURES.c.sha256)))
    ledger.dispose()
    return frozenset(known)


def _ignoring(known: frozenset[str]) -> Callable[[str, list[str]], set[str]]:
    """Leave out half-written files, and landed ones that no ledger row speaks of."""

    def ignored(_folder: str, names: list[str]) -> set[str]:
        return {name for name in names if name.startswith(".") or (SHA256.fullmatch(name) and name not in known)}

    return ignored


def _copy_ledger(settings: Settings, target: Path) -> None:
    with closing(sqlite3.connect(settings.path(LEDGER))) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _require_sqlite(settings: Settings) -> None:
    if settings.ledger_url is not None:
        raise UsageError("Sổ cái đặt ở máy chủ cơ sở dữ liệu riêng: hãy sao lưu bằng công cụ của máy chủ đó (pg_dump).")
