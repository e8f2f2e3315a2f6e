"""One workbook being written: its styles, and how values, answers and notes are put into cells."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.forms.contents import period_shown
from ingestion.forms.layout import Column
from plans.records import ValueKind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from ingestion.forms.contents import FormContents
    from ingestion.forms.writing.filling import CellKey, Filling

CREATED = dt.datetime(2025, 7, 1)  # fixed: the day of writing would give the same form other bytes
HEADER_ROW = 10
FIRST_ROW = HEADER_ROW + 3
LINE_HEIGHT = 16.0
FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
INPUT_COLOUR = "#FFF8DC"
PREFILLED_COLOUR = "#DDEBF7"
BAD_COLOUR = "#FFC7CE"
PAPER_A4 = 9
AUTHOR = "Thước Đo"
NOTE_WIDTH, NOTE_LINE = 340, 16
NOTE_CHARACTERS = 52
SENTENCES = Column("sentences", "Cần sửa", 46)
"""A slip's own column, right of the form's: the reader knows no such title and lets it be."""
NUMBER_FORMATS = {
    ValueKind.RATIO: "0.00",
    ValueKind.GROWTH: "0.00",
    ValueKind.COUNT: "#,##0",
    ValueKind.INDEX: "0.000",
    ValueKind.MONEY: "#,##0.00",
}
"""How a result is shown by kind of indicator. Numerators and denominators may be counts or hectares: General."""

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
    "input": {"border": 1, "text_wrap": True, "bg_color": INPUT_COLOUR, "locked": False},
    "prefilled": {"border": 1, "text_wrap": True, "bg_color": PREFILLED_COLOUR, "locked": False, "italic": True},
    "bad": {"border": 2, "border_color": "#C00000", "text_wrap": True, "bg_color": BAD_COLOUR, "locked": False},
    "sentence": {"align": "left", "border": 1, "text_wrap": True, "font_color": "#C00000"},
    "heading": {"align": "left", "bold": True, "font_size": 14},
    "link": {"align": "center", "border": 1, "font_color": "#0563C1", "underline": 1},
    "guide": {"align": "left", "text_wrap": True},
    "small": {"align": "left", "italic": True, "font_size": 10},
    "recipients": {"align": "left", "bold": True, "italic": True, "font_size": 11},
}


def formats_of(workbook: Workbook) -> dict[str, Format]:
    """Add the project's styles to a workbook, and the number formats of answers; returns them by name."""
    looks = dict(STYLES)
    for style in ("input", "prefilled", "bad"):
        looks |= {f"{style} {shape}": {**STYLES[style], "num_format": shape} for shape in NUMBER_FORMATS.values()}
    return {name: workbook.add_format(FONT | look) for name, look in looks.items()}


@dataclass(frozen=True)
class Book:
    """One workbook being written."""

    workbook: Workbook
    contents: FormContents
    filling: Filling
    is_sample: bool
    formats: dict[str, Format]
    places: dict[CellKey, tuple[str, int, int]] = field(default_factory=dict)

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

    def put_answer(self, sheet: Worksheet, row: int, column: int, cell: CellKey, shape: str = "") -> None:
        """Write an input cell: what was answered (shown in a number format), and what is to be said of it."""
        filling = self.filling
        style = "bad" if cell in filling.marks else "prefilled" if cell in filling.prefilled else "input"
        self.put(sheet, row, column, filling.answers.get(cell), f"{style} {shape}".strip())
        self.places[cell] = (sheet.get_name(), row, column)
        self.pin(sheet, row, column, cell)

    def put_sentences(self, sheet: Worksheet, row: int, column: int, part: str, key: str) -> str:
        """Write beside the row what is wrong in it, so that it also stands on paper; returns the text."""
        told = [text for (of_part, of_key, _), text in self.filling.marks.items() if (of_part, of_key) == (part, key)]
        text = "\n".join(dict.fromkeys(told))
        if text:
            self.put(sheet, row, column, text, "sentence")
        return text

    def pin(self, sheet: Worksheet, row: int, column: int, cell: CellKey) -> None:
        """Pin a note with everything that is told of a cell, as large as its text needs."""
        text = self.filling.pinned(cell)
        if text:
            rows = sum(lines(part, NOTE_CHARACTERS) for part in text.split("\n"))
            size = {"width": NOTE_WIDTH, "height": NOTE_LINE * (rows + 1), "font_size": 9}
            sheet.write_comment(row, column, text, {"author": AUTHOR, **size})


def describe(book: Book) -> None:
    """Write the identity into the document properties, for file managers and other tools."""
    identity = book.contents.identity
    book.workbook.set_properties({
        "title": f"{identity.form_code} {period_shown(book.contents.period)}",
        "subject": identity.line,
        "author": AUTHOR,
        "created": CREATED,
    })  # fmt: skip
    book.workbook.set_custom_property("thuocdo_form", identity.line)
    book.workbook.define_name("thuocdo_form", f'="{identity.line}"')


def lines(text: str, width: float) -> int:
    """Estimate how many lines a text takes in a column of `width` characters."""
    return max(1, math.ceil(len(text) * 1.15 / width))


def row_height(*texts: tuple[str, float]) -> float:
    """Return the height in points that the longest of (text, column width) needs: Excel does not fit merged rows."""
    return LINE_HEIGHT * max(lines(text, width) for text, width in texts)
