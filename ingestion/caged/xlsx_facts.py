"""Facts of an .xlsx workbook, read from its sheet and style parts (ECMA-376 part 1, chapter 18)."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from ingestion.caged.archive import SMALL
from ingestion.caged.facts import LAST_ROW, Extent, SheetFacts
from ingestion.caged.formulas import check_formula
from ingestion.caged.plain_rows import take_plain_rows
from ingestion.caged.plain_styles import GENERAL, LONGEST_FORMAT, plain_styles, shows
from ingestion.caged.plain_texts import shared_strings
from ingestion.caged.plain_values import BookFacts
from ingestion.caged.request import Refusal, address
from ingestion.caged.xml_facts import PartReader, check_markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.caged.archive import Archive
    from ingestion.caged.request import ReadingLimits

DIGITS = "0123456789"
_FORMULAS = frozenset({"f", "formula", "formula1", "formula2"})
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})
# A reader that goes by the last part of a name would see these behind any prefix, where we see only the root's.
_CELL_TAGS = frozenset({"row", "c", "v", "is", "f", "sheetData"})
SHOWN_TAG = 60
OFTEN_THE_SAME, REMEMBERED = 1 << 16, 32
"""Parts of so few bytes are often the same in many workbooks of one template; whoever reads many remembers so many."""
VISIBLE = "visible"
_STATES = frozenset({VISIBLE, "hidden", "veryHidden"})
# Number formats that a workbook may use without spelling them out (ECMA-376 part 1, 18.8.30).
_BUILT_IN = {
    "0": GENERAL, "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00",
    "12": "# ?/?", "13": "# ??/??", "14": "mm-dd-yy", "15": "d-mmm-yy", "16": "d-mmm", "17": "mmm-yy",
    "22": "m/d/yy h:mm",
    "37": "#,##0 ;(#,##0)", "38": "#,##0 ;[Red](#,##0)", "39": "#,##0.00;(#,##0.00)", "49": "@",
}  # fmt: skip

Reader = TypeVar("Reader", bound=PartReader)


def read_facts(archive: Archive, limits: ReadingLimits) -> dict[str, SheetFacts]:
    """Return the facts of every sheet by its name.

    Raises:
        Refusal: FMT-02 no workbook, FMT-10/FMT-16 cells outside or too many, SEC-16 too many sheets.
    """
    package = _read(archive, "_rels/.rels", _Relations)
    main = _part_of(package.of_kind("officeDocument"), "")
    workbook = _read(archive, main, _Workbook)
    if len(workbook.sheets) > limits.sheets:
        raise Refusal("SEC-16", what="trang tính", found=str(len(workbook.sheets)), limit="sheets")
    if len({name for name, *_ in workbook.sheets}) != len(workbook.sheets):
        raise Refusal("FMT-02", found="hai trang tính cùng tên")
    folder, _, base = main.rpartition("/")
    relations = _read(archive, f"{folder}/_rels/{base}.rels".removeprefix("/"), _Relations)
    style_part = _part_of(relations.of_kind("styles"), folder)
    has_styles = archive.name_of(style_part) is not None
    styles = _read(archive, style_part, _Styles) if has_styles else _Styles()
    is_usual = styles.are_styles == has_styles and _is_usual(archive, main, workbook, relations)
    texts = _shared_strings(archive) if is_usual else None
    book = styles.facts._replace(texts=texts)
    extent = Extent(limits)
    facts = {}
    for name, relation, state in workbook.sheets:
        sheet = _Sheet(SheetFacts(name, is_hidden=state != VISIBLE), book, extent)
        if archive.name_of(part := _part_of(relations.targets.get(relation, ""), folder)):
            _read_into(sheet, archive, part)
        facts[name] = sheet.facts
    return facts


def _is_usual(archive: Archive, main: str, workbook: _Workbook, relations: _Relations) -> bool:
    """Tell whether all parts are where every reader looks for them, and days count from 1900."""
    return (
        main == "xl/workbook.xml"
        and not workbook.counts_from_1904
        and all(_is_where_readers_look(archive, relations, kind) for kind in ("styles", "sharedStrings"))
        and all(
            name.isprintable() and state in _STATES and relations.kind_of(relation) == "worksheet"
            for name, relation, state in workbook.sheets
        )
    )


def _is_where_readers_look(archive: Archive, relations: _Relations, kind: str) -> bool:
    """Tell whether a part has its usual name, or is not there at all."""
    usual = f"xl/{kind.lower()}.xml"
    return _part_of(relations.of_kind(kind), "xl") == usual if archive.name_of(usual) else not relations.of_kind(kind)


def _shared_strings(archive: Archive) -> list[str] | None:
    part = archive.name_of("xl/sharedStrings.xml")
    if part is None:
        return []
    return shared_strings(archive.read(part)) if archive.size_of(part) <= SMALL else None


def _read(archive: Archive, part: str, kind: type[Reader]) -> Reader:
    """Return what a part says; raises Refusal FMT-02 where there is none, or none that can be read."""
    name = archive.name_of(part)
    if name is not None and archive.size_of(name) <= OFTEN_THE_SAME:
        reading: Any = kind
        known: Reader = _read_once(reading, archive.read(name), part)
        return known
    reader = kind()
    _read_into(reader, archive, part)
    return reader


@lru_cache(maxsize=REMEMBERED)
def _read_once(kind: Any, markup: bytes, part: str) -> Any:
    reader = kind()
    with _told_of(part):
        reader.read_whole(markup)
    return reader


def _read_into(reader: PartReader, archive: Archive, part: str) -> None:
    name = archive.name_of(part)
    if name is None:
        raise Refusal("FMT-02", found=f"thiếu phần {part}")
    with _told_of(part):
        if archive.size_of(name) <= SMALL:
            reader.read_whole(archive.read(name))
        else:
            reader.read(archive.pieces(name))


@contextmanager
def _told_of(part: str) -> Iterator[None]:
    """Refuse a part with no number where one must stand, or in an encoding that nobody knows."""
    try:
        yield
    except (LookupError, ValueError) as error:
        raise Refusal("FMT-02", found=f"phần {part} không đọc được") from error


def _part_of(target: str, folder: str) -> str:
    """Return the part that a relationship of a part in `folder` points to, as its key in lower case."""
    target = target.lower()
    return target[1:] if target.startswith("/") else f"{folder}/{target}".removeprefix("/")


class _Workbook(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, str]] = []
        self.counts_from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), relation, attributes.get("state", VISIBLE)))
        elif name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "0") not in _FALSE
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
        self._kind_of: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            relation, kind = attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2]
            self.targets[relation], self._kind_of[relation], self._kinds[kind] = target, kind, target

    def of_kind(self, kind: str) -> str:
        """Return the target of the relationship of this kind, or nothing."""
        return self._kinds.get(kind, "")

    def kind_of(self, relation: str) -> str:
        """Return of which kind a relationship is, or nothing."""
        return self._kind_of.get(relation, "")


class _Styles(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self._codes = dict(_BUILT_IN)
        self._cells: list[str] = []
        self._is_cell_style = False
        self.are_styles = False

    def read_whole(self, markup: bytes) -> None:
        """Read a whole part: at once where its tables are plainly spelled, as nearly all are."""
        tables = plain_styles(markup)
        if tables is None:
            self.read((markup,))
        else:
            check_markup(markup)
            self.are_styles = True
            codes, self._cells = tables
            self._codes |= codes

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "xf":
            if self._is_cell_style:
                self._cells.append(attributes.get("numFmtId", "0"))
        elif name == "numFmt":
            code = attributes.get("formatCode", GENERAL)
            if len(code) > LONGEST_FORMAT:
                raise Refusal("FMT-02", found=f"định dạng số dài {len(code)} ký tự")
            self._codes[attributes.get("numFmtId", "")] = code
        elif name == "styleSheet":
            self.are_styles = True
        elif name == "cellXfs":
            if self._cells:  # readers would number the styles differently
                raise Refusal("FMT-02", found="hai bảng kiểu ô")
            self._is_cell_style = True

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cell_style = False

    @cached_property
    def facts(self) -> BookFacts:
        """What the sheets need of the styles."""
        codes = {str(index): self._codes.get(number) for index, number in enumerate(self._cells)}
        shown = {code: shows(code) for code in set(codes.values()) if code is not None}
        return BookFacts(
            {index: code for index, code in codes.items() if code is not None and code != GENERAL},
            len(self._cells),
            None,
            {index for index, code in codes.items() if code is not None and shown[code] == "date"},
            {index for index, code in codes.items() if code is None or shown[code] is None},
        )


class _Sheet(PartReader):
    """Follows cells as they stand; one object per sheet, few calls per cell because sheets can be large."""

    def __init__(self, facts: SheetFacts, book: BookFacts, extent: Extent) -> None:
        super().__init__()
        self.facts = facts
        self._book = book
        self._extent = extent
        self._columns: dict[str, int] = {}
        self._row = self._column = self._last_row = self._last_column = -1
        self._kind = self._style = ""
        self._has_formula = self._has_value = self._has_text = False

    def read_whole(self, markup: bytes) -> None:
        """Read a whole part: its rows at once where they are plainly spelled."""
        self.read((take_plain_rows(markup, self.facts, self._book, self._extent),))

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
            if code := self._book.formats.get(self._style):
                self.facts.formats.setdefault(code, []).extend((self._row, self._column))
            elif self._book.styles and not (self._style.isdigit() and int(self._style) < self._book.styles):
                raise self._unreadable("chỉ số kiểu")

    def _unreadable(self, what: str) -> Refusal:
        return Refusal("FMT-02", found=f"{what} sai ở ô {address(self._row, self._column)}")
