"""The formats in which a form is issued: a workbook for people, CSV and JSON for units with systems of their own."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING

from ingestion.forms.writing.text_forms import csv_form, json_form
from ingestion.forms.writing.write import write_form

if TYPE_CHECKING:
    from ingestion.forms.contents import FormContents
    from ingestion.forms.writing.filling import Filling


class FileFormat(StrEnum):
    """A format, named as its files end."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


def form_bytes(file_format: FileFormat, contents: FormContents, filling: Filling, *, is_sample: bool) -> bytes:
    """Return a form as the bytes of a file; the same contents give the same bytes.

    A form is made in memory before a byte is written: a zip that a full disk leaves open prints a traceback.
    """
    if file_format is FileFormat.XLSX:
        memory = io.BytesIO()
        write_form(contents, memory, filling, is_sample=is_sample)
        return memory.getvalue()
    make = csv_form if file_format is FileFormat.CSV else json_form
    return make(contents, filling, is_sample=is_sample).encode()
