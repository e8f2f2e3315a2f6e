"""Read one day from one cell (domain 7.3, reliability F40); periods are read by `periods`.

Day always first: 04/05/2026 is 4 May. Two-digit years, days that do not exist, Buddhist and lunar
years are refused (DAT-01), never repaired.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.findings import finding
from ingestion.normalise.text import clean, fold

if TYPE_CHECKING:
    from ingestion.findings import Finding

FIRST_YEAR = 2000
LAST_YEAR = 2100
SERIAL_EPOCH = dt.date(1899, 12, 30)  # workbook day 1 is 1900-01-01; right from 1 March 1900 on
FIRST_SERIAL = (dt.date(FIRST_YEAR, 1, 1) - SERIAL_EPOCH).days
LAST_SERIAL = (dt.date(LAST_YEAR, 12, 31) - SERIAL_EPOCH).days

_ISO = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?:[t ](?:00:00(?::00)?))?")
_DAY_FIRST = re.compile(r"(?:ngày )?(?P<d>[0-9]{1,2}) ?(?P<sep>[/.-]) ?(?P<m>[0-9]{1,2}) ?(?P=sep) ?(?P<y>[0-9]{4})")
_WORDS = re.compile(r"(?:ngày )?(?P<d>[0-9]{1,2}) tháng (?P<m>[0-9]{1,2}) năm (?P<y>[0-9]{4})")


@dataclass(frozen=True)
class Day:
    """A day, or none; the finding says why there is none although something was written."""

    value: dt.date | None
    finding: Finding | None = None


def parse_day(raw: str | float | bool | None, *, sheet: str | None = None, cell: str | None = None) -> Day:
    """Read one day: dd/mm/yyyy, 'ngày 30 tháng 4 năm 2026', ISO (typed date cells), or a whole serial number."""
    if raw is None or raw == "":
        return Day(None)
    day = _day_of(raw)
    return Day(day) if day is not None else Day(None, _refused(raw, sheet, cell))


def _refused(raw: str | float | bool, sheet: str | None, cell: str | None) -> Finding:
    return finding("DAT-01", sheet=sheet, cell=cell, found=clean(str(raw)))


def _day_of(raw: str | float | bool) -> dt.date | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        return _day_of_text(fold(raw))
    if not FIRST_SERIAL <= raw <= LAST_SERIAL or raw != int(raw):
        return None
    return SERIAL_EPOCH + dt.timedelta(days=int(raw))


def _day_of_text(text: str) -> dt.date | None:
    for pattern in (_ISO, _DAY_FIRST, _WORDS):
        if match := pattern.fullmatch(text):
            return _real_day(int(match["y"]), int(match["m"]), int(match["d"]))
    return None


def _real_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return _in_range(dt.date(year, month, day))
    except ValueError:
        return None


def _in_range(day: dt.date) -> dt.date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
