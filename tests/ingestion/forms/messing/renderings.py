"""The formats in which a form is handed in, as what the cage makes of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from ingestion.cage import CagedFile, CagedSheet
from ingestion.cage.lane import reading_limits
from ingestion.caged.delimited import read_csv, read_json
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
    return _caged(read_csv(target.getvalue().encode(encoding), reading_limits(limits())))


def as_json(book: Book) -> CagedFile:
    return _caged(read_json(json.dumps(book, ensure_ascii=False).encode(), reading_limits(limits())))


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


def _written(cell: object) -> str:
    return f"{cell:.12g}".replace(".", ",") if isinstance(cell, float) else str(cell)
