"""The furniture of a workbook: styles, heading block, header rows, section rows, signatures.

Laid out as Vietnamese report forms are (domain 7.5): agency left, motto right, title, header
of merged cells above a row of column numbers, group rows, signatures at the foot.
"""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.forms.contents import date_shown, period_shown
from ingestion.forms.layout import FIGURE_COLUMNS, FIGURES_TITLE, IDENTITY_LABEL, SAMPLE_BANNER, SIGNATURE_TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from ingestion.forms.contents import FormContents
    from ingestion.forms.layout import Column

CREATED = dt.datetime(2025, 7, 1)  # fixed: the day of writing would give the same form other bytes
HEADER_ROW = 10
FIRST_ROW = HEADER_ROW + 3
LINE_HEIGHT = 16.0
FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
INPUT_COLOUR = "#FFF8DC"
BAD_COLOUR = "#FFC7CE"
PAPER_A4 = 9
PLAN_TITLE_LENGTH = 150

STYLES: dict[str, dict[str, object]] = {
    "agency": {"align": "center_across"},
    "strong": {"align": "center_across", "bold": True},
    "place": {"align": "center_across", "italic": True},
    "title": {"align": "center_across", "bold": True, "font_size": 14},
    "plain": {"align": "left"},
    "right": {"align": "right", "italic": True},
    "banner": {"align": "center_across", "bold": True, "font_color": "#FFFFFF", "bg_color": "#C00000"},
    "head": {"align": "center", "bold": True, "border": 1, "text_wrap": True, "bg_color": "#E7EEF7"},
    "count": {"align": "center", "italic": True, "border": 1, "font_size": 10},
    "section": {"align": "left", "bold": True, "top": 1, "bottom": 1, "bg_color": "#F2F2F2"},
    "label": {"align": "left", "border": 1, "text_wrap": True},
    "centre": {"align": "center", "border": 1, "text_wrap": True},
    "closed": {"border": 1, "bg_color": "#D9D9D9"},
    "input": {"border": 1, "text_wrap": True, "bg_color": INPUT_COLOUR, "locked": False, "num_format": "0.##"},
    "bad": {"border": 2, "border_color": "#C00000", "text_wrap": True, "bg_color": BAD_COLOUR, "locked": False},
    "guide": {"align": "left", "text_wrap": True},
}

CellKey = tuple[str, str, str]
"""Part of the form (`form`, `indicator`, `task`), row key, column key."""
NATURE_CELL: CellKey = ("form", "nature", "nature")


@dataclass(frozen=True)
class Filling:
    """What to put into the input cells, and the sentences to pin on the cells that are wrong."""

    answers: Mapping[CellKey, str | float | bool] = field(default_factory=dict)
    marks: Mapping[CellKey, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """One workbook being written."""

    workbook: Workbook
    contents: FormContents
    filling: Filling
    is_sample: bool
    formats: dict[str, Format]

    def put(self, sheet: Worksheet, row: int, column: int, value: object, style: str) -> None:
        """Write a value as what it is; text is never taken for a formula."""
        look = self.formats[style]
        if value is None or value == "":
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, look)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, look)
        else:
            sheet.write_string(row, column, str(value), look)

    def put_across(self, sheet: Worksheet, row: int, columns: tuple[int, int], text: str, style: str) -> None:
        """Write a text centred across columns (both included) without merging them."""
        first, last = columns
        self.put(sheet, row, first, text, style)
        for column in range(first + 1, last + 1):
            sheet.write_blank(row, column, None, self.formats[style])

    def put_answer(self, sheet: Worksheet, row: int, column: int, cell: CellKey) -> None:
        """Write an input cell: what was answered, and what is wrong with it."""
        mark = self.filling.marks.get(cell)
        self.put(sheet, row, column, self.filling.answers.get(cell), "bad" if mark else "input")
        if mark:
            sheet.write_comment(row, column, mark, {"author": "Thước Đo", "x_scale": 2.5, "y_scale": 1.5})


def describe(book: Book) -> None:
    """Write the identity into the document properties, for file managers and other tools."""
    identity = book.contents.identity
    book.workbook.set_properties({
        "title": f"{identity.form_code} {period_shown(book.contents.period)}",
        "subject": identity.line,
        "author": "Thước Đo",
        "created": CREATED,
    })  # fmt: skip
    book.workbook.set_custom_property("thuocdo_form", identity.line)


def open_sheet(book: Book, name: str, columns: Sequence[Column], title: str) -> Worksheet:
    """Start a sheet: page set-up, agency block, motto, title, identity line, header."""
    sheet = book.workbook.add_worksheet(name)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width, None, {"hidden": column.key == "key"})
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
    book.put_across(sheet, 5, whole, _subtitle(contents), "strong")
    book.put_across(sheet, 6, whole, _plan_named(contents), "place")
    sheet.write_string(7, 0, f"{IDENTITY_LABEL} {contents.identity.line}", book.formats["plain"])


def _subtitle(contents: FormContents) -> str:
    window = f"số liệu từ {date_shown(contents.counts_from)} đến hết {date_shown(contents.counts_to)}"
    return f"Kỳ báo cáo: {period_shown(contents.period)} ({window}); hạn gửi: hết ngày {date_shown(contents.due_on)}"


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
            sheet.write_string(HEADER_ROW + 2, number, f"({number + 1})", book.formats["count"])
    sheet.set_row(HEADER_ROW + 1, LINE_HEIGHT * 2)


def write_section(book: Book, sheet: Worksheet, row: int, section: str, columns: Sequence[Column]) -> int:
    """Write a group row; returns the row below it.

    The cells are not merged: a title flows over its empty neighbours, and merged rows among data
    break sorting and filtering.
    """
    look = book.formats["section"]
    sheet.write_string(row, 0, section, look)
    for number in range(1, len(columns) - 1):
        sheet.write_blank(row, number, None, look)
    return row + 1


def write_signatures(book: Book, sheet: Worksheet, row: int, columns: tuple[int, int, int]) -> None:
    """Write the signature block: who drew the form up, and the head of the unit."""
    left, right, last = columns
    for number, texts in enumerate((SIGNATURE_TITLES, ("(Ký, ghi rõ họ tên)", "(Ký, đóng dấu)"))):
        style = "place" if number else "strong"
        sheet.write_string(row + number, left, texts[0], book.formats[style])
        book.put_across(sheet, row + number, (right, last), texts[1], style)


def lines(text: str, width: float) -> int:
    """Estimate how many lines a text takes in a column of `width` characters."""
    return max(1, math.ceil(len(text) * 1.15 / width))


def row_height(*texts: tuple[str, float]) -> float:
    """Return the height in points that the longest of (text, column width) needs: Excel does not fit merged rows."""
    return LINE_HEIGHT * max(lines(text, width) for text, width in texts)
