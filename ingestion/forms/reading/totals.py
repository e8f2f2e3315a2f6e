"""Rows of totals and groups among the data: never taken as answers, but held against the rows they sum up.

A total row is a free reconciliation test (domain 7.5). Counts must add up exactly; money and other
measured figures may have been rounded. Percentages are never summed: a percentage in a total row
is either its own numerators over denominators or cannot be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import IndicatorRow
from ingestion.forms.reading.figures import FIGURE_KINDS, is_same_ratio, part_figure, percent_of
from ingestion.forms.reading.titles import words
from ingestion.forms.records import Observation
from ingestion.normalise.numbers import format_figure, parse_figure
from ingestion.normalise.text import fold
from plans.records import ValueKind

if TYPE_CHECKING:
    from ingestion.forms.reading.locate import LocatedCell, LocatedRow

ROUNDING_SHARE = Decimal("0.01")
"""How far a total of rounded figures may be off, as a share of the total (domain 7.5; project rule)."""
SUMMED_KINDS = frozenset({ValueKind.COUNT, ValueKind.MONEY})
PARTS = ("numerator", "denominator")
Answered = tuple[IndicatorRow, Observation]
"""One row that a total may sum up: what was asked and what was answered."""
_GROUP = re.compile(r"(?:[IVX]{1,5}|[A-HK])(?:[.)]?$|[.)]\s)")


def is_total(row: LocatedRow) -> bool:
    """Tell whether a row calls itself a total: 'Tổng cộng', 'Cộng mục I'; 'Tổng số hộ nghèo' is no total."""
    words_of_totals = words()
    return _is_named(row, (*words_of_totals.totals, *words_of_totals.subtotals))


def is_group(row: LocatedRow) -> bool:
    """Tell whether a row opens a group: numbered I, II or A, B."""
    return not row.key and _GROUP.match(row.number) is not None


def check_totals(rows: Sequence[LocatedRow], answers: Mapping[tuple[str, str], Answered]) -> tuple[Finding, ...]:
    """Hold the figures of total and group rows against their parts.

    Args:
        rows: Every row of the indicator tables, in the order of the file.
        answers: What was asked and answered, by sheet and address of the row's label.

    Returns:
        RUL-08 for a total that is not the sum of its group (or of all rows); RUL-09 for a figure that
        cannot be checked.
    """
    findings: list[Finding] = []
    for place, row in enumerate(rows):
        if _is_mark(row, answers):
            findings += _row_findings(row, _summed_up(rows, place, answers))
    return tuple(findings)


@lru_cache(maxsize=4)
def _names(words_of_totals: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(fold(name)) for name in words_of_totals)
    return re.compile(rf"(?:{names})(?: (?:mục|nhóm|phần))?(?: ?\(?[ivxa-h](?:[ivxa-h]| ?[+,&] ?)*\)?)? ?:?")


def _is_named(row: LocatedRow, words_of_totals: tuple[str, ...]) -> bool:
    texts = (row.label.text, row.number)
    return not row.key and any(_names(words_of_totals).fullmatch(fold(text)) for text in texts if text)


def _is_mark(row: LocatedRow, answers: Mapping[tuple[str, str], Answered]) -> bool:
    """Tell whether a row is no answer but a total or the title of a group."""
    return (row.label.sheet, row.label.address) not in answers and (is_total(row) or is_group(row))


def _summed_up(
    rows: Sequence[LocatedRow], place: int, answers: Mapping[tuple[str, str], Answered]
) -> list[list[Answered]]:
    """Return what a row may sum up: its group (a group title stands above its rows), and for a total all rows."""
    row = rows[place]
    before, after = list(reversed(rows[:place])), list(rows[place + 1 :])
    near = after if is_group(row) or not _answered(before, answers) else before
    group = takewhile(lambda other: not _is_mark(other, answers), near)
    choices = [_answered(group, answers)]
    if _is_named(row, words().totals):
        choices.append(_answered(near, answers))
    return [choice for choice in choices if choice]


def _answered(rows: Iterable[LocatedRow], answers: Mapping[tuple[str, str], Answered]) -> list[Answered]:
    places = ((row.label.sheet, row.label.address) for row in rows)
    return [answers[place] for place in places if place in answers]


def _row_findings(row: LocatedRow, choices: Sequence[Sequence[Answered]]) -> list[Finding]:
    findings = []
    for column in (*PARTS, "value"):
        cell = row.cells[column]
        if cell.text or cell.is_broken:
            told = [_checked(row, column, parts) for parts in choices] or [_unchecked(cell)]
            # One reading that holds is enough; a reading that cannot be checked is no proof of a mistake.
            if None not in told:
                findings.append(max((found for found in told if found), key=lambda found: found.code))
    return findings


def _checked(row: LocatedRow, column: str, parts: Sequence[Answered]) -> Finding | None:
    cell = row.cells[column]
    reported = [(item, answer) for item, answer in parts if answer.value_status == "reported"]
    ratios = [answer for item, answer in reported if item.kind is ValueKind.RATIO]
    if cell.is_broken:
        return _unchecked(cell)
    if column in PARTS:
        return _sum_checked(cell, part_figure(cell)[0], [getattr(answer, column) for answer in ratios])
    kinds = {item.kind for item, _ in parts}
    if kinds == {ValueKind.RATIO}:
        return _ratio_checked(cell, ratios)
    if len(kinds) > 1 or not kinds <= SUMMED_KINDS or len({fold(item.unit) for item, _ in parts}) > 1:
        return _unchecked(cell)
    (kind,) = kinds
    figure = parse_figure(cell.raw, FIGURE_KINDS[kind], cell.number_format, unit=parts[0][0].unit or None)
    is_rounded = kind is ValueKind.MONEY
    return _sum_checked(cell, figure.value, [answer.value for _, answer in reported], is_rounded=is_rounded)


def _sum_checked(
    cell: LocatedCell, total: Decimal | None, figures: Sequence[Decimal | None], *, is_rounded: bool = False
) -> Finding | None:
    known = [figure for figure in figures if figure is not None]
    if total is None or not figures or len(known) < len(figures):
        return _unchecked(cell)
    expected = sum(known, Decimal(0))
    is_rounded = is_rounded or any(figure != figure.to_integral_value() for figure in (total, *known))
    if total == expected or (is_rounded and abs(total - expected) < ROUNDING_SHARE * abs(total)):
        return None
    return finding(
        "RUL-08", sheet=cell.sheet, cell=cell.address, found=format_figure(total), expected=format_figure(expected)
    )


def _ratio_checked(cell: LocatedCell, ratios: Sequence[Observation]) -> Finding | None:
    """A percentage in a total row is right only as the sum of numerators over the sum of denominators."""
    figure = parse_figure(cell.raw, "ratio", cell.number_format)
    parts = [
        (answer.numerator, answer.denominator)
        for answer in ratios
        if answer.numerator is not None and answer.denominator is not None
    ]
    whole = sum((denominator for _, denominator in parts), Decimal(0))
    if figure.value is None or len(parts) < len(ratios) or not whole:
        return _unchecked(cell)
    computed = percent_of(sum((numerator for numerator, _ in parts), Decimal(0)), whole)
    return None if is_same_ratio(figure.value, computed) else _unchecked(cell)


def _unchecked(cell: LocatedCell) -> Finding:
    return finding("RUL-09", sheet=cell.sheet, cell=cell.address, found=cell.text or "chưa có kết quả tính")
