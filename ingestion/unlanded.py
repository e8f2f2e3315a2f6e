"""Land what a channel hands over; what cannot be landed leaves a note in its place, so that it too gets a receipt."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.findings import Finding, FindingRefused
from ingestion.forms.reading.personal import without_personal_data
from ingestion.landing import Landed, land

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from ingestion.arrivals import Arrival
    from warehouse.settings import Settings

STILL_CHANGING = "ARR-01"
NOTE_FOLDER = ".note-"


class StillChanging(Exception):
    """The file changed while it was copied: it is not whole yet, and the next run takes it."""


def land_or_note(
    settings: Settings, arrival: Arrival, now: dt.datetime, erased: Collection[str]
) -> tuple[Landed, Finding | None]:
    """Land a file, or a note about it and the reason why it was not opened.

    The note names the version that the channel saw: handed over again after a crash, the same
    thing leaves the same note and is known as a repetition.

    Raises:
        StillChanging: the file changed while it was copied.
        FileNotFoundError: the file is gone.
        StorageFull: the disk is full.
    """
    try:
        if arrival.refused:
            raise FindingRefused(arrival.refused)
        return land(settings, arrival.path, now, erased), None
    except FindingRefused as refusal:
        reason = refusal.finding
    if reason.code == STILL_CHANGING and not arrival.refused:
        raise StillChanging
    note = {
        "code": reason.code,
        "name": without_personal_data(arrival.original_name),
        "version": arrival.version or _version(arrival.path),
    }
    with tempfile.TemporaryDirectory(dir=settings.root, prefix=NOTE_FOLDER) as folder:
        path = Path(folder) / "note.json"
        path.write_text(json.dumps(note, sort_keys=True), encoding="utf-8")
        return land(settings, path, now), reason


def _version(path: Path) -> str:
    told = path.lstat()
    return f"{told.st_ino}-{told.st_size}-{told.st_mtime_ns}"
