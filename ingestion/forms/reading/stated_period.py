"""Find the one reporting period that a file without identity line states, or say why it is not certain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.reading.headers import TELLING
from ingestion.forms.reading.identity import period_lines
from ingestion.forms.reading.locate import LocatedCell, cell_at, cells_with_text
from ingestion.normalise.dates import parse_day
from ingestion.normalise.periods import Mentions, mentioned_periods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.cage import CagedFile
    from ingestion.forms.reading.locate import LocatedForm

WANTED = "Kỳ báo cáo: Tháng 6 năm 2026"
_BARE_MONTH = re.compile(r"(0?[1-9]|1[0-2]) ?[/-] ?(20[0-9]{2})")
_WHOLE_YEAR = re.compile("20[0-9]{2}")


def stated_period(caged: CagedFile, located: LocatedForm) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the code of the period that a file states, or FRE-02.

    A line "Kỳ báo cáo: …" counts before everything else. Without one, the heading above the tables,
    the titles of their results and the names of their sheets must name one month, quarter, half-year
    or nine months; a year alone may be the plan's and is not enough.
    """
    lines = dict(period_lines(caged))
    days = [cell for cell in lines if parse_day(cell.raw).value is not None]
    if days:
        told = f"{days[0].text}: một ngày, không phải một kỳ"
        return None, (finding("FRE-02", sheet=days[0].sheet, cell=days[0].address, found=told, expected=WANTED),)
    said = {cell: _labelled(stated) for cell, stated in lines.items()}
    if not said:
        said = {cell: _short_of_a_year(mentioned_periods(cell.text)) for cell in _headings(caged, located)}
    unclear = [cell for cell, mentions in said.items() if mentions.is_unclear]
    codes = {code: cell for cell, mentions in said.items() for code in mentions.codes}
    if len(codes) == 1 and not unclear:
        return next(iter(codes)), ()
    if unclear:
        place, found = unclear[0], unclear[0].text
    elif codes:
        place = list(codes.values())[-1]
        found = " và ".join(f"{code} (ô {cell.address or cell.sheet})" for code, cell in codes.items())
    else:
        place, found = None, "tệp không ghi kỳ"
    where = {"sheet": place.sheet, "cell": place.address or None} if place else {}
    return None, (finding("FRE-02", found=found, expected=WANTED, **where),)


def _labelled(stated: str) -> Mentions:
    """Read what a line "Kỳ báo cáo:" states; here, and only here, 6/2026 is a month."""
    month = _BARE_MONTH.fullmatch(stated)
    if month:
        return Mentions(frozenset({f"{month[2]}-{int(month[1]):02d}"}))
    mentions = mentioned_periods(stated)
    return mentions if mentions.codes else Mentions(frozenset(), is_unclear=True)


def _short_of_a_year(mentions: Mentions) -> Mentions:
    return Mentions(frozenset(code for code in mentions.codes if not _WHOLE_YEAR.fullmatch(code)), mentions.is_unclear)


def _headings(caged: CagedFile, located: LocatedForm) -> Iterator[LocatedCell]:
    """Yield the names of the sheets with tables, what stands above their tables, and the titles of results."""
    tops: dict[str, int] = {}
    for table in located.tables:
        tops.setdefault(table.sheet, table.top)
        yield LocatedCell(table.sheet, "", table.sheet)
        yield LocatedCell(table.sheet, "", table.titles[TELLING[table.part][1]])
    for sheet, row, column, _ in cells_with_text(caged):
        if row < tops.get(sheet.name, 0):
            yield cell_at(sheet, row, column)
