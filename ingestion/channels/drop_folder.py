"""The drop folder: `drop/<plan_key>/<unit_code>/<file>`; the folder is the sender's identity.

A folder on a share, an SFTP home or a synchronised directory: whatever the office has. Files
that are still being written wait, but not for ever; what is not a plain file is moved aside and never
opened; a file leaves the folder only after its receipt is committed.
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

from ingestion.channels.interface import is_temporary
from ingestion.channels.unsettled import unsettled_since
from ingestion.findings import finding
from ingestion.forms.contents import moment_shown
from ingestion.intake import Arrival, ReceiptResult, Taken, receive
from ingestion.normalise.names import escape_name
from warehouse.errors import SourceUnavailable
from warehouse.storage import make_folder, sync_folder

if TYPE_CHECKING:
    import sqlalchemy as sa

    from plans.records import Plan
    from warehouse.settings import Settings

LOG = logging.getLogger(__name__)
CHANNEL = "drop"
SETTLE_SECONDS = 2.0
PATIENCE = dt.timedelta(minutes=30)
"""How long a file may go on changing before it is set aside and its sender told (reliability F1)."""
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
        sender and is refused (IDN-01); links, FIFOs and hard links are quarantined (SEC-01), and
        so is a file that has not settled within `PATIENCE` (ARR-01).

    Raises:
        StorageFull, WriterBusy: as `ingestion.intake.take_in`; the files stay where they are.
        SourceUnavailable: a folder could not be listed, or a file not be moved out, for want of
            permission; everything else was taken in.
    """
    problems: list[str] = []
    settled, changing = _looked_at(settings.drop, settle_seconds, pause, problems)
    waiting = {f"{one.path.relative_to(settings.drop)}-{one.state[1]}": one for one in changing}
    since = unsettled_since(engine, CHANNEL, waiting, now)
    overdue = [(waiting[place], seen) for place, seen in since.items() if now - seen > PATIENCE]
    dropped = {_arrival(one): one for one in settled} | {_never_settled(one, seen): one for one, seen in overdue}
    taken = receive(settings, engine, plans, list(dropped), now)
    for each in taken:
        _clear(settings, dropped[each.arrival], each, problems)
    if problems:
        raise SourceUnavailable(
            f"Thư mục nộp: {len(problems)} mục không đọc hoặc không dời đi được ({problems[0]}); các tệp khác đã được "
            "tiếp nhận. Hãy sửa quyền của thư mục đó cho tài khoản chạy dịch vụ.",
            problems=problems,
        )
    return [each.result for each in taken]


def _looked_at(
    folder: Path, seconds: float, pause: Callable[[float], None], problems: list[str]
) -> tuple[list[_Dropped], list[_Dropped]]:
    """Return what stood still for a while and what changed meanwhile, each oldest first."""
    first = {dropped.path: dropped.state for dropped in _names(folder, problems)}
    if not first:
        return [], []
    if seconds > 0:
        pause(seconds)
    again = sorted(_names(folder, []), key=lambda dropped: (dropped.modified_ns, str(dropped.path)))
    standing = [dropped for dropped in again if first.get(dropped.path) == dropped.state]
    return standing, [dropped for dropped in again if first.get(dropped.path) != dropped.state]


def _names(folder: Path, problems: list[str], sender: tuple[str, ...] = ()) -> Iterator[_Dropped]:
    """Walk the folder without following links; temporary names are not looked at."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except PermissionError:
        problems.append(escape_name("/".join(sender)))
        return
    for entry in entries:
        if is_temporary(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _names(Path(entry.path), problems, (*sender, entry.name))
            continue
        try:
            told = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        yield _dropped(Path(entry.path), sender, told)


def _dropped(path: Path, sender: tuple[str, ...], told: os.stat_result) -> _Dropped:
    folders = sender[:IDENTITY_DEPTH]
    is_known = len(folders) == IDENTITY_DEPTH and all(CODE.fullmatch(folder) for folder in folders)
    return _Dropped(
        path=path,
        sender=(folders[0], folders[1]) if is_known else (None, None),
        state=_state(told),
        is_plain=stat.S_ISREG(told.st_mode) and told.st_nlink == 1,
        modified_ns=told.st_mtime_ns,
    )


def _arrival(dropped: _Dropped) -> Arrival:
    odd = None if dropped.is_plain else finding("SEC-01", found="liên kết, liên kết cứng hoặc mục đặc biệt")
    return Arrival(dropped.path, dropped.path.name, CHANNEL, *dropped.sender, refused=odd, version=_version(dropped))


def _never_settled(dropped: _Dropped, since: dt.datetime) -> Arrival:
    """A file that is still changing after all patience; its version is when that began, not how far it is."""
    told = finding("ARR-01", found=moment_shown(since), expected=f"{PATIENCE.total_seconds() / 60:.0f} phút")
    return Arrival(
        dropped.path, dropped.path.name, CHANNEL, *dropped.sender, refused=told, version=f"{since.isoformat()}"
    )


def _version(dropped: _Dropped) -> str:
    return "-".join(map(str, dropped.state))


def _clear(settings: Settings, dropped: _Dropped, taken: Taken, problems: list[str]) -> None:
    """Remove a file whose bytes are landed and whose receipt is committed; set aside what was never read.

    A file that changed since it was read stays: its new content is the next run's.
    """
    try:
        if not taken.was_read:
            _set_aside(settings, dropped)
            return
        told = dropped.path.lstat()
        if _state(told) != dropped.state:
            LOG.info("a dropped file changed while it was taken in and is left for the next run")
            return
        dropped.path.unlink()
        sync_folder(dropped.path.parent)
    except FileNotFoundError:
        return
    except OSError:
        problems.append(taken.result.receipt_id)


def _set_aside(settings: Settings, dropped: _Dropped) -> None:
    aside = settings.path("quarantine", *(part or "_" for part in dropped.sender))
    make_folder(aside)
    told = dropped.path.lstat()
    dropped.path.rename(aside / f"{told.st_ino}-{told.st_mtime_ns}.held")
    sync_folder(aside)
    sync_folder(dropped.path.parent)


def _state(told: os.stat_result) -> tuple[int, int, int, int]:
    return (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)
