"""Hostile, damaged and mistaken uploads: each refused at the gate with its own code, quickly."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from ingestion.gate import GateVerdict, inspect
from ingestion.limits import limits
from tests.ingestion import uploads
from tests.ingestion.uploads import CONTENT_TYPES, OLE_SIGN, RELATIONS, XML, ods, sheet_xml, xlsx, xlsx_of, zipped

if TYPE_CHECKING:
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"
DTD = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
QUICK_SECONDS = 5.0


def external(kind: str) -> dict[str, str | bytes]:
    """Return a change that adds an external relationship of a kind."""
    more = f'<Relationship Id="x" Type="{RELATIONS}/{kind}" Target="http://a.example/b" TargetMode="External"/>'
    return {"xl/_rels/workbook.xml.rels": uploads.workbook_relations(1, more)}


def many(count: int, item: str) -> str:
    return "".join(item.format(number) for number in range(1, count + 1))


def wide_text(length: int) -> str:
    """Return text that hardly compresses."""
    return random.Random(57).randbytes(length // 2).hex()


# name as claimed, bytes, code
HOSTILE = {
    "zero bytes": ("a.xlsx", lambda: b"", "ARR-03"),
    "an upload that was cut": ("a.xlsx", lambda: xlsx()[:-300], "FMT-02"),
    "a damaged part": ("a.xlsx", lambda: xlsx().replace(b"PK\x01\x02", b"PK\x01\x09", 1), "FMT-02"),
    "612 bytes of an OLE header": ("a.xls", lambda: OLE_SIGN + b"\0" * 604, "FMT-11"),
    "an old .xls renamed .xlsx": ("a.xlsx", lambda: OLE_SIGN + b"\0" * 604, "FMT-11"),
    "a workbook with a password": (
        "a.xlsx", lambda: OLE_SIGN + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000, "FMT-11",
    ),
    "an ods with a password": (
        "a.ods", lambda: ods("", {"META-INF/manifest.xml": "<m:manifest><m:encryption-data /></m:manifest>"}), "FMT-11",
    ),
    "a binary workbook": ("a.xlsb", lambda: zipped({"[Content_Types].xml": XML, "xl/workbook.bin": "x"}), "FMT-11"),
    "HTML renamed .xlsx": ("a.xlsx", lambda: b"\xef\xbb\xbf <html><table></table></html>", "FMT-12"),
    "HTML renamed .xls": ("a.xls", lambda: b"<html><table></table></html>", "FMT-12"),
    "PDF renamed .xlsx": ("a.xlsx", lambda: b"%PDF-1.7\n" + b"x" * 100, "FMT-12"),
    "CSV renamed .xlsx": ("a.xlsx", lambda: b"a;b\n1;2\n", "FMT-12"),
    "a workbook renamed .csv": ("a.csv", xlsx, "FMT-12"),
    "an ods renamed .xlsx": ("a.xlsx", lambda: ods(""), "FMT-12"),
    "a Word file renamed .xlsx": (
        "a.xlsx", lambda: zipped({"[Content_Types].xml": XML, "word/document.xml": XML}), "FMT-12",
    ),
    "a plain zip": ("a.xlsx", lambda: zipped({"a.txt": "x"}), "FMT-12"),
    "a picture": ("a.png", lambda: b"\x89PNG\r\n", "FMT-12"),
    "text renamed .json": ("a.json", lambda: b"hello", "FMT-12"),
    "a name without extension": ("báo cáo", xlsx, "FMT-12"),
    "a PDF that is a zip as well": ("a.xlsx", lambda: b"%PDF-1.7\n" + xlsx(), "SEC-18"),
    "bytes before the zip": ("a.xlsx", lambda: b"\0" * 10 + xlsx(), "SEC-18"),
    "bytes after the zip": ("a.xlsx", lambda: xlsx() + b"tail", "SEC-18"),
    "a 300 MB bomb": ("a.xlsx", uploads.bomb, "SEC-10"),
    "a ratio bomb below the size limit": ("a.xlsx", lambda: uploads.bomb(150 << 20), "SEC-10"),
    "a zip in the zip": ("a.xlsx", lambda: xlsx({"xl/inner.dat": zipped({"a": "b"})}), "SEC-10"),
    "a header that declares 1 KB for 3 MB": (
        "a.xlsx", lambda: uploads.with_declared_size(xlsx_of(many(200_000, "<row><c/></row>")), SHEET, 1024), "SEC-10",
    ),
    "two directory entries for one part": ("a.xlsx", uploads.overlapping, "SEC-11"),
    "two parts with one name": (
        "a.xlsx", lambda: zipped([*uploads.xlsx_parts().items(), ("XL/Workbook.xml", "x")]), "SEC-11",
    ),
    "an entry above its folder": ("a.xlsx", lambda: xlsx({"../../etc/x": "x"}), "SEC-12"),
    "an absolute entry": ("a.xlsx", lambda: xlsx({"/etc/x": "x"}), "SEC-12"),
    "an entry on a drive": ("a.xlsx", lambda: xlsx({"C:/x": "x"}), "SEC-12"),
    "an entry with a backslash": (
        "a.xlsx", lambda: xlsx({"xl/a_x": "x"}).replace(b"xl/a_x", b"xl\\a\\x"), "SEC-12",
    ),
    "an entry with a control character": ("a.xlsx", lambda: xlsx({"xl/a\nx": "x"}), "SEC-12"),
    "XXE in a sheet": ("a.xlsx", lambda: xlsx({SHEET: DTD + sheet_xml()}), "SEC-13"),
    "billion laughs in the styles": ("a.xlsx", lambda: xlsx({"xl/styles.xml": LAUGHS + "<a>&b;</a>"}), "SEC-13"),
    "XXE in a part with a harmless name": ("a.xlsx", lambda: xlsx({"xl/media/a.png": DTD + "<a/>"}), "SEC-13"),
    "XXE hidden by UTF-16": (
        "a.xlsx", lambda: xlsx({SHEET: (DTD + sheet_xml().replace("UTF-8", "UTF-16")).encode("utf-16")}), "SEC-13",
    ),
    "XXE hidden by UTF-16 without its mark": (
        "a.xlsx", lambda: xlsx({SHEET: ("<?xml version='1.0'?>" + DTD + "<a/>").encode("utf-16-be")}), "SEC-13",
    ),
    "XML in UTF-7": ("a.xlsx", lambda: xlsx({SHEET: sheet_xml().replace("UTF-8", "UTF-7")}), "SEC-13"),
    "XML in UTF-32": ("a.xlsx", lambda: xlsx({SHEET: sheet_xml().encode("utf-32")}), "SEC-13"),
    "XXE in an ods": ("a.ods", lambda: ods("", {"styles.xml": DTD + "<a/>"}), "SEC-13"),
    "uniqueCount=4294967295": (
        "a.xlsx",
        lambda: xlsx({"xl/sharedStrings.xml": uploads.spreadsheet_ml_strings(["xã"], 4_294_967_295)}),
        "SEC-14",
    ),
    "a uniqueCount that its strings do not bear out": (
        "a.xlsx", lambda: xlsx({"xl/sharedStrings.xml": uploads.spreadsheet_ml_strings(["xã"], 900_000)}), "SEC-14",
    ),
    "50,000 sheets": (
        "a.xlsx",
        lambda: xlsx({"xl/workbook.xml": uploads.workbook_xml([f"s{number}" for number in range(50_000)])}),
        "SEC-16",
    ),
    "300 parts": ("a.xlsx", lambda: xlsx({f"xl/media/{number}.png": "x" for number in range(300)}), "SEC-16"),
    "70,000 styles": (
        "a.xlsx",
        lambda: xlsx({"xl/styles.xml": f"<styleSheet>{many(70_000, '<xf n=%{}%/>')}</styleSheet>"}),
        "SEC-16",
    ),
    "styles behind a namespace prefix": (
        "a.xlsx",
        lambda: xlsx({"xl/styles.xml": f"<x:styleSheet>{many(70_000, '<x:xf n=%{}%/>')}</x:styleSheet>"}),
        "SEC-16",
    ),
    "30,000 merged ranges": (
        "a.xlsx", lambda: xlsx_of("", after=many(30_000, '<mergeCell ref="A{0}:B{0}"/>')), "SEC-16",
    ),
    "20,000 defined names": (
        "a.xlsx",
        lambda: xlsx({"xl/workbook.xml": uploads.workbook_xml(["a"], more=many(20_000, '<definedName name="n{}"/>'))}),
        "SEC-16",
    ),
    "a macro in an .xlsx": ("a.xlsx", lambda: xlsx({"xl/vbaProject.bin": "x"}), "SEC-17"),
    "an .xlsm": (
        "a.xlsm",
        lambda: xlsx({"[Content_Types].xml": CONTENT_TYPES.replace("sheet.main", "sheet.macroEnabled.main")}),
        "SEC-17",
    ),
    "an embedded object": ("a.xlsx", lambda: xlsx({"xl/embeddings/a.docx": "x"}), "SEC-17"),
    "an OLE object under any name": ("a.xlsx", lambda: xlsx({"xl/media/a.png": OLE_SIGN + b"\0" * 99}), "SEC-17"),
    "an external workbook link": ("a.xlsx", lambda: xlsx({"xl/externalLinks/externalLink1.xml": "<a/>"}), "SEC-17"),
    "an external picture": ("a.xlsx", lambda: xlsx(external("image")), "SEC-17"),
    "a DDE link": ("a.xlsx", lambda: xlsx({"xl/links.xml": '<x:ddeLink ddeService="cmd"/>'}), "SEC-17"),
    "a data connection": ("a.xlsx", lambda: xlsx({"xl/connections.xml": "<a/>"}), "SEC-17"),
    "Basic in an ods": ("a.ods", lambda: ods("", {"Basic/Standard/Module1.xml": "<a/>"}), "SEC-17"),
    "an event listener in an ods": ("a.ods", lambda: ods("<script:event-listener/>"), "SEC-17"),
    "a cell at XFD1048576": (
        "a.xlsx", lambda: xlsx_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "FMT-10",
    ),
    "a 10 MB cell": ("a.xlsx", lambda: xlsx_of(uploads.text_row(wide_text(10 << 20))), "FMT-13"),
    "a 2 MB line of CSV": ("a.csv", lambda: b"x" * (2 << 20), "FMT-13"),
    "NUL in a CSV": ("a.csv", lambda: b"a;b\n1;\x002\n", "ENC-03"),
    "invalid bytes in a CSV": ("a.csv", lambda: b"a;b\n1;\xff\n", "ENC-03"),
    "an old font in a CSV": ("a.csv", lambda: "X· Th¨ng B×nh céng hßa;1\n".encode("latin-1"), "ENC-02"),
}  # fmt: skip


def inspected(folder: Path, name: str, content: bytes) -> GateVerdict:
    path = folder / "upload"
    path.write_bytes(content)
    return inspect(path, name)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_or_mistaken_upload_is_refused_with_its_code_and_in_time(tmp_path: Path, case: str) -> None:
    name, build, code = HOSTILE[case]
    content = build()
    started = time.thread_time()
    verdict = inspected(tmp_path, name, content)
    assert time.thread_time() - started < QUICK_SECONDS
    assert [found.code for found in verdict.findings] == [code]
    assert verdict.is_refused


def test_the_far_cell_is_named(tmp_path: Path) -> None:
    verdict = inspected(tmp_path, "a.xlsx", xlsx_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert verdict.findings[0].cell == "XFD1048576"
    assert "XFD1048576" in verdict.findings[0].message


def test_a_file_over_25_mb_is_refused_with_its_size_and_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as handle:
        handle.truncate(limits().file_bytes + 1)
    (found,) = inspect(path, "a.xlsx").findings
    assert (found.code, found.found, found.expected) == ("ARR-04", "25,0 MB", "25 MB mỗi tệp")


def test_links_and_fifos_are_refused_without_opening_them(tmp_path: Path) -> None:
    (tmp_path / "real.xlsx").write_bytes(xlsx())
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "real.xlsx")
    os.mkfifo(tmp_path / "pipe.xlsx")
    for name in ("link.xlsx", "pipe.xlsx"):
        assert [found.code for found in inspect(tmp_path / name, name).findings] == ["SEC-01"]
