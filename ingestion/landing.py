"""Landing: received bytes, stored once under their own hash, read-only, before anything looks into them.

Order of rule R1: temp file → fsync → sha256 → rename → fsync folder. What stands in
`landing/<two>/<sha256>` is whole, synced and never changed; ledger and receipt come after.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.findings import FindingRefused, finding
from ingestion.limits import limit_text, limits
from ingestion.opening import open_regular
from warehouse.storage import CHUNK, UNFINISHED, full_disk_told, make_folder, sha256_of, sync_folder

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from warehouse.settings import Settings

LANDED_MODE = 0o444
FANOUT = 2
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Landed:
    """Bytes that are safe on disk; `is_new` is False when the same bytes had landed before.

    Of erased bytes (`ingestion.erasure`) nothing stands at `path`: what they were is in the ledger.
    """

    sha256: str
    path: Path
    size: int
    is_new: bool


def landed_path(settings: Settings, sha256: str) -> Path:
    """Return where bytes with this hash stand, landed or not."""
    return settings.landing / sha256[:FANOUT] / sha256


def land(settings: Settings, path: Path, now: dt.datetime, erased: Collection[str] = ()) -> Landed:
    """Copy a file into landing under its sha256; landing the same bytes again changes nothing.

    The stored name is ours, never the sender's. `now` becomes the modification time of the
    landed file, so that a folder listing shows when it was received. Bytes whose sha256 is in
    `erased` are not kept again.

    Raises:
        FindingRefused: SEC-01 not a regular file; ARR-04 larger than the limit; ARR-05 locked or
            not readable for us; ARR-01 the file changed while it was read (try again later).
            Nothing is kept in these cases.
        StorageFull: the disk is full; nothing is kept.
        FileNotFoundError: the file is gone.
    """
    try:
        source = open_regular(path)
    except PermissionError as error:
        raise FindingRefused(finding("ARR-05")) from error
    try:
        with full_disk_told(settings.landing):
            return _land(settings, source, now, erased)
    finally:
        os.close(source)


def _land(settings: Settings, source: int, now: dt.datetime, erased: Collection[str]) -> Landed:
    make_folder(settings.landing)
    descriptor, name = tempfile.mkstemp(dir=settings.landing, prefix=".", suffix=UNFINISHED)
    temporary = Path(name)
    try:
        try:
            sha256, size = _copy(source, descriptor)
            os.utime(descriptor, (now.timestamp(), now.timestamp()))
            os.fchmod(descriptor, LANDED_MODE)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        final = landed_path(settings, sha256)
        if sha256 in erased:
            return Landed(sha256, final, size, is_new=False)
        return Landed(sha256, final, size, is_new=_settle(temporary, final, sha256))
    finally:
        temporary.unlink(missing_ok=True)


def _copy(source: int, target: int) -> tuple[str, int]:
    before = os.fstat(source)
    most = limits().file_bytes
    digest = hashlib.sha256()
    size = 0
    while piece := os.read(source, CHUNK):
        size += len(piece)
        if size > most:
            told = f"hơn {max(size, before.st_size) / MEGABYTE:.1f} MB".replace(".", ",")
            raise FindingRefused(finding("ARR-04", found=told, expected=limit_text("file_bytes")))
        digest.update(piece)
        _write_all(target, piece)
    after = os.fstat(source)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise FindingRefused(finding("ARR-01"))
    return digest.hexdigest(), size


def _write_all(target: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(target, rest) :]


def _settle(temporary: Path, final: Path, sha256: str) -> bool:
    """Move the synced copy to its name, unless the same bytes stand there whole; tell whether they are new."""
    is_new = not final.exists()
    if is_new or sha256_of(final) != sha256:
        make_folder(final.parent)
        temporary.replace(final)
    sync_folder(final.parent)
    return is_new
