"""Facts of an .xlsx workbook, read from its sheet and style parts (ECMA-376 part 1, chapter 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.caged.facts import LAST_ROW, Extent, SheetFacts
from ingestion.caged.formulas import check_formula
from ingestion.caged.plain_rows import take_plain_rows
from ingestion.caged.request import Refusal, address
from ingestion.caged.xml_facts import PartReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.caged.archive import Archive
    from ingestion.caged.request import ReadingLimits

DIGITS = "0123456789"
GENERAL = "General"
LONGEST_FORMAT = 255  # what Excel allows; longer ones only cost time wherever they are looked at
_FORMULAS = frozenset({"f", "formula", "formula1", "formula2"})
_TRUE = frozenset({"1", "true"})
# A reader that goes by the last part of a name would see these behind any prefix, where we see only the root's.
_CELL_TAGS = frozenset({"row", "c", "v", "is", "f", "sheetData"})
SHOWN_TAG = 60
# Number formats that a workbook may use without spelling them out (ECMA-376 part 1, 18.8.30).
_BUILT_IN = {
    "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00", "12": "# ?/?",
    "13": "# ??/??", "14": "mm-dd-yy", "15": "d-mmm-yy", "16": "d-mmm", "17": "mmm-yy", "22": "m/d/yy h:mm",
    "37": "#,##0 ;(#,##0)", "38": "#,##0 ;[Red](#,##0)", "39": "#,##0.00;(#,##0.00)", "49": "@",
}  # fmt: skip


def read_facts(archive: Archive, limits: ReadingLimits) -> dict[str, SheetFacts]:
    """Return the facts of every sheet by its name.

    Raises:
        Refusal: FMT-02 no workbook, FMT-10/FMT-16 cells outside or too many, SEC-16 too many sheets.
    """
    package = _Relations()
    _read(archive, "_rels/.rels", package)
    main = _part_of(package.of_kind("officeDocument"), "")
    workbook = _Workbook()
    _read(archive, main, workbook)
    if len(workbook.sheets) > limits.sheets:
        raise Refusal("SEC-16", what="trang tính", found=str(len(workbook.sheets)), limit="sheets")
    if len({name for name, _ in workbook.sheets}) != len(workbook.sheets):
        raise Refusal("FMT-02", found="hai trang tính cùng tên")
    folder, _, base = main.rpartition("/")
    relations = _Relations()
    _read(archive, f"{folder}/_rels/{base}.rels".removeprefix("/"), relations)
    styles = _Styles()
    if archive.name_of(style_part := _part_of(relations.of_kind("styles"), folder)):
        _read(archive, style_part, styles)
    formats = styles.formats()
    extent = Extent(limits)
    facts = {}
    for name, relation in workbook.sheets:
        sheet = _Sheet(SheetFacts(name), formats, styles.count, extent)
        if archive.name_of(part := _part_of(relations.targets.get(relation, ""), folder)):
            _read(archive, part, sheet)
        facts[name] = sheet.facts
    return facts


def _read(archive: Archive, part: str, reader: PartReader) -> None:
    name = archive.name_of(part)
    if name is None:
        raise Refusal("FMT-02", found=f"thiếu phần {part}")
    try:
        if isinstance(reader, _Sheet) and archive.is_small(name):
            reader.read((reader.without_plain_rows(archive.read(name)),))
        else:
            reader.read(archive.pieces(name))
    except (LookupError, ValueError) as error:  # no number where one must stand, an encoding that nobody knows
        raise Refusal("FMT-02", found=f"phần {part} không đọc được") from error


def _part_of(target: str, folder: str) -> str:
    """Return the part that a relationship of a part in `folder` points to, as its key in lower case."""
    target = target.lower()
    return target[1:] if target.startswith("/") else f"{folder}/{target}".removeprefix("/")


class _Workbook(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), relation))
        elif name == "definedName":
            self.text.clear()

    def end(self, name: str) -> None:
        if name == "definedName":
            check_formula("".join(self.text))


class _Relations(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self._kinds: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            self.targets[attributes.get("Id", "")] = target
            self._kinds[attributes.get("Type", "").rpartition("/")[2]] = target

    def of_kind(self, kind: str) -> str:
        """Return the target of the relationship of this kind, or nothing."""
        return self._kinds.get(kind, "")


class _Styles(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self._codes = dict(_BUILT_IN)
        self._cells: list[str] = []
        self._is_cell_style = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "xf":
            if self._is_cell_style:
                self._cells.append(attributes.get("numFmtId", "0"))
        elif name == "numFmt":
            code = attributes.get("formatCode", GENERAL)
            if len(code) > LONGEST_FORMAT:
                raise Refusal("FMT-02", found=f"định dạng số dài {len(code)} ký tự")
            self._codes[attributes.get("numFmtId", "")] = code
        elif name == "cellXfs":
            if self._cells:  # readers would number the styles differently
                raise Refusal("FMT-02", found="hai bảng kiểu ô")
            self._is_cell_style = True

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cell_style = False

    @property
    def count(self) -> int:
        """How many cell styles there are; 0 where the workbook has no table of them."""
        return len(self._cells)

    def formats(self) -> dict[str, str]:
        """Return the number format of each cell style that has one, by the style's index."""
        codes = ((str(index), self._codes.get(number, GENERAL)) for index, number in enumerate(self._cells))
        return {index: code for index, code in codes if code != GENERAL}


