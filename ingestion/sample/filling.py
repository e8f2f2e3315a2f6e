"""Fill in an issued workbook as a unit does: open it in an office program, type, save.

openpyxl plays the office program. Its files carry the time of saving; that is taken out, so
that the same letter has the same bytes whenever it is written.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl

from ingestion.forms.layout import (
    INDICATOR_COLUMNS,
    INDICATOR_INPUTS,
    INDICATOR_SHEET,
    TASK_COLUMNS,
    TASK_INPUTS,
    TASK_SHEET,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from ingestion.forms.layout import Column
    from ingestion.sample.answers import Answers, CellValue

FIXED_STAMP = b"2026-01-01T00:00:00Z"
STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
EARLIEST = (1980, 1, 1, 0, 0, 0)


def filled(form: Path, answers: Answers) -> Workbook:
    """Open an issued form and make its input cells say these answers and nothing else.

    What the system had filled in beforehand goes: the sample's letters follow from its series alone,
    whatever was known when the form was issued.
    """
    workbook = openpyxl.load_workbook(form)
    for name, columns, inputs, rows in (
        (INDICATOR_SHEET, INDICATOR_COLUMNS, INDICATOR_INPUTS, answers.indicators),
        (TASK_SHEET, TASK_COLUMNS, TASK_INPUTS, answers.tasks),
    ):
        if name in workbook.sheetnames:
            _empty_inputs(workbook[name], columns, inputs)
            _type_rows(workbook[name], columns, rows)
    return workbook


def _empty_inputs(sheet: Worksheet, columns: tuple[Column, ...], inputs: tuple[str, ...]) -> None:
    for row in row_places(sheet, columns).values():
        for column in inputs:
            sheet.cell(row, column_place(columns, column)).value = None


def _type_rows(sheet: Worksheet, columns: tuple[Column, ...], rows: Mapping[str, Mapping[str, CellValue]]) -> None:
    places = row_places(sheet, columns)
    for key, cells in rows.items():
        for column, value in cells.items():
            sheet.cell(places[key], column_place(columns, column)).value = value


def row_places(sheet: Worksheet, columns: tuple[Column, ...]) -> dict[str, int]:
    """Return the sheet's row number (from 1) of every row key."""
    key_column = column_place(columns, "key")
    title = columns[key_column - 1].title
    return {
        str(value): number
        for number, (value,) in enumerate(
            sheet.iter_rows(min_col=key_column, max_col=key_column, values_only=True), start=1
        )
        if value and value != title
    }


def column_place(columns: tuple[Column, ...], key: str) -> int:
    """Return the sheet's column number (from 1) of a column of the form."""
    return next(number for number, column in enumerate(columns, start=1) if column.key == key)


def stable_bytes(workbook: Workbook) -> bytes:
    """Save a workbook so that the same content has the same bytes."""
    saved = io.BytesIO()
    workbook.save(saved)
    stable = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(stable, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = STAMPS.sub(rb"\g<1>" + FIXED_STAMP + rb"\g<2>", source.read(name))
            target.writestr(zipfile.ZipInfo(name, EARLIEST), content, zipfile.ZIP_DEFLATED)
    return stable.getvalue()
