"""Facts of an .ods workbook, read from its content part (OpenDocument 1.3 part 3, chapter 9)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ingestion.caged.facts import Extent, SheetFacts
from ingestion.caged.formulas import check_formula
from ingestion.caged.request import Refusal, address
from ingestion.caged.xml_facts import PartReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.caged.archive import Archive
    from ingestion.caged.request import ReadingLimits

CONTENT_PART = "content.xml"
PERCENT = "0.00%"
FAILED = "#VALUE!"
LARGEST_REPEAT = 1 << 21
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_TYPES = frozenset({"float", "percentage", "currency", "date", "time", "boolean", "string"})
_HIDDEN = frozenset({"collapse", "filter"})


def read_facts(archive: Archive, limits: ReadingLimits) -> dict[str, SheetFacts]:
    """Return the facts of every table by its name.

    Raises:
        Refusal: FMT-02 no content, FMT-10/FMT-16 cells outside or too many, SEC-15 filled cells
            repeated beyond the limits, SEC-16 too many sheets.
    """
    content = _Content(limits)
    name = archive.name_of(CONTENT_PART)
    if name is None:
        raise Refusal("FMT-02", found=f"thiếu phần {CONTENT_PART}")
    try:
        content.read(archive.pieces(name))
    except (LookupError, ValueError) as error:  # a repeat that is no number, an encoding that nobody knows
        raise Refusal("FMT-02", found=f"phần {CONTENT_PART} không đọc được") from error
    return content.sheets


class _Content(PartReader):
    """Follows rows and cells with their repeats; empty repeats only move the position (LibreOffice writes them)."""

    bare_names = False

    def __init__(self, limits: ReadingLimits) -> None:
        super().__init__()
        self.sheets: dict[str, SheetFacts] = {}
        self._limits = limits
        self._extent = Extent(limits)
        self._sheet: SheetFacts | None = None
        self._row = self._row_repeat = self._column = 0
        self._is_untyped = self._is_in_note = False
        self._failed: list[tuple[int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._start_table(attributes)
        elif self._sheet is None:
            return
        elif name == "table:table-row":
            self._start_row(self._sheet, attributes)
        elif name in _CELLS:
            self._take_cell(self._sheet, attributes)
        elif name == "table:table-column":
            self._take_column(self._sheet, attributes)
        elif name == "office:annotation":
            self._is_in_note = True
        elif name == "text:p":
            self.text.clear()

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._row_repeat
        elif name == "table:table":
            self._sheet = None
        elif name == "office:annotation":
            self._is_in_note = False
        elif name == "text:p" and self._is_untyped and not self._is_in_note and any(self.text):
            raise Refusal("FMT-02", found=f"ô {address(self._row, self._column - 1)} có chữ mà không ghi kiểu dữ liệu")
        elif name in _CELLS:
            self._is_untyped = False
            self._take_failed()

    def _start_table(self, attributes: dict[str, str]) -> None:
        if self._sheet is not None:
            raise Refusal("FMT-02", found="bảng lồng trong ô")
        name = attributes.get("table:name", "")
        if name in self.sheets:
            raise Refusal("FMT-02", found="hai trang tính cùng tên")
        self._sheet = self.sheets[name] = SheetFacts(name)
        self._row = self._column = 0
        if len(self.sheets) > self._limits.sheets:
            raise Refusal("SEC-16", what="trang tính", found=str(len(self.sheets)), limit="sheets")

    def _start_row(self, sheet: SheetFacts, attributes: dict[str, str]) -> None:
        self._column = 0
        self._row_repeat = _repeat(attributes, "table:number-rows-repeated")
        if attributes.get("table:visibility") in _HIDDEN:
            sheet.hidden_rows.update(range(self._row, min(self._row + self._row_repeat, self._limits.rows)))

    def _take_column(self, sheet: SheetFacts, attributes: dict[str, str]) -> None:
        first = self._column
        self._column += _repeat(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _HIDDEN:
            sheet.hidden_columns.update(range(first, min(self._column, self._limits.columns)))

    def _take_cell(self, sheet: SheetFacts, attributes: dict[str, str]) -> None:
        first = self._column
        repeat = _repeat(attributes, "table:number-columns-repeated")
        self._column += repeat
        kind = attributes.get("office:value-type")
        if kind is not None and kind not in _TYPES:
            raise Refusal("FMT-02", found=f"kiểu dữ liệu {kind} ở ô {address(self._row, first)}")
        is_formula = "table:formula" in attributes
        self._is_untyped = kind is None and not is_formula
        if is_formula:
            check_formula(attributes["table:formula"], sheet.name, address(self._row, first))
        if kind is None and not is_formula:
            return
        if max(repeat, self._row_repeat) > 1:
            self._check_repeat(sheet, repeat)
        last_row, last_column = self._row + self._row_repeat - 1, first + repeat - 1
        self._extent.take(sheet, last_row, last_column, repeat * self._row_repeat)
        places = [(row, column) for row in range(self._row, last_row + 1) for column in range(first, last_column + 1)]
        if kind is None:
            sheet.uncalculated += places
        elif attributes.get("calcext:value-type") == "error":
            self._failed = places
            self.text.clear()
        elif kind == "percentage":
            sheet.formats.setdefault(PERCENT, []).extend(chain.from_iterable(places))

    def _take_failed(self) -> None:
        """Note a formula that failed: to every reader a text without value, only its paragraph says what happened."""
        if self._failed and self._sheet is not None:
            self._sheet.errors.update(dict.fromkeys(self._failed, "".join(self.text).strip() or FAILED))
            self._failed = []

    def _check_repeat(self, sheet: SheetFacts, repeat: int) -> None:
        limits = self._limits
        if (
            self._row + self._row_repeat > limits.rows
            or self._column > limits.columns
            or repeat * self._row_repeat > limits.cells
        ):
            told = f"{self._row_repeat} hàng × {repeat} cột"
            raise Refusal("SEC-15", sheet=sheet.name, found=told, limit="cells")


def _repeat(attributes: Mapping[str, str], name: str) -> int:
    return min(max(int(attributes.get(name, "1")), 1), LARGEST_REPEAT)
