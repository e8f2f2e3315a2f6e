r"""Formulas that start programs or fetch from elsewhere; no form needs one (reliability F25).

Judged on the formula as a spreadsheet would read it, after entities and CDATA: DDE (`cmd|'…'!A0`),
functions that load or call, and names of other files. Sheet names hold none of `/ \ : [`.
"""

from __future__ import annotations

import re

from ingestion.caged.request import Refusal

SHOWN_LENGTH = 80
_TEXT = re.compile(r'"[^"]*"')
_NAME = re.compile(r"'(?:[^']|'')*'")
_NAME_OF_A_FILE = re.compile(r"[/\\:\[]")
_FUNCTION = re.compile(
    r"(?<![A-Za-z0-9_])(?:DDE|WEBSERVICE|RTD|IMAGE|CALL|EXEC|REGISTER(?:\.ID)?|IMPORTXML|IMPORTDATA)\s*\(",
    re.IGNORECASE,
)


def check_formula(text: str, sheet: str | None = None, cell: str | None = None) -> None:
    """Judge one formula; raises Refusal SEC-17."""
    bare = _TEXT.sub("", text)
    names = _NAME.findall(bare)
    rest = _NAME.sub("", bare)
    if "|" in rest or "://" in rest or _FUNCTION.search(rest) or any(map(_NAME_OF_A_FILE.search, names)):
        raise Refusal("SEC-17", sheet=sheet, cell=cell, found=text[:SHOWN_LENGTH])
