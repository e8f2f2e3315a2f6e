"""Letters and the answer key: what was planted in each, and what must come of it.

The answer key (`sample/answer_key.json` in the state folder) is what drills and tests hold the
pipeline against.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.sample.series import SEED
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from warehouse.settings import Settings


@dataclass(frozen=True)
class Letter:
    """One file that a unit sends (or, when `missing`, does not), and what must become of it.

    `deliver_at` is a UTC instant; `path` lies in the state folder; both are None for a missing
    letter. `expected_outcome` holds for a letter collected before its deadline; later it is
    accepted with the warning LATE-01. `flag_rules` are the rules that must flag it afterwards.
    """

    letter_id: str
    plan_key: str
    unit_code: str
    period: str
    kind: str
    deliver_at: dt.datetime | None
    path: Path | None
    sha256: str | None
    expected_outcome: str
    finding_codes: tuple[str, ...] = ()
    flag_rules: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


def answer_key_path(settings: Settings) -> Path:
    """Return where the answer key lies."""
    return settings.path("sample", "answer_key.json")


def read_letters(settings: Settings) -> list[Letter]:
    """Return every prepared letter, in the order of preparation."""
    path = answer_key_path(settings)
    if not path.exists():
        return []
    entries = json.loads(path.read_text(encoding="utf-8"))["letters"]
    return [_from_entry(settings, entry) for entry in entries]


def write_key(settings: Settings, letters: Sequence[Letter], standing_faults: Sequence[Mapping[str, str]]) -> None:
    """Write the answer key whole; standing faults last through all months: plan, indicator, rule."""
    key = {
        "seed": SEED,
        "standing_faults": list(standing_faults),
        "letters": [_to_entry(settings, letter) for letter in letters],
    }
    text = json.dumps(key, ensure_ascii=False, indent=1, sort_keys=True)
    write_durably(answer_key_path(settings), lambda handle: handle.write(text.encode()))


def _to_entry(settings: Settings, letter: Letter) -> dict[str, Any]:
    entry = dict(vars(letter))
    entry["deliver_at"] = letter.deliver_at.isoformat() if letter.deliver_at else None
    entry["path"] = letter.path.relative_to(settings.root).as_posix() if letter.path else None
    return entry


def _from_entry(settings: Settings, entry: dict[str, Any]) -> Letter:
    moment, path = entry["deliver_at"], entry["path"]
    tuples = {name: tuple(entry[name]) for name in ("finding_codes", "flag_rules", "indicators")}
    return Letter(
        **{
            **entry,
            **tuples,
            "deliver_at": dt.datetime.fromisoformat(moment) if moment else None,
            "path": settings.path(path) if path else None,
        }
    )
