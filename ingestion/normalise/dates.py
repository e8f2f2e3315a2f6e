"""Read one day, or one calendar period, from one cell (domain 7.3, reliability F40).

Day always first: 04/05/2026 is 4 May. Two-digit years, days that do not exist, Buddhist and lunar
years are refused (DAT-01), never repaired.
"""

from __future__ import annotations

import calendar
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
MONTHS_OF_QUARTER = 3
MONTHS_OF_YEAR = 12

_ISO = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?:[t ](?:00:00(?::00)?))?")
_DAY_FIRST = re.compile(r"(?:ngày )?(?P<d>[0-9]{1,2}) ?(?P<sep>[/.-]) ?(?P<m>[0-9]{1,2}) ?(?P=sep) ?(?P<y>[0-9]{4})")
_WORDS = re.compile(r"(?:ngày )?(?P<d>[0-9]{1,2}) tháng (?P<m>[0-9]{1,2}) năm (?P<y>[0-9]{4})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LEAD = r"(?:trong )?"
_YEAR = r"(?: ?[/-] ?| năm | )(?P<y>[0-9]{4})"
_QUARTER = re.compile(rf"{_LEAD}(?:quý |q)(?P<q>iv|i{{1,3}}|[1-4]){_YEAR}")
_MONTH = re.compile(rf"{_LEAD}tháng (?P<m>[0-9]{{1,2}}){_YEAR}")
_HALF = re.compile(r"6 tháng (?P<h>đầu|cuối) năm (?P<y>[0-9]{4})")
_WHOLE_YEAR = re.compile(rf"{_LEAD}năm (?P<y>[0-9]{{4}})")


@dataclass(frozen=True)
class Day:
    """A day, or none; the finding says why there is none although something was written."""

    value: dt.date | None
    finding: Finding | None = None


@dataclass(frozen=True)
class Span:
    """First and last day of a calendar period; both none when nothing readable was written."""

    first: dt.date | None
    last: dt.date | None
    finding: Finding | None = None


def parse_day(raw: str | float | bool | None, *, sheet: str | None = None, cell: str | None = None) -> Day:
    """Read one day: dd/mm/yyyy, 'ngày 30 tháng 4 năm 2026', ISO (typed date cells), or a whole serial number."""
    if raw is None or raw == "":
        return Day(None)
    day = _day_of(raw)
    return Day(day) if day is not None else Day(None, _refused(raw, sheet, cell))


def parse_span(raw: str | float | bool | None, *, sheet: str | None = None, cell: str | None = None) -> Span:
    """Read one day or one calendar period: 'Quý II/2026', 'Tháng 12/2026', '6 tháng đầu năm 2026', 'Năm 2026'."""
    if raw is None or raw == "":
        return Span(None, None)
    day = _day_of(raw)
    if day is not None:
        return Span(day, day)
    span = _span_of(fold(raw)) if isinstance(raw, str) else None
    return Span(*span) if span is not None else Span(None, None, _refused(raw, sheet, cell))


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


def _span_of(text: str) -> tuple[dt.date, dt.date] | None:
    if match := _QUARTER.fullmatch(text):
        quarter = _ROMAN.get(match["q"]) or int(match["q"])
        return _months(int(match["y"]), quarter * MONTHS_OF_QUARTER - 2, quarter * MONTHS_OF_QUARTER)
    if match := _MONTH.fullmatch(text):
        return _months(int(match["y"]), int(match["m"]), int(match["m"]))
    if match := _HALF.fullmatch(text):
        first = 1 if match["h"] == "đầu" else 7
        return _months(int(match["y"]), first, first + 5)
    if match := _WHOLE_YEAR.fullmatch(text):
        return _months(int(match["y"]), 1, MONTHS_OF_YEAR)
    return None


def _months(year: int, first: int, last: int) -> tuple[dt.date, dt.date] | None:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= first <= last <= MONTHS_OF_YEAR):
        return None
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
