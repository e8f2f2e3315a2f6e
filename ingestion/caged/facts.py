"""What a workbook's own markup says beside the values: positions, formats, formulas, what is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.caged.request import Refusal, address

if TYPE_CHECKING:
    from ingestion.caged.request import ReadingLimits

Position = tuple[int, int]
Cell = str | int | float | bool | None
LAST_ROW = 1_048_576  # of any spreadsheet program


@dataclass
class SheetFacts:
    """Facts of one sheet; rows and columns count from zero.

    `formats` has, for each number format, the rows and columns of its cells in turn. `rows` has the values where
    they could be told without the general reader, else it is None.
    """

    name: str
    formats: dict[str, list[int]] = field(default_factory=dict)
    errors: dict[Position, str] = field(default_factory=dict)
    uncalculated: list[Position] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    height: int = 0
    width: int = 0
    is_hidden: bool = False
    rows: list[list[Cell]] | None = None


class Extent:
    """Watches where values stand: far cells, too many cells and too large a grid are refused before any reader."""

    def __init__(self, limits: ReadingLimits) -> None:
        """Count over all sheets of one file."""
        self.rows, self.columns = limits.rows, limits.columns
        self._most = limits.cells
        self._cells = self._area = 0

    def has_room(self, sheet: SheetFacts, row: int, column: int, count: int) -> bool:
        """Tell whether `take` would take these cells."""
        grown = max(sheet.height, row + 1) * max(sheet.width, column + 1) - sheet.height * sheet.width
        is_inside = row < self.rows and column < self.columns
        return is_inside and max(self._cells + count, self._area + grown) <= self._most

    def take(self, sheet: SheetFacts, row: int, column: int, count: int = 1) -> None:
        """Note `count` cells with a value, the last of them at this position.

        Raises:
            Refusal: FMT-10 outside the area, FMT-16 more cells (or larger grids, over all sheets)
                than allowed, FMT-02 a position that no sheet has.
        """
        if row < 0 or column < 0:
            raise Refusal("FMT-02", found="địa chỉ ô sai")
        if row >= self.rows or column >= self.columns:
            raise Refusal("FMT-10", sheet=sheet.name, cell=address(row, column))
        if row >= sheet.height or column >= sheet.width:
            self._area -= sheet.height * sheet.width
            sheet.height, sheet.width = max(sheet.height, row + 1), max(sheet.width, column + 1)
            self._area += sheet.height * sheet.width
        self._cells += count
        if self._cells > self._most or self._area > self._most:
            raise Refusal("FMT-16", sheet=sheet.name, what="ô", found=f"hơn {self._most}", limit="cells")
