"""The drop folder: `drop/<plan_key>/<unit_code>/<file>`; the folder is the sender's identity.

A folder on a share, an SFTP home or a synchronised directory: whatever the office has. Files
that are still being written wait; what is not a plain file is moved aside and never opened;
a file leaves the folder only after its receipt is committed.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.intake import Arrival, ReceiptResult, take_in
from warehouse.storage import sync_folder

if TYPE_CHECKING:
    import sqlalchemy as sa

    from plans.records import Plan
    from warehouse.settings import Settings

LOG = logging.getLogger(__name__)
CHANNEL = "drop"
SETTLE_SECONDS = 2.0
TEMPORARY_SUFFIXES = (".part", ".tmp", ".crdownload", ".filepart", ".partial")
TEMPORARY_PREFIXES = ("~$", ".")
IDENTITY_DEPTH = 2
CODE = re.compile(r"[a-z0-9._-]{1,60}")


@dataclass(frozen=True)
class _Dropped:
    """A name in the drop folder, with what tells whether it has changed since."""

    path: Path
    sender: tuple[str | None, str | None]
    state: tuple[int, int, int, int]
    is_plain: bool
    modified_ns: int


def collect_drop_folder(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    now: dt.datetime,
    settle_seconds: float = SETTLE_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> list[ReceiptResult]:
    """Take in everything in the drop folder that has settled; open receipts are finished first.

    Args:
        settings: Settings.
        engine: Ledger.
        plans: Every plan by key.
        now: Instant of receipt, UTC.
        settle_seconds: A file counts as whole when size and time stand still this long.
        pause: Waits that long; once for the whole folder.

    Returns:
        A result for each file, oldest first. A file that lies outside a unit's folder has no
        sender and is refused (IDN-01); links, FIFOs and hard links are quarantined (SEC-01).

    Raises:
        StorageFull, WriterBusy: as `ingestion.intake.take_in`; the files stay where they are.
    """
    settled = _settled(settings.drop, settle_seconds, pause)
    results = take_in(settings, engine, plans, [_arrival(dropped) for dropped in settled], now)
    for dropped in settled:
        _clear(settings, dropped)
    return results


def _settled(folder: Path, seconds: float, pause: Callable[[float], None]) -> list[_Dropped]:
    """Return what stood still for a while, oldest first."""
    first = {dropped.path: dropped.state for dropped in _names(folder)}
    if not first:
        return []
    if seconds > 0:
        pause(seconds)
    standing = [dropped for dropped in _names(folder) if first.get(dropped.path) == dropped.state]
    return sorted(standing, key=lambda dropped: (dropped.modified_ns, str(dropped.path)))


def _names(folder: Path, sender: tuple[str, ...] = ()) -> Iterator[_Dropped]:
    """Walk the folder without following links; temporary names are not looked at."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if _is_temporary(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _names(Path(entry.path), (*sender, entry.name))
            continue
        try:
            told = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        yield _dropped(Path(entry.path), sender, told)


def _is_temporary(name: str) -> bool:
    return name.startswith(TEMPORARY_PREFIXES) or name.lower().endswith(TEMPORARY_SUFFIXES)


def _dropped(path: Path, sender: tuple[str, ...], told: os.stat_result) -> _Dropped:
    folders = sender[:IDENTITY_DEPTH]
    is_known = len(folders) == IDENTITY_DEPTH and all(CODE.fullmatch(folder) for folder in folders)
    return _Dropped(
        path=path,
        sender=(folders[0], folders[1]) if is_known else (None, None),
        state=(told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns),
        is_plain=stat.S_ISREG(told.st_mode) and told.st_nlink == 1,
        modified_ns=told.st_mtime_ns,
    )


def _arrival(dropped: _Dropped) -> Arrival:
    return Arrival(dropped.path, dropped.path.name, CHANNEL, *dropped.sender, is_suspect=not dropped.is_plain)


def _clear(settings: Settings, dropped: _Dropped) -> None:
    """Remove a file whose bytes are landed and whose receipt is committed; set aside what was never opened.

    A file that changed since it was looked at stays: its new content is the next run's.
    """
    try:
        told = dropped.path.lstat()
    except FileNotFoundError:
        return
    if (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns) != dropped.state:
        LOG.info("a dropped file changed while it was taken in and is left for the next run")
        return
    if dropped.is_plain:
        dropped.path.unlink()
        sync_folder(dropped.path.parent)
        return
    aside = settings.path("quarantine", *(part or "_" for part in dropped.sender))
    aside.mkdir(parents=True, exist_ok=True)
    target = aside / f"{told.st_ino}-{told.st_mtime_ns}.held"
    dropped.path.rename(target)
