"""Drive a real LibreOffice: open a workbook as a clerk does, type into cells, save it under another format."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="cần LibreOffice (tests/install_office.sh)")
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "csv": "Text - txt - csv (StarCalc)"}
CSV_OPTIONS = "59,34,76,1"  # semicolons, double quotes, UTF-8, from line 1: what "save as CSV" offers here
PATIENCE_SECONDS = 120
MODULE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<script:module xmlns:script="http://openoffice.org/2000/script"'
    ' script:name="Module1" script:language="StarBasic">{code}</script:module>'
)


def saved_by_office(
    sources: Mapping[Path, Path], folder: Path, typed: Mapping[tuple[str, str], str | float] | None = None
) -> None:
    """Open each workbook in one LibreOffice, type into cells (by sheet and address), save it under its target.

    A figure is entered as a figure and a text as a text; the format follows the target's extension.
    """
    lines = [_macro_of(source, target, typed or {}) for source, target in sources.items()]
    code = "\n".join(["Sub Edit", *lines, "StarDesktop.terminate()", "End Sub"])
    profile = folder / "profile"
    _run(profile, "--terminate_after_init")  # a new profile gets its own empty Module1 first
    module = profile / "user" / "basic" / "Standard" / "Module1.xba"
    module.write_text(MODULE.format(code=escape(code)), encoding="utf-8")
    _run(profile, "macro:///Standard.Module1.Edit")
    missing = [target.name for target in sources.values() if not target.exists()]
    assert not missing, f"LibreOffice saved nothing as {missing}"


def _macro_of(source: Path, target: Path, typed: Mapping[tuple[str, str], str | float]) -> str:
    kind = target.suffix[1:]
    lines = [
        "ReDim o(0) As New com.sun.star.beans.PropertyValue", 'o(0).Name = "Hidden"', "o(0).Value = True",
        f'd = StarDesktop.loadComponentFromURL({_quoted(source.as_uri())}, "_blank", 0, o())',
    ]  # fmt: skip
    for (sheet, address), value in typed.items():
        cell = f"d.Sheets.getByName({_quoted(sheet)}).getCellRangeByName({_quoted(address)})"
        lines.append(
            f"{cell}.setValue({value})" if isinstance(value, int | float) else f"{cell}.setString({_quoted(value)})"
        )
    lines += [
        "ReDim s(1) As New com.sun.star.beans.PropertyValue", 's(0).Name = "FilterName"',
        f"s(0).Value = {_quoted(FILTERS[kind])}", 's(1).Name = "FilterOptions"',
        f"s(1).Value = {_quoted(CSV_OPTIONS if kind == 'csv' else '')}",
        f"d.storeToURL({_quoted(target.as_uri())}, s())", "d.close(True)",
    ]  # fmt: skip
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _run(profile: Path, *arguments: str) -> None:
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
