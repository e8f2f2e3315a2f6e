"""The machine CSV: UTF-8, comma, LF, unescaped, and declared so in the manifest (reliability R20).

Escaping `= + - @` against spreadsheets would change the data; people open `data.xlsx`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple
from typing import TYPE_CHECKING

from warehouse.extracts.source import names_of
from warehouse.extracts.values import value_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from warehouse.extracts.source import ExtractFlag, ExtractRow

PROFILE = {
    "profile": "machine",
    "encoding": "UTF-8, no byte order mark",
    "delimiter": ",",
    "line_end": "LF",
    "quoting": 'RFC 4180, only where needed; "" inside quotes',
    "formula_escaping": "none",
    "missing": "empty field; 0 is written 0",
}


def csv_bytes(record: type, rows: Iterable[ExtractRow] | Iterable[ExtractFlag]) -> bytes:
    """Write records of one kind with their field names as header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names_of(record))
    writer.writerows([value_text(value) for value in astuple(row)] for row in rows)
    return text.getvalue().encode()


def csv_records(content: bytes) -> list[dict[str, str]]:
    """Read such a file back: one dictionary of texts per row; raises ValueError on a short or long row."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
