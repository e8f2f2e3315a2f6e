"""What comes out of the cage."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from ingestion.caged.request import address
from ingestion.findings import FindingRefused, finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from ingestion.findings import Finding

Cell = str | int | float | bool | None
Position = tuple[int, int]
NAMED_HIDDEN = 5


class CageRefused(FindingRefused):
    """The caged reader refused the file, died of it, or ran out of time or memory; the finding says which."""


@dataclass(frozen=True)
class CagedSheet:
    """One sheet as plain values: `rows[r][c]` starts at A1, every position counts from zero.

    Cells: text, int (whole numbers), float, bool, None (empty). Dates, times and durations arrive
    as ISO text, failed formulas as their error text (`#DIV/0!`), formulas as their stored result.
    `formats` has the number format of typed numbers that have one other than General; `uncalculated`
    the formulas without a stored result (their cell is None); `errors` the failed ones.
    """

    name: str
    is_hidden: bool
    rows: tuple[tuple[Cell, ...], ...]
    formats: Mapping[Position, str] = field(default_factory=lambda: MappingProxyType({}))
    uncalculated: frozenset[Position] = frozenset()
    errors: frozenset[Position] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @cached_property
    def texts(self) -> tuple[tuple[int, int, str], ...]:
        """Every cell with text: its row, its column, the text; row by row."""
        return tuple(
            (number, column, cell)
            for number, row in enumerate(self.rows)
            for column, cell in enumerate(row)
            if type(cell) is str
        )


@dataclass(frozen=True)
class CagedFile:
    """One upload, read: its sheets in the order of the file."""

    sheets: tuple[CagedSheet, ...]


def hidden_data(sheet: CagedSheet, expected_columns: Set[int] = frozenset()) -> Finding | None:
    """Return FMT-14 when cells with data are hidden: by row, column or sheet.

    `expected_columns` are the columns that the form itself hides. Values are read all the same
    (reliability F31); the sender is told which cells were used.
    """
    if not (sheet.is_hidden or sheet.hidden_rows or sheet.hidden_columns - expected_columns):
        return None
    hidden = [
        address(row, column)
        for row, cells in enumerate(sheet.rows)
        for column, cell in enumerate(cells)
        if cell is not None
        and column not in expected_columns
        and (sheet.is_hidden or row in sheet.hidden_rows or column in sheet.hidden_columns)
    ]
    if not hidden:
        return None
    more = f" và {len(hidden) - NAMED_HIDDEN} ô khác" if len(hidden) > NAMED_HIDDEN else ""
    return finding("FMT-14", sheet=sheet.name, found=", ".join(hidden[:NAMED_HIDDEN]) + more)
