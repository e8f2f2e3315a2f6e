"""The furniture of a form's sheet: page set-up, heading block, header rows, section rows, foot.

Laid out as Vietnamese report forms are (domain 7.5): agency left, motto right, title, header
of merged cells above a row of column numbers, group rows, signatures and receivers at the foot.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ingestion.forms.contents import form_subtitle
from ingestion.forms.layout import FIGURE_COLUMNS, FIGURES_TITLE, IDENTITY_LABEL, SAMPLE_BANNER, SIGNATURE_TITLES
from ingestion.forms.writing.book import FIRST_ROW, HEADER_ROW, LINE_HEIGHT, PAPER_A4, SENTENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from ingestion.forms.contents import FormContents
    from ingestion.forms.layout import Column
    from ingestion.forms.writing.book import Book

PLAN_TITLE_LENGTH = 150


def open_sheet(book: Book, name: str, columns: Sequence[Column], title: str) -> Worksheet:
    """Start a sheet: page set-up, agency block, motto, title, identity line, header."""
    sheet = book.workbook.add_worksheet(name)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width, None, {"hidden": column.key == "key"})
    if book.filling.marks:
        sheet.set_column(len(columns), len(columns), SENTENCES.width)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW, FIRST_ROW - 1)
    sheet.freeze_panes(FIRST_ROW, 2)
    sheet.set_footer(f"&L&8{book.contents.identity.line}&R&8Trang &P/&N")
    sheet.protect("", {"format_columns": True, "format_rows": True, "format_cells": True})
    _write_heading(book, sheet, len(columns) - 2, title)
    return sheet


def _write_heading(book: Book, sheet: Worksheet, last: int, title: str) -> None:
    contents, plan = book.contents, book.contents.plan
    left, right, whole = (0, 1), (2, last), (0, last)
    book.put_across(sheet, 0, left, f"UBND {plan.commune_name}".upper(), "agency")
    book.put_across(sheet, 0, right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "strong")
    book.put_across(sheet, 1, left, contents.unit.name.upper(), "strong")
    book.put_across(sheet, 1, right, "Độc lập - Tự do - Hạnh phúc", "strong")
    place = plan.commune_name.removeprefix("Xã ")
    book.put_across(sheet, 2, right, f"{place}, ngày …… tháng …… năm {contents.due_on.year}", "place")
    if book.is_sample:
        book.put_across(sheet, 3, whole, SAMPLE_BANNER, "banner")
    book.put_across(sheet, 4, whole, title, "title")
    sheet.set_row(4, LINE_HEIGHT * 1.5)
    book.put_across(sheet, 5, whole, form_subtitle(contents), "strong")
    book.put_across(sheet, 6, whole, _plan_named(contents), "place")
    sheet.write_string(7, 0, f"{IDENTITY_LABEL} {contents.identity.line}", book.formats["plain"])
    # Row 9, not row 8: whatever stands to the right of "Loại số liệu" would be read as its answer.
    sheet.write_string(9, 0, book.filling.legend, book.formats["small"])


def _plan_named(contents: FormContents) -> str:
    title = textwrap.shorten(contents.plan.title, PLAN_TITLE_LENGTH, placeholder=" …")
    return f"({contents.plan.issuing_agency}: {title})"


def write_header(book: Book, sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Write the two header rows with merged cells and the row of column numbers."""
    look = book.formats["head"]
    figures = [number for number, column in enumerate(columns) if column.key in FIGURE_COLUMNS]
    if figures:
        sheet.merge_range(HEADER_ROW, figures[0], HEADER_ROW, figures[-1], FIGURES_TITLE, look)
    for number, column in enumerate(columns):
        if number in figures or column.key == "key":
            sheet.write_string(HEADER_ROW + 1, number, column.title, look)
        else:
            sheet.merge_range(HEADER_ROW, number, HEADER_ROW + 1, number, column.title, look)
        if column.key != "key":
            sheet.write_string(HEADER_ROW + 2, number, _column_number(columns, number), book.formats["count"])
    if book.filling.marks:
        sheet.merge_range(HEADER_ROW, len(columns), HEADER_ROW + 1, len(columns), SENTENCES.title, look)
    sheet.set_row(HEADER_ROW + 1, LINE_HEIGHT * 2)


def _column_number(columns: Sequence[Column], number: int) -> str:
    """Return what the row of column numbers shows: a result also says how it is computed, `(8)=(6)/(7)×100`."""
    places = {column.key: place for place, column in enumerate(columns, start=1)}
    if columns[number].key == "value" and "numerator" in places:
        return f"({number + 1})=({places['numerator']})/({places['denominator']})×100"
    return f"({number + 1})"


def write_section(book: Book, sheet: Worksheet, row: int, section: str, columns: Sequence[Column]) -> int:
    """Write a group row; returns the row below it.

    The cells are not merged: a title flows over its empty neighbours, and merged rows among data
    break sorting and filtering.
    """
    look = book.formats["section"]
    sheet.set_row(row, LINE_HEIGHT * 1.25)
    sheet.write_string(row, 0, section, look)
    for number in range(1, len(columns) - 1):
        sheet.write_blank(row, number, None, look)
    return row + 1


def write_signatures(book: Book, sheet: Worksheet, row: int, columns: tuple[int, int, int]) -> None:
    """Write the foot: who drew the form up, the head of the unit, and below to the left who receives it."""
    left, right, last = columns
    for number, texts in enumerate((SIGNATURE_TITLES, ("(Ký, ghi rõ họ tên)", "(Ký, đóng dấu)"))):
        style = "place" if number else "strong"
        sheet.write_string(row + number, left, texts[0], book.formats[style])
        book.put_across(sheet, row + number, (right, last), texts[1], style)
    plan = book.contents.plan
    sheet.write_string(row + 3, 0, "Nơi nhận:", book.formats["recipients"])
    for number, receiver in enumerate((f"{plan.unit(plan.focal_unit).name} (tổng hợp);", "Lưu: VT."), start=4):
        sheet.write_string(row + number, 0, f"- {receiver}", book.formats["small"])
