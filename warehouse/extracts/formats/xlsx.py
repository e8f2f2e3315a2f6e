"""The workbook for people: the plan's own table in Vietnamese, like its printed appendix.

Every text is written as text, never as a formula, link or number (reliability R20); the file
is packed again with fixed dates and order, so that the same rows give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import xlsxwriter
from python_calamine import CalamineWorkbook

from warehouse.errors import BuildFailed
from warehouse.extracts.archive import repack
from warehouse.extracts.wording import (
    NO_FIGURE,
    RECORDS,
    STATUSES,
    SYNTHETIC_BANNER,
    WITHHELD,
    figure_shown,
    hole_reason,
    period_shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from warehouse.extracts.source import ExtractRow, PlanVersion, Source

Cell = str | Decimal | None
COLUMNS = {
    "STT": 6, "Chỉ tiêu": 48, "ĐVT": 12, "Mục tiêu": 26, "Kết quả": 16, "Kỳ số liệu": 14, "Trạng thái": 18,
    "Ghi chú": 44,
}  # fmt: skip
LAST = len(COLUMNS) - 1
CREATED = dt.datetime(2025, 7, 1)
SHEET = "Kết quả"
PAPER_A4 = 9
LINE_HEIGHT = 16.0
NO_CONVERSION = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter", "text_wrap": True}
CENTRED = {"align": "center"}
BOXED = {"border": 1}
LOOKS: dict[str, dict[str, object]] = {
    "strong": {**CENTRED, "bold": True},
    "title": {**CENTRED, "bold": True, "font_size": 14},
    "plain": {**CENTRED, "italic": True},
    "banner": {**CENTRED, "bold": True, "font_color": "#FFFFFF", "bg_color": "#C00000"},
    "head": {**CENTRED, **BOXED, "bold": True, "bg_color": "#E7EEF7"},
    "section": {**BOXED, "bold": True, "bg_color": "#F2F2F2"},
    "text": {**BOXED},
    "centre": {**BOXED, **CENTRED},
    "figure": {**BOXED, "align": "right"},
}


@dataclass(frozen=True)
class Line:
    """One row of the sheet; `look` merges all columns unless it is `head` or `text`."""

    look: str
    cells: tuple[Cell, ...]


def xlsx_bytes(source: Source) -> bytes:
    """Write the workbook of a package; raises BuildFailed for a text longer than a cell can hold."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**NO_CONVERSION, "in_memory": True}) as workbook:
        workbook.set_properties({"title": period_shown(source.period), "author": "Thước Đo", "created": CREATED})
        looks = {name: workbook.add_format({**FONT, **look}) for name, look in LOOKS.items()}
        sheet = _prepared_sheet(workbook)
        for number, line in enumerate(sheet_lines(source)):
            _write_line(sheet, number, line, looks)
            if line.look == "head":
                sheet.repeat_rows(number)
                sheet.freeze_panes(number + 1, 2)
    return repack(target.getvalue())


def xlsx_cells(content: bytes) -> list[list[object]]:
    """Read the cells of such a workbook back, row by row."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(row) for row in book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)]


def sheet_lines(source: Source) -> Iterator[Line]:
    """Lay the sheet out: agency, title, header, then sections and rows in the plan's order."""
    if source.is_synthetic:
        yield Line("banner", (SYNTHETIC_BANNER,))
    yield Line("strong", (source.plan.issuing_agency.upper(),))
    yield Line("title", (f"KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU, {period_shown(source.period).upper()}",))
    yield Line("plain", (f"({_plan_named(source.plan)})",))
    yield Line("plain", (source.plan.title,))
    yield Line("head", tuple(COLUMNS))
    section = None
    for row in source.rows:
        if row.section and row.section != section:
            yield Line("section", (row.section,))
        section = row.section
        yield Line("text", _cells(row))


def _plan_named(plan: PlanVersion) -> str:
    # The five plans print no number yet ("/KH-UBND"): a number is told only where there is one.
    number = plan.document_number if plan.document_number and plan.document_number[0].isdigit() else None
    return f"Theo Kế hoạch{f' số {number}' if number else ''} của {plan.issuing_agency}"


def _cells(row: ExtractRow) -> tuple[Cell, ...]:
    return (
        row.stt,
        row.indicator_name,
        row.unit_of_measure,
        _target(row),
        _result(row),
        period_shown(row.observed_period) if row.observed_period else None,
        STATUSES.get(row.status, row.status),
        _note(row),
    )


def _target(row: ExtractRow) -> str | None:
    if row.target_text is None:
        return None
    return f"{row.target_text} (năm {row.target_year})" if row.target_year else row.target_text


def _result(row: ExtractRow) -> Cell:
    if row.is_withheld:
        return WITHHELD
    if row.value is not None:
        # A spreadsheet keeps 15 to 17 digits; a longer figure is written as text rather than rounded.
        return row.value if Decimal(repr(float(row.value))) == row.value else figure_shown(row.value)
    return row.value_text or NO_FIGURE.get(row.value_status, row.value_status)


def _note(row: ExtractRow) -> str | None:
    parts = [hole_reason(row)]
    if row.numerator is not None and row.denominator is not None:
        parts.append(f"{figure_shown(row.numerator)}/{figure_shown(row.denominator)}")
    if row.figure_source == RECORDS:
        claimed = f" (đơn vị báo {figure_shown(row.claimed_value)})" if row.claimed_value is not None else ""
        parts.append(f"Số tính từ hồ sơ dịch vụ công{claimed}")
    if row.number_nature == "estimate" and row.value is not None:
        parts.append("Số ước tính")
    if row.flag_codes and not row.is_withheld:
        parts.append(f"Cảnh báo: {row.flag_codes}")
    return "; ".join(part for part in parts if part) or None


def _prepared_sheet(workbook: Workbook) -> Worksheet:
    sheet = workbook.add_worksheet(SHEET)
    for number, width in enumerate(COLUMNS.values()):
        sheet.set_column(number, number, width)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&R&8Trang &P/&N")
    return sheet


def _write_line(sheet: Worksheet, number: int, line: Line, looks: dict[str, Format]) -> None:
    widths = list(COLUMNS.values())
    if line.look in {"head", "text"}:
        for column, cell in enumerate(line.cells):
            look = line.look if line.look == "head" or column in {1, 3, LAST} else "centre"
            _put(sheet, number, column, cell, looks["figure" if isinstance(cell, Decimal) else look])
    else:
        # merge_range writes its first cell by guessing a type: it is written again below, as text.
        sheet.merge_range(number, 0, number, LAST, "", looks[line.look])
        _put(sheet, number, 0, line.cells[0], looks[line.look])
        widths = [sum(widths)]
    lines = max(math.ceil(len(str(cell or "")) * 1.15 / width) for cell, width in zip(line.cells, widths, strict=True))
    sheet.set_row(number, LINE_HEIGHT * max(1, lines))


def _put(sheet: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    if isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), look)
    elif cell is None:
        sheet.write_blank(row, column, None, look)
    elif sheet.write_string(row, column, cell, look) != 0:
        raise BuildFailed(
            f"Một đoạn văn dài {len(cell)} ký tự không vừa một ô bảng tính (dòng {row + 1}, cột {column + 1}): "
            f"'{cell[:60]}…'. Hãy rút gọn nội dung đó rồi trích xuất lại; chưa có gói nào được ghi."
        )
