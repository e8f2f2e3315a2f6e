"""Honest uploads of every writer pass the gate, and what looks odd but is honest passes too."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from ingestion.gate import inspect
from tests.ingestion import uploads
from tests.ingestion.test_gate import external, inspected, many
from tests.ingestion.uploads import HONEST_ROWS, ods, ods_number, sheet_xml, xlsx, xlsx_of

if TYPE_CHECKING:
    from pathlib import Path

FIRST_ROW = f"<table:table-row>{ods_number('1')}</table:table-row>"
EMPTY_REST = (
    '<table:table-row><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)

HONEST = {
    "a plain workbook": ("a.xlsx", xlsx),
    "an extension in capitals and a trailing space": ("BÁO CÁO.XLSX ", xlsx),
    "a hyperlink to a law": ("a.xlsx", lambda: xlsx(external("hyperlink"))),
    "a formatted empty cell at the far corner": (
        "a.xlsx", lambda: xlsx_of(HONEST_ROWS + '<row r="1048576"><c r="XFD1048576" s="1"/></row>'),
    ),
    "the last allowed row and column": (
        "a.xlsx",
        lambda: xlsx_of('<row r="1"><c r="SR1"><v>1</v></c></row><row r="100000"><c r="A100000"><v>1</v></c></row>'),
    ),
    "a formula with a bar in a text": (
        "a.xlsx", lambda: xlsx_of('<row r="1"><c r="A1" t="str"><f>"a|b"&amp;S!A1</f><v>a|b1</v></c></row>'),
    ),
    "text that talks about uniqueCount": ("a.xlsx", lambda: xlsx_of(uploads.text_row(' uniqueCount="4294967295" '))),
    "a slightly wrong uniqueCount": (
        "a.xlsx", lambda: xlsx({"xl/sharedStrings.xml": uploads.spreadsheet_ml_strings(["xã"], 2)}),
    ),
    "a sheet in UTF-16": (
        "a.xlsx",
        lambda: xlsx({"xl/worksheets/sheet1.xml": sheet_xml().replace("UTF-8", "UTF-16").encode("utf-16")}),
    ),
    "printer settings": ("a.xlsx", lambda: xlsx({"xl/printerSettings/printerSettings1.bin": b"\0\1\2"})),
    "a sheet of one repeated word": (
        "a.xlsx", lambda: xlsx_of(many(40_000, '<row r="{0}"><c r="A{0}"><v>0</v></c></row>')),
    ),
    "an ods with the empty rest of its sheet": (
        "a.ods",
        lambda: ods(f'<table:table table:name="T">{FIRST_ROW}{EMPTY_REST}</table:table>'),
    ),
    "CSV with semicolons": ("a.csv", lambda: "Tên;Số\nXã;1\n".encode()),
    "CSV with its mark": ("a.csv", lambda: "Tên;Số\nXã;1\n".encode("utf-8-sig")),
    "CSV in UTF-16": ("a.csv", lambda: "Tên\tSố\nXã\t1\n".encode("utf-16")),
    "text as .txt": ("a.txt", lambda: b"a\tb\n"),
    "JSON rows": ("a.json", lambda: b' [{"a": 1}]'),
}  # fmt: skip


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_upload_passes_without_a_word(tmp_path: Path, case: str) -> None:
    name, build = HONEST[case]
    verdict = inspected(tmp_path, name, build())
    assert verdict.findings == ()
    assert not verdict.is_refused


def test_windows_1258_passes_with_a_warning(tmp_path: Path) -> None:
    verdict = inspected(tmp_path, "a.csv", "Xa\u0303 Đông;1\n".encode("cp1258"))
    assert [(found.code, found.severity) for found in verdict.findings] == [("ENC-01", "warning")]
    assert verdict.kind == "csv"
    assert not verdict.is_refused


def test_a_workbook_of_xlsxwriter_passes(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Báo cáo")
        sheet.merge_range("A1:D1", "UBND XÃ")
        sheet.write_formula("A2", "=1+1", None, 2)
        sheet.data_validation("B2", {"validate": "list", "source": ["x"]})
        sheet.write_comment("A1", "Ghi chú")
        sheet.write_url("A3", "https://vanban.chinhphu.vn/")
        sheet.protect()
        book.add_worksheet("_thuocdo").very_hidden()
    assert inspect(path, "a.xlsx").findings == ()


def test_a_workbook_saved_again_by_openpyxl_passes(tmp_path: Path) -> None:
    path = tmp_path / "upload.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Báo cáo").write_row("A1", ["Chỉ tiêu", 92.5])
    openpyxl.load_workbook(path).save(path)
    assert inspect(path, "a.xlsx").findings == ()


def test_an_ods_of_odfpy_passes(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    table, row, cell = Table(name="Báo cáo"), TableRow(), TableCell(valuetype="float", value="92.5")
    cell.addElement(P(text="92,5"))
    row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "upload.ods"))
    assert inspect(tmp_path / "upload.ods", "a.ods").findings == ()


class OneWay(io.BytesIO):
    """A target that cannot seek: the zip is written with sizes after the data, as servers do."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_a_zip_written_as_a_stream_passes(tmp_path: Path) -> None:
    target = OneWay()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in uploads.xlsx_parts().items():
            archive.writestr(name, content)
    assert inspected(tmp_path, "a.xlsx", target.getvalue()).findings == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(position=st.integers(0, 10_000), patch=st.binary(min_size=1, max_size=12))
def test_any_damage_ends_in_a_verdict(tmp_path: Path, position: int, patch: bytes) -> None:
    content = bytearray(xlsx())
    start = position % len(content)
    content[start : start + len(patch)] = patch
    verdict = inspected(tmp_path, "a.xlsx", bytes(content))
    assert verdict.is_refused == bool(verdict.findings)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(content=st.binary(max_size=400), name=st.text(max_size=12).map(lambda stem: f"{stem}.csv"))
def test_any_bytes_end_in_a_verdict(tmp_path: Path, content: bytes, name: str) -> None:
    verdict = inspected(tmp_path, name, content)
    assert verdict.is_refused or verdict.kind == "csv"
