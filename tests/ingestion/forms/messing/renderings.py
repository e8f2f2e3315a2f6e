"""The formats in which a form is handed in, as what the cage makes of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from ingestion.cage import CagedFile, CagedSheet
from ingestion.caged.delimited import read_csv, read_json
from ingestion.caged.request import ReadingLimits
from ingestion.limits import limits
from tests.ingestion.forms.messing.filled import Book


def as_sheets(book: Book) -> CagedFile:
    return _caged({"name": name, "rows": rows} for name, rows in book.items())


def as_csv(book: Book, delimiter: str, encoding: str) -> CagedFile:
    joined: Book = {name: [[*row] for row in rows] for name, rows in book.items()}
    target = io.StringIO()
    width = max(len(row) for rows in joined.values() for row in rows)
    for rows in joined.values():
        for row in rows:
            texts = ["" if cell is None else _written(cell) for cell in row]
            csv.writer(target, delimiter=delimiter).writerow(texts + [""] * (width - len(texts)))
    return _caged(read_csv(target.getvalue().encode(encoding), _reading_limits()))


def as_json(book: Book) -> CagedFile:
    return _caged(read_json(json.dumps(book, ensure_ascii=False).encode(), _reading_limits()))


RENDERINGS: tuple[Callable[[Book], CagedFile], ...] = (
    as_sheets, as_json, lambda book: as_csv(book, ";", "utf-8-sig"), lambda book: as_csv(book, ",", "utf-8"),
    lambda book: as_csv(book, "\t", "utf-16"),
)  # fmt: skip


def _caged(sheets: Iterable[dict[str, Any]]) -> CagedFile:
    return CagedFile(
        tuple(
            CagedSheet(sheet["name"], is_hidden=False, rows=tuple(tuple(row) for row in sheet["rows"]))
            for sheet in sheets
        )
    )


def _reading_limits() -> ReadingLimits:
    return ReadingLimits(**{field.name: getattr(limits(), field.name) for field in fields(ReadingLimits)})


def _written(cell: object) -> str:
    return f"{cell:.12g}".replace(".", ",") if isinstance(cell, float) else str(cell)
