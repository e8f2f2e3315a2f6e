"""Find a form's cells in a workbook by what they say, not by where they stand.

Sheets are recognised by their column titles, rows by the hidden key. A unit may insert rows
and columns, rename sheets or lose the key column; what cannot be found is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.cage import CagedFile, CagedSheet, Cell, hidden_data
from ingestion.findings import Finding, finding
from ingestion.forms.layout import (
    IDENTITY_SHEET,
    INDICATOR_COLUMNS,
    NATURE_LABEL,
    NATURE_NAME,
    SIGNATURE_TITLES,
    TASK_COLUMNS,
    Column,
    FormIdentity,
    address,
    read_identity,
)
from ingestion.normalise.text import fold

HEADER_DEPTH = 3
"""A header may span this many rows (group title, title, a row that someone inserted)."""
SEARCHED_ROWS = 200
"""A table that starts further down is not looked for: a form has its header in row 11."""
REQUIRED = {
    "indicator": ("label", "numerator", "denominator", "value", "nil"),
    "task": ("label", "state", "percent"),
}
TELLING = {"indicator": ("label", "value"), "task": ("label", "state")}
"""Columns by which a sheet is recognised as an attempt at this part of the form."""
END_OF_TABLE = tuple(fold(title) for title in SIGNATURE_TITLES)
SHORT = 40
"""Only a short cell can be the label or the signature line that is looked for."""
COLUMNS: Mapping[str, Sequence[Column]] = {"indicator": INDICATOR_COLUMNS, "task": TASK_COLUMNS}


@dataclass(frozen=True)
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
    """A row that may belong to the form; `key` is empty where the key cell is."""

    key: str
    number: str
    label: LocatedCell
    cells: Mapping[str, LocatedCell]


@dataclass(frozen=True)
class LocatedTable:
    """One part of the form: `indicator` or `task`."""

    part: str
    sheet: str
    rows: tuple[LocatedRow, ...]


@dataclass(frozen=True)
class LocatedForm:
    """Everything found in a workbook before anything is judged."""

    identities: tuple[tuple[FormIdentity, LocatedCell], ...]
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
    """Find identity lines, tables and the nature cell in a workbook that the cage has read."""
    tables: list[LocatedTable] = []
    findings: list[Finding] = []
    for sheet in caged.sheets:
        key_columns: set[int] = set()
        for part in COLUMNS:
            header = _header_of(sheet, part)
            if header is None:
                continue
            key_columns |= {header.columns["key"]} if "key" in header.columns else set()
            missing = [title for key, title in _titles(part) if key in REQUIRED[part] and key not in header.columns]
            if missing:
                findings.append(
                    finding(
                        "TPL-01", sheet=sheet.name, found="thiếu cột", expected=", ".join(f"“{m}”" for m in missing)
                    )
                )
            else:
                tables.append(LocatedTable(part, sheet.name, tuple(_rows_below(sheet, part, header))))
        hidden = hidden_data(sheet, key_columns) if sheet.name != IDENTITY_SHEET else None
        findings += [hidden] if hidden else []
    findings += [
        finding("KEY-01", sheet=table.sheet, found="bảng số liệu", expected=f"trang “{first.sheet}”")
        for number, table in enumerate(tables)
        for first in tables[:number]
        if first.part == table.part
    ]
    return LocatedForm(tuple(_identities(caged)), tuple(tables), _nature(caged), tuple(findings))


@dataclass(frozen=True)
class _Header:
    first_row: int
    columns: Mapping[str, int]


def _titles(part: str) -> Iterator[tuple[str, str]]:
    return ((column.key, column.title) for column in COLUMNS[part])


def _header_of(sheet: CagedSheet, part: str) -> _Header | None:
    """Return where the table starts, or None where the sheet holds no such table."""
    # The names of the columns count as titles: so the JSON form has them (`ingestion.forms.text_forms`).
    wanted = {fold(title): key for key, title in _titles(part)} | {key: key for key, _ in _titles(part)}
    titles = [
        {wanted[fold(raw)]: number for number, raw in enumerate(row) if isinstance(raw, str) and fold(raw) in wanted}
        for row in sheet.rows[:SEARCHED_ROWS]
    ]
    for top, in_top_row in enumerate(titles):
        columns: dict[str, int] = {}
        last = top
        for row in range(top, min(top + HEADER_DEPTH, len(titles))):
            new = {key: number for key, number in titles[row].items() if key not in columns}
            columns, last = columns | new, row if new else last
        if in_top_row and all(key in columns for key in TELLING[part]):
            return _Header(last + 1, columns)
    return None


def _rows_below(sheet: CagedSheet, part: str, header: _Header) -> Iterator[LocatedRow]:
    label_title = fold(dict(_titles(part))["label"])
    for number in range(header.first_row, len(sheet.rows)):
        row = sheet.rows[number]
        if any(_reads(raw, END_OF_TABLE) for raw in row):
            return
        cells = {key: _cell(sheet, number, column) for key, column in header.columns.items()}
        if any(cell.text for cell in cells.values()) and fold(cells["label"].text) != label_title:
            key = cells["key"].text if "key" in cells else ""
            yield LocatedRow(key, cells["number"].text if "number" in cells else "", cells["label"], cells)


def _cell(sheet: CagedSheet, row: int, column: int) -> LocatedCell:
    cells = sheet.rows[row]
    place = (row, column)
    return LocatedCell(
        sheet=sheet.name,
        address=address(row, column),
        raw=cells[column] if column < len(cells) else None,
        number_format=sheet.formats.get(place),
        is_broken=place in sheet.uncalculated or place in sheet.errors,
    )


def _reads(raw: Cell, folded: tuple[str, ...]) -> bool:
    return isinstance(raw, str) and len(raw) <= SHORT and fold(raw) in folded


def _identities(caged: CagedFile) -> Iterator[tuple[FormIdentity, LocatedCell]]:
    for sheet in caged.sheets:
        for number, row in enumerate(sheet.rows):
            for column, raw in enumerate(row):
                identity = read_identity(raw) if isinstance(raw, str) else None
                if identity:
                    yield identity, LocatedCell(sheet.name, address(number, column), raw)


def _nature(caged: CagedFile) -> LocatedCell | None:
    """Return the first filled cell to the right of "Loại số liệu:", or the empty one beside it."""
    label = (fold(NATURE_LABEL), NATURE_NAME)
    for sheet in caged.sheets:
        for number, row in enumerate(sheet.rows):
            for column, raw in enumerate(row):
                if _reads(raw, label):
                    right = range(column + 1, len(row))
                    filled = next((place for place in right if cell_text(row[place])), column + 1)
                    return _cell(sheet, number, filled)
    return None
