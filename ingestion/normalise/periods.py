"""Find the reporting periods that a text speaks of: 'Tháng 6 năm 2026', 'Quý II/2026', '6 tháng đầu năm 2026'.

Only what is written out with its year counts (domain 7.3). Spans ("từ tháng 1 đến tháng 6/2026"), lists of
months, running totals ("đến hết tháng 6/2026") and periods without a year are told apart as unclear,
never narrowed to one of their ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.normalise.text import fold

_YEAR = r"(?: ?[/.-] ?| năm |, năm | )(20[0-9]{2})(?![0-9])"
_OF_YEAR = r"(?: của)? năm (20[0-9]{2})(?![0-9])"
_DAY = re.compile(
    r"(?:ngày )?(?<![0-9])[0-9]{1,2} ?([/.-]) ?[0-9]{1,2} ?\1 ?[0-9]{4}(?![0-9])"
    r"|ngày [0-9….]* ?tháng [0-9….]* ?năm (?:20)?[0-9….]+"
)
_MENTION = re.compile(
    rf"(?P<half>6|sáu) tháng (?P<end>đầu|cuối){_OF_YEAR}"
    rf"|(?P<nine>9|chín) tháng(?: đầu)?{_OF_YEAR}"
    rf"|(?:quý |\bq)(?P<quarter>iv|i{{1,3}}|[1-4]){_YEAR}"
    rf"|\btháng (?P<month>0?[1-9]|1[0-2]){_YEAR}"
    r"|\bnăm (20[0-9]{2})(?![0-9])"
)
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LEFT_OVER = re.compile(r"\btháng [0-9]|\bquý (?:[1-4]|i)|[0-9] tháng\b")
_NAMED = ("half", "nine", "quarter", "month")
_SPAN_BEFORE = re.compile(r"\b(?:từ|đến|tới|hết) $")
_SPAN_AFTER = re.compile(r" (?:đến|tới) ")


@dataclass(frozen=True)
class Mentions:
    """The period codes that a text names (design 4.4), and whether it also speaks of time in another way."""

    codes: frozenset[str]
    is_unclear: bool = False


def mentioned_periods(text: str) -> Mentions:
    """Return the periods that a text names; days ("ngày 15 tháng 6 năm 2026") are no periods."""
    folded = _DAY.sub(" ", fold(text))
    found = list(_MENTION.finditer(folded))
    is_span = any(
        _SPAN_BEFORE.search(folded[: match.start()]) or _SPAN_AFTER.match(folded[match.end() :])
        for match in found
        if any(match.group(*_NAMED))
    )
    rest = _MENTION.sub(" ", folded)
    return Mentions(frozenset(map(_code, found)), is_unclear=is_span or _LEFT_OVER.search(rest) is not None)


def without_periods(text: str) -> str:
    """Return a text, folded, without the periods that it names."""
    return _MENTION.sub(" ", fold(text))


def _code(match: re.Match[str]) -> str:
    year = next(group for group in match.groups() if group is not None and re.fullmatch("20[0-9]{2}", group))
    if match["half"]:
        return f"{year}-H{1 if match['end'] == 'đầu' else 2}"
    if match["nine"]:
        return f"{year}-M9"
    if match["quarter"]:
        return f"{year}-Q{_QUARTERS.get(match['quarter']) or match['quarter']}"
    if match["month"]:
        return f"{year}-{int(match['month']):02d}"
    return year
