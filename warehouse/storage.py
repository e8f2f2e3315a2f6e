"""Durable writing: a file is there whole, or it is not there."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from warehouse.errors import StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warehouse.settings import Settings

CHUNK = 1 << 20
UNFINISHED = ".part"
"""How a file is called (behind a dot) until it is whole."""
DISK_FULL = ("No space left on device", "Disk quota exceeded", "File too large", "disk is full", "failed to offload")
"""What the system, SQLite and DuckDB say of a full disk; databases and bulk copies tell it in words only."""


NO_ROOM_FOR_SHARED_MEMORY = "SQLITE_IOERR_SHMSIZE"
"""How SQLite says that it cannot open a ledger on a disk without a single free block."""


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error means that the disk has no room."""
    number = error.errno if isinstance(error, OSError) else None
    sqlite = getattr(getattr(error, "orig", error), "sqlite_errorname", None)
    return (
        number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        or sqlite == NO_ROOM_FOR_SHARED_MEMORY
        or any(sign in str(error) for sign in DISK_FULL)
    )


@contextmanager
def full_disk_told(place: Path) -> Iterator[None]:
    """Turn 'no space left' into one clear sentence."""
    try:
        yield
    except (OSError, sqlite3.Error, DBAPIError) as error:
        if is_disk_full(error):
            raise StorageFull(
                f"Ổ đĩa đã đầy khi ghi vào {place}: chưa có gì thay đổi. Hãy giải phóng chỗ trống rồi chạy lại.",
                place=str(place),
            ) from error
        raise


def write_durably(target: Path, write: Callable[[IO[bytes]], object], mode: int = 0o644) -> None:
    """Write a file so that a crash leaves the old one or the new one: temp, fsync, rename, fsync folder."""
    with full_disk_told(target.parent):
        make_folder(target.parent)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=UNFINISHED)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                write(handle)
                handle.flush()
                os.fsync(handle.fileno())
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folder(target.parent)


def sweep_unfinished(folder: Path) -> None:
    """Remove the files that a killed process left half-made in a folder that only the caller now writes to."""
    for left in folder.glob(f".*{UNFINISHED}"):
        left.unlink(missing_ok=True)


def at_once(write: Callable[[IO[bytes]], object]) -> Callable[[IO[bytes]], object]:
    """Make a workbook in memory before a byte is written: a zip that a full disk leaves open prints a traceback."""

    def write_whole(handle: IO[bytes]) -> int:
        memory = io.BytesIO()
        write(memory)
        return handle.write(memory.getbuffer())

    return write_whole


def make_folder(folder: Path) -> None:
    """Make a folder and those above it so that none of them is gone after a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the hex sha256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while piece := handle.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def check_free_space(settings: Settings) -> None:
    """Refuse to start writing when the disk is nearly full; raises StorageFull."""
    settings.root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.root).free // (1 << 20)
    if free < settings.free_space_mib:
        raise StorageFull(
            f"Ổ đĩa chứa {settings.root} chỉ còn {free} MiB, cần ít nhất {settings.free_space_mib} MiB. "
            "Hãy giải phóng chỗ trống rồi chạy lại; chưa có gì thay đổi.",
            free_mib=free,
        )
