"""Find a form's cells in a workbook by what they say, not by where they stand.

Tables are recognised by their column titles, rows by the hidden key. A unit may insert rows
and columns, rename sheets or lose the key column; what cannot be found is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ingestion.cage import CagedFile, CagedSheet, Cell, hidden_data
from ingestion.caged.request import address
from ingestion.findings import Finding, finding
from ingestion.forms.layout import (
    FORM_CODE,
    IDENTITY_SHEET,
    NATURE_LABEL,
    NATURE_NAME,
    SIGNATURE_TITLES,
    TEMPLATE_VERSION,
    FormIdentity,
    read_identity,
)
from ingestion.forms.reading.headers import TELLING, Header, headers_of, is_column_numbers, is_title_of_label
from ingestion.forms.reading.titles import COLUMNS, printed_titles, words
from ingestion.normalise.text import clean, fold

REQUIRED = {
    "indicator": ("label", "numerator", "denominator", "value", "nil"),
    "task": ("label", "state", "percent"),
}
IDENTITY_SIGN = "-"  # of every identity line, and of few other cells
_IDENTITY_BEGUN = re.compile(rf"\b{FORM_CODE}{IDENTITY_SIGN}[0-9]", re.IGNORECASE)
SHORT = 40
"""Only a short cell can be the label or the signature line that is looked for."""


@dataclass(frozen=True, slots=True)
class LocatedCell:
    """A cell with its real address in the file.

    `number_format` is set where the workbook shows the number otherwise than as it is (percent);
    `is_broken` marks a formula that failed or was never calculated.
    """

    sheet: str
    address: str
    raw: Cell
    number_format: str | None = None
    is_broken: bool = False

    @property
    def text(self) -> str:
        """The cell as text, without outer blanks; whole floats without the '.0' that readers add."""
        return cell_text(self.raw)


@dataclass(frozen=True)
class LocatedRow:
    """A row that may belong to the form; `key` is empty where the key cell is.

    `cells` has every column of its part; a column that the table does not have is a blank cell at
    the address of the label.
    """

    key: str
    number: str
    label: LocatedCell
    cells: Mapping[str, LocatedCell]


@dataclass(frozen=True)
class LocatedTable:
    """One table of one part of the form (`indicator` or `task`).

    `top` is the first row of its header, `titles` the titles that it prints, by column.
    """

    part: str
    sheet: str
    top: int
    titles: Mapping[str, str]
    rows: tuple[LocatedRow, ...]


@dataclass(frozen=True)
class LocatedForm:
    """Everything found in a workbook before anything is judged.

    `spoilt_identities` are cells that should hold an identity line and hold none that is whole.
    """

    identities: tuple[tuple[FormIdentity, LocatedCell], ...]
    spoilt_identities: tuple[LocatedCell, ...]
    tables: tuple[LocatedTable, ...]
    nature: LocatedCell | None
    findings: tuple[Finding, ...] = field(default=())

    def rows(self, part: str) -> tuple[LocatedRow, ...]:
        """Return the rows of a part of the form."""
        return tuple(row for table in self.tables if table.part == part for row in table.rows)


def cell_text(raw: Cell) -> str:
    """Return a cell as text; None is empty."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def locate_form(caged: CagedFile) -> LocatedForm:
    """Find identity lines, tables and the nature cell in a workbook that the cage has read.

    A file with an identity line must have every column of that version of the form; one without is
    searched for tables with a name and a result.
    """
    identities, spoilt = _identities(caged)
    version = identities[0][0].template_version if identities else TEMPLATE_VERSION
    required = REQUIRED if identities else TELLING
    tables: list[LocatedTable] = []
    findings: list[Finding] = []
    for sheet in caged.sheets:
        headers = headers_of(sheet, version)
        for place, header in enumerate(headers, start=1):
            end = headers[place].top if place < len(headers) else len(sheet.rows)
            problems = _header_problems(sheet, header, version, required[header.part])
            findings += problems
            if not problems:
                rows = tuple(_rows_below(sheet, header, end, version))
                tables.append(LocatedTable(header.part, sheet.name, header.top, header.titles, rows))
        keys = {header.columns["key"] for header in headers if "key" in header.columns}
        hidden = hidden_data(sheet, keys) if sheet.name != IDENTITY_SHEET else None
        findings += [hidden] if hidden else []
    findings += _copied_tables(tables)
    return LocatedForm(tuple(identities), tuple(spoilt), tuple(tables), _nature(caged), tuple(findings))


