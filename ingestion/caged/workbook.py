"""Read a workbook inside the cage: markup facts first, values after they are bounded.

Values of plain sheets come with the facts (`plain_values.py`); a workbook with any other sheet is
read by the general reader, which knows every way to spell a workbook.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingestion.caged import ods_facts, xlsx_facts
from ingestion.caged.archive import Archive
from ingestion.caged.facts import Cell
from ingestion.caged.plain_values import EXACT_FLOAT
from ingestion.caged.request import Refusal, address
from ingestion.normalise.encodings import CONTROL
from ingestion.normalise.legacy import looks_legacy_encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingestion.caged.facts import Position, SheetFacts
    from ingestion.caged.request import ReadingLimits

SAMPLE_LENGTH = 60
LONGEST_NAME = 255

Sheet = dict[str, object]


def read_workbook(content: bytes, kind: str, limits: ReadingLimits) -> Iterator[Sheet]:
    """Yield the sheets of an .xlsx or .ods file as plain maps.

    Raises:
        Refusal: the workbook is damaged, too large somewhere, or written with an old font.
    """
    try:
        read_facts = xlsx_facts.read_facts if kind == "xlsx" else ods_facts.read_facts
        facts = read_facts(Archive(content), limits)
        check_names(facts)
        if facts and all(sheet.rows is not None for sheet in facts.values()):
            for found in facts.values():
                yield _sheet_map(found, found.rows or [], limits)
            return
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.name in facts:
                values = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                found = facts[sheet.name]
                found.is_hidden = sheet.visible != SheetVisibleEnum.Visible
                yield _sheet_map(found, _plain_rows(found, values), limits)
    except CalamineError as error:
        raise Refusal("FMT-02", found=type(error).__name__) from error


def within_text_limit(sheets: Iterable[Sheet], limits: ReadingLimits) -> Iterator[Sheet]:
    """Pass sheets on while their texts together stay within the limit.

    One shared string of a few bytes may stand in every cell, and the receiver gets it as often.

    Raises:
        Refusal: FMT-16 more text in the whole file than allowed.
    """
    total = 0
    for sheet in sheets:
        rows: Any = sheet["rows"]
        total += sum(len(cell) for row in rows for cell in row if type(cell) is str)
        if total > limits.text_characters:
            found = f"hơn {limits.text_characters}"
            raise Refusal("FMT-16", what="ký tự", found=found, limit="text_characters")
        yield sheet


def check_names(names: Iterable[str]) -> None:
    """Judge the sheet names; raises Refusal FMT-02 for one that no spreadsheet program would show."""
    for name in names:
        if not name.strip() or len(name) > LONGEST_NAME or CONTROL.search(name):
            raise Refusal("FMT-02", found=f"tên trang tính “{name[:SAMPLE_LENGTH]}”")


def _plain_rows(facts: SheetFacts, values: Sequence[Sequence[object]]) -> list[list[Cell]]:
    """Turn a reader's rows into plain ones that are as high and wide as the facts say."""
    rows = [[(value or None) if type(value) is str else plain_cell(value) for value in row] for row in values]
    rows += [[] for _ in range(facts.height - len(rows))]
    for cells in rows:  # a formula without a result may stand beyond the last value
        cells += [None] * (facts.width - len(cells))
    for (row, column), text in facts.errors.items():
        rows[row][column] = text
    return rows


def _sheet_map(facts: SheetFacts, rows: list[list[Cell]], limits: ReadingLimits) -> Sheet:
    check_texts(facts.name, rows, limits)
    return {
        "name": facts.name,
        "is_hidden": facts.is_hidden,
        "rows": rows,
        "formats": facts.formats,
        "uncalculated": _places(facts.uncalculated),
        "errors": _places(facts.errors),
        "hidden_rows": sorted(facts.hidden_rows),
        "hidden_columns": sorted(facts.hidden_columns),
    }


def plain_cell(value: object) -> Cell:
    """Turn a reader's value into a plain one: empty is None, whole floats are integers, dates are ISO text."""
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < EXACT_FLOAT else value
    if type(value) is str:
        return value or None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def check_texts(sheet: str, rows: list[list[Cell]], limits: ReadingLimits) -> None:
    """Judge every text cell.

    Raises:
        Refusal: FMT-13 too long, ENC-02 typed with an old font, ENC-03 a control character or a lone surrogate.
    """
    texts = {value for row in rows for value in row if type(value) is str}
    if not (
        max(map(len, texts), default=0) > limits.cell_characters
        or CONTROL.search("\n".join(texts))
        or any(map(looks_legacy_encoded, texts))
    ):
        return
    for row_number, row in enumerate(rows):
        for column, value in enumerate(row):
            if type(value) is str and not _is_sound(value, limits):
                raise _refusal(sheet, value, row_number, column, limits)


def _is_sound(text: str, limits: ReadingLimits) -> bool:
    return len(text) <= limits.cell_characters and not (CONTROL.search(text) or looks_legacy_encoded(text))


def _refusal(sheet: str, text: str, row: int, column: int, limits: ReadingLimits) -> Refusal:
    place = address(row, column)
    if len(text) > limits.cell_characters:
        return Refusal("FMT-13", sheet=sheet, cell=place, found=f"{len(text)} ký tự", limit="cell_characters")
    if control := CONTROL.search(text):
        return Refusal("ENC-03", sheet=sheet, cell=place, found=f"U+{ord(control.group()):04X}")
    return Refusal("ENC-02", sheet=sheet, cell=place, found=text[:SAMPLE_LENGTH])


def _places(positions: dict[Position, str] | list[Position]) -> list[list[int]]:
    return [[row, column] for row, column in positions]
