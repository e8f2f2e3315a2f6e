"""Packages on disk: built under a hidden name, renamed when whole, zipped beside the folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.extracts.archive import pack
from warehouse.extracts.manifest import MANIFEST
from warehouse.locks import os_lock
from warehouse.storage import check_free_space, full_disk_told, sync_folder, write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from warehouse.settings import Settings

BUILDING = ".building-"
SET_ASIDE = "set_aside"


def folder_of(settings: Settings, export_id: str) -> Path:
    """Return where a package lies."""
    return settings.extracts / export_id


def zip_of(settings: Settings, export_id: str) -> Path:
    """Return where the zip of a package lies: beside its folder."""
    return settings.extracts / f"{export_id}.zip"


@contextmanager
def extract_slot(settings: Settings) -> Iterator[None]:
    """Let one process at a time number, write and deliver packages; the lock dies with its holder."""
    check_free_space(settings)
    busy = "Một tiến trình khác đang ghi hoặc gửi gói trích xuất. Hãy đợi tiến trình đó xong rồi thử lại."
    with os_lock(settings, settings.extracts / ".lock", busy):
        _sweep(settings.extracts)
        yield


def is_package(folder: Path) -> bool:
    """Tell whether a folder is a whole package: its manifest is there (reliability F60)."""
    return (folder / MANIFEST).is_file()


def write_package(folder: Path, files: Mapping[str, bytes], manifest: bytes) -> None:
    """Write data, then the manifest, then rename the folder to its name; a kill in between leaves no package."""
    if folder.exists():
        set_aside(folder)
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=BUILDING))
    try:
        with full_disk_told(folder.parent):
            for name in sorted(files):
                _write(building / name, files[name])
        write_durably(building / MANIFEST, lambda handle: handle.write(manifest))
        building.chmod(0o755)
        building.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def write_zip(folder: Path, target: Path) -> bytes:
    """Write the zip of a package unless it is already there with the same bytes; returns its bytes."""
    content = zip_bytes(folder)
    if not target.is_file() or target.read_bytes() != content:
        write_durably(target, lambda handle: handle.write(content))
    return content


def zip_bytes(folder: Path) -> bytes:
    """Return the zip of a package, whose entries lie in a folder of the package's name."""
    return pack({f"{folder.name}/{path.name}": path.read_bytes() for path in folder.iterdir() if path.is_file()})


def set_aside(folder: Path) -> Path:
    """Move a damaged or unfinished package out of the way; nothing is deleted (reliability R29)."""
    aside = folder.parent / SET_ASIDE
    aside.mkdir(exist_ok=True)
    number = 1 + sum(path.name.startswith(f"{folder.name}.") for path in aside.iterdir())
    return folder.rename(aside / f"{folder.name}.{number}")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sweep(extracts: Path) -> None:
    """Drop what a killed run was building; only the holder of the slot builds."""
    for path in extracts.glob(f"{BUILDING}*"):
        shutil.rmtree(path)