class _Sheet(PartReader):
    """Follows cells as they stand; one object per sheet, few calls per cell because sheets can be large."""

    def __init__(self, facts: SheetFacts, formats: Mapping[str, str], styles: int, extent: Extent) -> None:
        super().__init__()
        self.facts = facts
        self._formats = formats
        self._styles = styles
        self._extent = extent
        self._columns: dict[str, int] = {}
        self._row = self._column = self._last_row = self._last_column = -1
        self._kind = self._style = ""
        self._has_formula = self._has_value = self._has_text = False

    def without_plain_rows(self, markup: bytes) -> bytes:
        """Take the rows at once where they are plain; returns what is left to read."""
        return take_plain_rows(markup, self.facts, self._formats, self._styles, self._extent)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or name == "is":
            if self._has_value or self._has_text:
                raise Refusal("FMT-02", found=f"ô {address(self._row, self._column)} ghi hai giá trị")
            self._has_value, self._has_text = name == "v", name == "is"
            self.text.clear()
        elif name == "row":
            self._start_row(attributes)
        elif name in _FORMULAS:
            self._has_formula = True
            self.text.clear()
        elif name == "col" and attributes.get("hidden") in _TRUE:
            last = min(int(attributes["max"]), self._extent.columns)
            self.facts.hidden_columns.update(range(max(int(attributes["min"]) - 1, 0), last))
        elif ":" in name and name.rpartition(":")[2] in _CELL_TAGS:
            raise Refusal("FMT-02", found=f"thẻ {name[:SHOWN_TAG]}")

    def end(self, name: str) -> None:
        if name == "v":
            self._has_value = self._kind == "str" or any(self.text)
            if self._kind == "e":
                self.facts.errors[self._row, self._column] = "".join(self.text)
            elif self._kind == "s" and not "".join(self.text).strip().isdigit():  # readers take the first string for it
                raise self._unreadable("chỉ số chuỗi")
        elif name == "c":
            if self._has_value or self._has_formula or self._has_text:
                self._end_cell()
        elif name in _FORMULAS:
            cell = (
                address(max(self._row, 0), max(self._column, 0)) if name == "f" else None
            )  # rules have no cell of their own
            check_formula("".join(self.text), self.facts.name, cell)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._row = int(number) - 1 if number else self._row + 1
        self._column = -1
        if self._row >= LAST_ROW:
            raise Refusal("FMT-02", found="địa chỉ hàng sai")
        if attributes.get("hidden") in _TRUE and 0 <= self._row < self._extent.rows:
            self.facts.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place:
            letters = place.rstrip(DIGITS)
            column = self._columns.get(letters)
            self._column = self._number_of(letters) if column is None else column
            self._row = int(place[len(letters) :]) - 1
        else:
            self._column += 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._has_formula = self._has_value = self._has_text = False
        self.text.clear()

    def _number_of(self, letters: str) -> int:
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - ord("A") + 1
        self._columns[letters] = number - 1
        return number - 1

    def _end_cell(self) -> None:
        self._extent.take(self.facts, self._row, self._column)
        if self._row < self._last_row or (self._row == self._last_row and self._column <= self._last_column):
            found = f"ô {address(self._row, self._column)} ghi hai lần hoặc sai thứ tự"
            raise Refusal("FMT-02", found=found)
        self._last_row, self._last_column = self._row, self._column
        if not (self._has_value or self._has_text):
            self.facts.uncalculated.append((self._row, self._column))
        if self._kind == "n" and self._style:
            if code := self._formats.get(self._style):
                self.facts.formats.setdefault(code, []).extend((self._row, self._column))
            elif self._styles and not (self._style.isdigit() and int(self._style) < self._styles):
                raise self._unreadable("chỉ số kiểu")

    def _unreadable(self, what: str) -> Refusal:
        return Refusal("FMT-02", found=f"{what} sai ở ô {address(self._row, self._column)}")
