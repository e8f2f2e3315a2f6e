"""Read delimited text and JSON tables inside the cage. Figures stay text: the form's own rules read them."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

from ingestion.caged.request import Refusal
from ingestion.caged.workbook import Sheet, check_texts
from ingestion.normalise.encodings import CONTROL, TextRefused, detect_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.caged.facts import Cell
    from ingestion.caged.request import ReadingLimits

DELIMITERS = ";\t,"
SHEET_NAME = ""
LARGEST_INTEGER = 2**63
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


def read_csv(content: bytes, limits: ReadingLimits) -> Iterator[Sheet]:
    """Yield the one table of a CSV file; the separator is that of `;`, tab and `,` that most lines hold.

    A first line `sep=;` (written by spreadsheets) becomes an empty row, so that addresses stay true.

    Raises:
        Refusal: unreadable text, an unclosed quote, a cell too long, or too many rows, columns, cells.
    """
    text = _decode(content, limits.line_characters)
    said = _SEPARATOR_LINE.match(text)
    rows: list[list[Cell]] = [[]] if said else []
    if said:
        text = text[said.end() :]
    delimiter = said[1] if said else _delimiter_of(text)
    csv.field_size_limit(limits.cell_characters)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([value or None for value in row])
            _check_size(rows, limits)
    except csv.Error as error:
        found = f"dòng {len(rows) + 1}: {'dấu nháy không đóng' if 'end of data' in str(error) else 'ô quá dài'}"
        raise Refusal("FMT-13", found=found, limit="cell_characters") from error
    yield _table(SHEET_NAME, rows, limits)


def read_json(content: bytes, limits: ReadingLimits) -> Iterator[Sheet]:
    """Yield the tables of a JSON file: one list of rows, or an object of named lists.

    Plain facts beside the lists become a first table of two columns: name and value. A row is an object (its keys
    become the header, in order of appearance) or a list of cells.
    Numbers that no cell can hold exactly arrive as the text that was written.

    Raises:
        Refusal: FMT-15 no table, FMT-16 too large, and what `read_csv` raises for text.
    """
    text = _decode(content, limits.file_bytes)
    try:
        data = json.loads(text, parse_float=_number, parse_int=_number, parse_constant=str, object_pairs_hook=_object)
    except RecursionError as error:
        raise Refusal("FMT-15", found="lồng quá sâu") from error
    except json.JSONDecodeError as error:
        raise Refusal("FMT-02", found=f"JSON sai ở dòng {error.lineno}, cột {error.colno}") from error
    tables = _named_tables(data) if isinstance(data, dict) else {SHEET_NAME: data}
    if len(tables) > limits.sheets:
        raise Refusal("SEC-16", what="bảng", found=str(len(tables)), limit="sheets")
    for name, table in tables.items():
        if control := CONTROL.search(name):
            raise Refusal("ENC-03", found=f"U+{ord(control.group()):04X}")
        yield _table(name, _rows_of(name, table, limits), limits)


def _named_tables(data: dict[str, Any]) -> dict[str, Any]:
    facts = [[name, fact] for name, fact in data.items() if not isinstance(fact, list | dict)]
    tables = {name: table for name, table in data.items() if isinstance(table, list | dict)}
    if not tables:
        raise Refusal("FMT-15", found="không có danh sách dòng nào")
    return {SHEET_NAME: facts, **tables} if facts else tables


def _decode(content: bytes, longest_line: int) -> str:
    try:
        encoding = detect_encoding(lambda: (content,), longest_line)
    except TextRefused as refused:
        code = {"legacy": "ENC-02", "line_too_long": "FMT-13"}.get(refused.trouble, "ENC-03")
        place = f"{refused.found}, dòng {refused.line}, cột {refused.column}"
        raise Refusal(code, found=place, limit="line_characters") from refused
    return unicodedata.normalize("NFC", codecs.decode(content, encoding))


def _delimiter_of(text: str) -> str:
    """Return the delimiter that most lines hold, then the most frequent: a title with commas comes before tables."""
    lines = [_QUOTED.sub("", line) for line in io.StringIO(text[: 1 << 16])]
    return max(
        DELIMITERS, key=lambda sign: (sum(sign in line for line in lines), sum(line.count(sign) for line in lines))
    )


def _rows_of(name: str, table: Any, limits: ReadingLimits) -> list[list[Cell]]:
    if not isinstance(table, list):
        raise Refusal("FMT-15", sheet=name, found="không phải danh sách dòng")
    header: dict[str, int] = {}
    rows: list[list[Cell]] = []
    if any(isinstance(row, dict) for row in table):
        rows.append([])
    for row in table:
        rows.append(_cells_of(name, row, header))
        _check_size(rows, limits)
    if header:
        rows[0] = list(header)
    return rows


def _cells_of(name: str, row: Any, header: dict[str, int]) -> list[Cell]:
    if isinstance(row, list):
        cells: list[Any] = row
    elif isinstance(row, dict):
        for key in row:
            header.setdefault(key, len(header))
        cells = [row.get(key) for key in header]
    else:
        raise Refusal("FMT-15", sheet=name, found="dòng không phải danh sách hay đối tượng")
    if any(isinstance(cell, list | dict) for cell in cells):
        raise Refusal("FMT-15", sheet=name, found="ô chứa danh sách hoặc đối tượng")
    return [None if cell == "" else cell for cell in cells]


def _number(literal: str) -> int | float | str:
    """Keep a number only if nothing is lost: 400 digits or 1E+309 stay the text that was written."""
    value = float(literal)
    if literal.lstrip("-").isdigit():
        return int(literal) if abs(value) < LARGEST_INTEGER else literal
    return value if abs(value) < LARGEST_INTEGER else literal


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        _refuse_twice(pairs)
    return content


def _refuse_twice(pairs: list[tuple[str, Any]]) -> NoReturn:
    names = [name for name, _ in pairs]
    raise Refusal("FMT-15", found=f"tên “{next(n for n in names if names.count(n) > 1)}” lặp lại")


def _check_size(rows: list[list[Cell]], limits: ReadingLimits) -> None:
    if len(rows) > limits.rows:
        raise Refusal("FMT-16", what="hàng", found=f"hơn {limits.rows}", limit="rows")
    if len(rows[-1]) > limits.columns:
        raise Refusal("FMT-16", what="cột", found=str(len(rows[-1])), limit="columns")


def _table(name: str, rows: list[list[Cell]], limits: ReadingLimits) -> Sheet:
    if sum(map(len, rows)) > limits.cells:
        raise Refusal("FMT-16", sheet=name or None, what="ô", found=f"hơn {limits.cells}", limit="cells")
    check_texts(name, rows, limits)
    return {"name": name, "is_hidden": False, "rows": rows}
