"""What the input cells of a sheet offer or warn of: each rule is written once, for all its cells.

A rule per cell would be most of the file, and every program and reader would pay for it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsxwriter.worksheet import Worksheet


class InputRules:
    """Collects the cells of every rule of one sheet."""

    def __init__(self) -> None:
        """Start without rules."""
        self._cells: dict[str, tuple[Mapping[str, Any], list[tuple[int, int]]]] = {}

    def add(self, row: int, column: int, rule: Mapping[str, Any]) -> None:
        """Put a rule (in XlsxWriter's words) on a cell; rows and columns from zero."""
        self._cells.setdefault(repr(rule), (rule, []))[1].append((row, column))

    def write(self, sheet: Worksheet) -> None:
        """Write every rule."""
        for rule, cells in self._cells.values():
            areas = " ".join(_areas(cells))
            sheet.data_validation(*cells[0], *cells[0], {**rule, "multi_range": areas})


def _areas(cells: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Give the areas that cells fill, each a part of one column."""
    for column, rows in groupby(sorted(cells, key=lambda cell: (cell[1], cell[0])), key=lambda cell: cell[1]):
        for _, run in groupby(enumerate(row for row, _ in rows), key=lambda place: place[1] - place[0]):
            filled = [row for _, row in run]
            yield xl_range(filled[0], column, filled[-1], column)
