"""The formats in which a form is issued: a workbook for people, CSV and JSON for units with systems of their own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ingestion.forms.text_forms import csv_form, json_form
from ingestion.forms.write import write_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingestion.forms.contents import FormContents
    from ingestion.forms.filling import Filling

XLSX, CSV, JSON = "xlsx", "csv", "json"
FORMATS = (XLSX, CSV, JSON)


def form_bytes(file_format: str, contents: FormContents, filling: Filling, *, is_sample: bool) -> bytes:
    """Return a form as the bytes of a file; the same contents give the same bytes.

    A form is made in memory before a byte is written: a zip that a full disk leaves open prints a traceback.
    """
    if file_format == XLSX:
        memory = io.BytesIO()
        write_form(contents, memory, filling, is_sample=is_sample)
        return memory.getvalue()
    make: Callable[..., str] = {CSV: csv_form, JSON: json_form}[file_format]
    return make(contents, filling, is_sample=is_sample).encode()
