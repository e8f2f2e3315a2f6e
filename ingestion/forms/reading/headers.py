"""Find where tables start: by their column titles, wherever they stand, merged, re-worded or repeated.

A header may span three rows; of a column's titles the lowest counts ("Kết quả" over "Tử số" and
"Mẫu số"). A header that is repeated after a page break starts the table anew, with its own places
of the columns: a page that somebody inserted a column into is not read by the columns of another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from ingestion.caged.request import address
from ingestion.findings import Finding, finding
from ingestion.forms.reading.titles import COLUMNS, LONGEST_TITLE, column_of
from ingestion.normalise.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingestion.cage import CagedSheet, Cell

HEADER_DEPTH = 3
"""A header may span this many rows (group title, title, a row that someone inserted)."""
TELLING = {"indicator": ("label", "value"), "task": ("label", "state")}
"""Columns by which a table is recognised as an attempt at this part of the form."""
MANY_TITLES = 3
"""With so many known titles, and none of another part, it is one too, and what it lacks is named."""
_COLUMN_NUMBER = re.compile(r"\(?[0-9]{1,2}\)?(?: ?= ?.+)?|\(?[A-Z]\)?")


@dataclass(frozen=True)
class Header:
    """Where a table of one part of the form starts and where its columns stand (counted from zero).

    `titles` are those that the file prints; `doubts` names
    titles that stand over two columns.
    """

    part: str
    top: int
    first_row: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    doubts: tuple[Finding, ...] = ()


def headers_of(sheet: CagedSheet, version: str) -> tuple[Header, ...]:
    """Return every header of a sheet, from top to bottom, by the titles of one version of the form."""
    return tuple(sorted(_headers(sheet, version), key=lambda header: header.top))


def is_title_of_label(part: str, raw: Cell, version: str) -> bool:
    """Tell whether a cell is the title of the column that names the rows."""
    found = column_of(part, raw, version) if isinstance(raw, str) else None
    return found is not None and found[0] == "label"


def is_column_numbers(row: Sequence[Cell], label: int) -> bool:
    """Tell whether a row, its label included, only numbers the columns: (1) (2) (3)=(2)/(1), or A B 1 2."""
    if label >= len(row) or not _COLUMN_NUMBER.fullmatch(clean(str(row[label]))):
        return False
    filled = [text for raw in row if raw is not None and (text := clean(str(raw)))]
    return len(filled) > 1 and all(_COLUMN_NUMBER.fullmatch(text) for text in filled)


def _headers(sheet: CagedSheet, version: str) -> Iterator[Header]:
    for number, texts in groupby(sheet.texts, key=itemgetter(0)):
        short = [(column, text) for _, column, text in texts if len(text) <= LONGEST_TITLE]
        found = []
        for part in COLUMNS:
            places = [column for column, text in short if is_title_of_label(part, text, version)]
            found += [_header_at(sheet, part, number, places[0], version)] if places else []
        whole = [header for header in found if all(key in header.columns for key in TELLING[header.part])]
        yield from whole or [header for header in found if len(header.columns) >= MANY_TITLES][:1]


def _header_at(sheet: CagedSheet, part: str, top: int, label: int, version: str) -> Header:
    deep = list(_header_rows(sheet, part, top, label, version))
    leaves: dict[int, tuple[int, str]] = {}
    for number in deep:
        for column, raw in enumerate(sheet.rows[number]):
            if isinstance(raw, str) and column_of(part, raw, version):
                leaves[column] = (number, raw)
    titled: dict[str, list[tuple[int, int, int]]] = {}  # key -> (sureness, column, row)
    for column, (number, raw) in leaves.items():
        found = column_of(part, raw, version)
        if found:
            titled.setdefault(found[0], []).append((found[1], column, number))
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    doubts: list[Finding] = []
    for key, places in titled.items():
        surest = max(sureness for sureness, _, _ in places)
        (_, column, number), *others = [place for place in places if place[0] == surest]
        columns[key], titles[key] = column, str(sheet.rows[number][column])
        for _, other, at in others:
            doubts.append(
                finding(
                    "KEY-01", sheet=sheet.name, cell=address(at, other), found=str(sheet.rows[at][other]),
                    expected=f"ô {address(number, column)}",
                )
            )  # fmt: skip
    return Header(part, top, deep[-1] + 1, columns, titles, tuple(doubts))


def _header_rows(sheet: CagedSheet, part: str, top: int, label: int, version: str) -> Iterator[int]:
    """Yield the rows of a header: below its first row those that hold titles and name no row of data."""
    yield top
    for number in range(top + 1, min(top + HEADER_DEPTH, len(sheet.rows))):
        row = sheet.rows[number]
        if label < len(row) and row[label] is not None and str(row[label]).strip():
            return
        if any(isinstance(raw, str) and column_of(part, raw, version) for raw in row):
            yield number
