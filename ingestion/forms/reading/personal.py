"""Look for personal data in what was handed in; indicators need none (Law 91/2025/QH15, design 2.11).

Shapes are looked for (12-digit identity numbers, mobile numbers, e-mail addresses), and columns that are
titled as people's names or numbers: spreadsheets take the leading 0 from a number, and names have no
shape. What is found is never repeated in a message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.caged.request import address
from ingestion.findings import Finding, finding
from ingestion.forms.layout import IDENTITY
from ingestion.forms.reading.titles import people_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.cage import CagedFile, CagedSheet

SHAPES = {
    "số định danh 12 chữ số": re.compile(r"(?<![\d.,/-])0\d{11}(?![\d/])"),
    "số chứng minh nhân dân": re.compile(r"(?i)\b(?:cmnd|cmt|cccd|chứng minh|căn cước)\D{0,20}\d{9}(?!\d)"),
    "số điện thoại": re.compile(
        r"(?<![\d.,/-])(?!0\.\d{9})(?:\+84|0)[ .]?[35789]\d(?:[ .]?\d){7}(?![\d/])|\b0[35789]\d\d-\d{3}-\d{3}\b"
    ),
    "địa chỉ thư điện tử": re.compile(r"(?<![\w.+-])[\w.+-]++@(?![\w.-]*gov\.vn\b)[\w-]+\.[\w.]+"),
}
"""What is looked for, by the name under which it is told. Shapes of identity and mobile numbers: Vietnamese
numbering as in force; a mobile number starts with 03, 05, 07, 08 or 09."""


FEWEST_DIGITS = 9
"""Every shape but the address of a letter has at least so many."""
_DIGIT = re.compile(r"\d")
HIDDEN = "…"
EXTENSIONS = (".xlsx", ".ods", ".csv", ".json")


def personal_data(caged: CagedFile) -> tuple[Finding, ...]:
    """Name every cell that holds something shaped like personal data."""
    return tuple(_found(caged))


def without_personal_data(name: str) -> str:
    """Return a name with everything in it that is shaped like personal data replaced.

    The extension of a form stays: the gate judges by it.
    """
    extension = next((known for known in EXTENSIONS if name.lower().endswith(known)), "")
    stem, extension = name[: len(name) - len(extension)], name[len(name) - len(extension) :]
    for shape in SHAPES.values():
        stem = shape.sub(HIDDEN, stem)
    return stem + extension


def _found(caged: CagedFile) -> Iterator[Finding]:
    for sheet in caged.sheets:
        for row, column, text in sheet.texts:
            told = _shape_of(text) or _people_below(sheet, row, column)
            if told:
                name = without_personal_data(sheet.name)
                yield finding("PII-01", sheet=name, cell=address(row, column), found=told)


def _people_below(sheet: CagedSheet, row: int, column: int) -> str | None:
    """Return what people's column a filled column is titled as."""
    told = people_column(str(sheet.rows[row][column]))
    below = sheet.rows[row + 1] if told and row + 1 < len(sheet.rows) else ()
    return told if column < len(below) and below[column] is not None else None


def _shape_of(text: str) -> str | None:
    if "@" not in text and (len(text) < FEWEST_DIGITS or len(_DIGIT.findall(text)) < FEWEST_DIGITS):
        return None
    searched = IDENTITY.sub(" ", text)  # its check code is hexadecimal: one in 1,500 looks like a phone number
    return next((name for name, shape in SHAPES.items() if shape.search(searched)), None)