def cells_with_text(caged: CagedFile) -> Iterator[tuple[CagedSheet, int, int, str]]:
    """Yield every text cell with its sheet, row and column."""
    for sheet in caged.sheets:
        for row, column, text in sheet.texts:
            yield sheet, row, column, text


def cell_at(sheet: CagedSheet, row: int, column: int) -> LocatedCell:
    """Return a cell with what the workbook says about it; an empty one beyond the end of its row."""
    cells = sheet.rows[row]
    place = (row, column)
    return LocatedCell(
        sheet=sheet.name,
        address=address(row, column),
        raw=cells[column] if column < len(cells) else None,
        number_format=sheet.formats.get(place),
        is_broken=place in sheet.uncalculated or place in sheet.errors,
    )


def cell_beside(sheet: CagedSheet, row: int, column: int) -> LocatedCell:
    """Return the first filled cell to the right, or the empty one beside it."""
    right = range(column + 1, len(sheet.rows[row]))
    filled = next((place for place in right if cell_text(sheet.rows[row][place])), column + 1)
    return cell_at(sheet, row, filled)


def _header_problems(sheet: CagedSheet, header: Header, version: str, required: tuple[str, ...]) -> list[Finding]:
    titles = printed_titles(header.part, version)
    missing = ", ".join(f"“{titles[key]}”" for key in required if key not in header.columns)
    if not missing:
        return list(header.doubts)
    return [*header.doubts, finding("TPL-01", sheet=sheet.name, found="thiếu cột", expected=missing)]


def _copied_tables(tables: list[LocatedTable]) -> list[Finding]:
    """Tell of a part of the form that stands on two sheets: nobody can say which one counts."""
    first: dict[str, str] = {}
    copied: dict[tuple[str, str], Finding] = {}
    for table in tables:
        sheet = first.setdefault(table.part, table.sheet)
        if sheet != table.sheet:
            copied[table.part, table.sheet] = finding(
                "KEY-01", sheet=table.sheet, found="bảng số liệu", expected=f"trang “{sheet}”"
            )
    return list(copied.values())


def _rows_below(sheet: CagedSheet, header: Header, end: int, version: str) -> Iterator[LocatedRow]:
    label_column = header.columns["label"]
    ends = _table_ends()
    for number in range(header.first_row, end):
        row = sheet.rows[number]
        if any(_reads(raw, ends) for raw in row):
            return
        label = cell_at(sheet, number, label_column)
        if is_title_of_label(header.part, label.raw, version) or is_column_numbers(row, label_column):
            continue
        found = {key: cell_at(sheet, number, column) for key, column in header.columns.items()}
        if any(cell.text for cell in found.values()):
            blank = LocatedCell(sheet.name, label.address, None)
            cells = {column.key: found.get(column.key, blank) for column in COLUMNS[header.part]}
            yield LocatedRow(clean(cells["key"].text), clean(cells["number"].text), label, cells)


@lru_cache(maxsize=1)
def _table_ends() -> frozenset[str]:
    return frozenset(fold(title) for title in (*SIGNATURE_TITLES, *words().table_end))


def _reads(raw: Cell, folded: frozenset[str]) -> bool:
    return isinstance(raw, str) and len(raw) <= SHORT and fold(raw) in folded


def _identities(caged: CagedFile) -> tuple[list[tuple[FormIdentity, LocatedCell]], list[LocatedCell]]:
    whole, spoilt = [], []
    for sheet, row, column, text in cells_with_text(caged):
        if IDENTITY_SIGN not in text:
            continue
        identity = read_identity(text)
        if identity:
            whole.append((identity, cell_at(sheet, row, column)))
        elif _IDENTITY_BEGUN.search(text):
            spoilt.append(cell_at(sheet, row, column))
    return whole, spoilt


def _nature(caged: CagedFile) -> LocatedCell | None:
    """Return the first filled cell to the right of "Loại số liệu:", or the empty one beside it."""
    label = frozenset({fold(NATURE_LABEL), NATURE_NAME})
    return next(
        (cell_beside(sheet, row, column) for sheet, row, column, text in cells_with_text(caged) if _reads(text, label)),
        None,
    )
