"""Post prepared letters into the drop folder when their time has come; each letter once."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING

from ingestion.sample.letters import Letter, read_letters
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings


def deliver_due_letters(settings: Settings, now: dt.datetime) -> int:
    """Copy every letter that is due and not yet posted into its unit's drop folder.

    A letter is noted as posted after it lies in the drop folder: a crash between the two posts
    the same bytes again, which the intake answers as a duplicate.

    Returns:
        How many letters were posted.
    """
    posted = _posted(settings)
    due = [
        letter
        for letter in read_letters(settings)
        if letter.path is not None
        and letter.deliver_at is not None
        and letter.deliver_at <= now
        and letter.letter_id not in posted
    ]
    for letter in sorted(due, key=lambda letter: (letter.deliver_at, letter.letter_id)):
        _drop(settings, letter)
        posted[letter.letter_id] = now.isoformat()
    if due:
        text = json.dumps(posted, indent=1, sort_keys=True)
        write_durably(_posted_path(settings), lambda handle: handle.write(text.encode()))
    return len(due)


def _posted_path(settings: Settings) -> Path:
    return settings.path("sample", "posted.json")


def _posted(settings: Settings) -> dict[str, str]:
    path = _posted_path(settings)
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _drop(settings: Settings, letter: Letter) -> None:
    """Copy under a temporary name, then rename: the collector never sees half a letter."""
    if letter.path is None:
        return
    folder = settings.drop / letter.plan_key / letter.unit_code
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{letter.path.name}.part"
    shutil.copyfile(letter.path, half)
    half.rename(folder / letter.path.name)
