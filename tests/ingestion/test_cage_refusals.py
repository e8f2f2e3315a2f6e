"""Uploads that only the cage can judge: refused with a code, the caller unharmed."""

from __future__ import annotations

import dataclasses
import json
import signal
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.cage import Cage, CagedFile, CageRefused
from ingestion.cage.answers import REFUSALS, file_of
from ingestion.cage.outcomes import Outcome, content_of, judge
from ingestion.caged.request import FRAME_LENGTH
from ingestion.findings import Finding
from ingestion.limits import limits
from tests.ingestion import uploads
from tests.ingestion.test_gate import HOSTILE, QUICK_SECONDS, many
from tests.ingestion.uploads import OLE_SIGN, ods, ods_number, sheet_xml, text_row, xlsx, xlsx_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def repeated(rows: int, columns: int) -> bytes:
    cell = ods_number("1", more=f' table:number-columns-repeated="{columns}"')
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods(f'<table:table table:name="T">{row}</table:table>')


# kind, bytes, code, cell
REFUSED = {
    "a far cell written with other quotes": (
        "xlsx", lambda: xlsx_of("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"), "FMT-10", "XFD1048576",
    ),
    "a far row without addresses": (
        "xlsx", lambda: xlsx_of("<row r='1048576'><c><v>1</v></c></row>"), "FMT-10", "A1048576",
    ),
    "a formula outside the area": (
        "xlsx", lambda: xlsx_of("<row r='1'><c r='ZZ1'><f>1</f></c></row>"), "FMT-10", "ZZ1",
    ),
    "two cells that span 50 million": (
        "xlsx",
        lambda: xlsx_of('<row r="1"><c r="SR1"><v>1</v></c></row><row r="99999"><c r="A99999"><v>1</v></c></row>'),
        "FMT-16", None,
    ),
    "an address that no sheet has": (
        "xlsx", lambda: xlsx_of('<row r="0"><c r="A0"><v>1</v></c></row>'), "FMT-02", None,
    ),
    "XML that is none": ("xlsx", lambda: xlsx_of('<row r="1"><c r="A1"><v>1</c></row>'), "FMT-02", None),
    "a missing workbook part": (
        "xlsx",
        lambda: uploads.zipped({k: v for k, v in uploads.xlsx_parts().items() if k != "xl/workbook.xml"}),
        "FMT-02", None,
    ),
    "two sheets with one name": (
        "xlsx", lambda: xlsx({"xl/workbook.xml": uploads.workbook_xml(["a", "a"])}), "FMT-02", None,
    ),
    "a DDE formula": (
        "xlsx", lambda: xlsx_of("<row><c r='B1'><f>1+cmd&#124;'/c calc'!A0</f><v>1</v></c></row>"), "SEC-17", "B1",
    ),
    "a DDE formula in a name": (
        "xlsx",
        lambda: xlsx({"xl/workbook.xml": uploads.workbook_xml(["a"], more="<definedName>cmd|'/c'!A0</definedName>")}),
        "SEC-17", None,
    ),
    "DDE in an ods": (
        "ods",
        lambda: ods(
            '<table:table table:name="T"><table:table-row><table:table-cell table:formula="of:=DDE(&quot;a&quot;)"/>'
            "</table:table-row></table:table>"
        ),
        "SEC-17", "A1",
    ),
    "text in an ods cell without a type": (
        "ods",
        lambda: ods(
            '<table:table table:name="T"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>'
            "</table:table-row></table:table>"
        ),
        "FMT-02", None,
    ),
    "a cell that stands twice": (
        "xlsx", lambda: xlsx_of('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'), "FMT-02", None,
    ),
    "rows out of order": (
        "xlsx",
        lambda: xlsx_of('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>'),
        "FMT-02", None,
    ),
    "cells behind another prefix than the sheet's": (
        "xlsx", lambda: xlsx_of('<row r="1"><x:c xmlns:x="y" r="A1"><x:v>1</x:v></x:c></row>'), "FMT-02", None,
    ),
    "a row that no sheet has": ("xlsx", lambda: xlsx_of('<row r="1048577" hidden="1"/>'), "FMT-02", None),
    "sheets that span two million cells only together": (
        "xlsx",
        lambda: xlsx(
            **{name: sheet_xml('<row r="3000"><c r="SR3000"><v>1</v></c></row>') for name in ("a", "b")}
        ),
        "FMT-16", None,
    ),
    "a control character in a JSON cell": ("json", lambda: b'[["a\\u001b[2J"]]', "ENC-03", "A1"),
    "a cell of 40,000 letters": ("xlsx", lambda: xlsx_of(text_row("a" * 40_000)), "FMT-13", "A1"),
    "an old font": ("xlsx", lambda: xlsx_of(text_row("céng hßa x· héi")), "ENC-02", "A1"),
    "a declaration": ("xlsx", lambda: xlsx({"xl/worksheets/sheet1.xml": "<!DOCTYPE x>" + sheet_xml()}), "SEC-13", None),
    "200 sheets": (
        "xlsx", lambda: xlsx({"xl/workbook.xml": uploads.workbook_xml([f"s{n}" for n in range(200)])}), "SEC-16", None,
    ),
    "an ods filled by repeats": ("ods", lambda: repeated(1_048_576, 16_384), "SEC-15", None),
    "an ods filled by repeats within the area": ("ods", lambda: repeated(90_000, 500), "SEC-15", None),
    "an ods without content": ("ods", lambda: uploads.zipped({"mimetype": uploads.ODS_MIMETYPE}), "FMT-02", None),
    "an unclosed quote": ("csv", lambda: b'a;b\n"1;2\n3;4\n', "FMT-13", None),
    "a CSV cell of 40,000 letters": ("csv", lambda: b"a;" + b"x" * 40_000, "FMT-13", None),
    "a CSV of 600 columns": ("csv", lambda: b";" * 600, "FMT-16", None),
    "a CSV of 100,001 rows": ("csv", lambda: b"1\n" * 100_001, "FMT-16", None),
    "an old font in UTF-8": ("csv", lambda: "STT;céng hßa x· héi".encode(), "ENC-02", "B1"),
    "NUL that came past the gate": ("csv", lambda: b"a\0", "ENC-03", None),
    "a JSON that is no table": ("json", lambda: b"[1, 2]", "FMT-15", None),
    "a JSON of plain facts": ("json", lambda: b'{"form": "x", "period": "2026-06"}', "FMT-15", None),
    "a JSON with a map in a table's place": ("json", lambda: b'{"a": [[1]], "b": {"c": 1}}', "FMT-15", None),
    "a JSON with nested cells": ("json", lambda: b'[{"a": {"b": 1}}]', "FMT-15", None),
    "a JSON with a name twice": ("json", lambda: b'[{"a": 1, "a": 2}]', "FMT-15", None),
    "a JSON 100,000 levels deep": ("json", lambda: b"[" * 100_000, "FMT-15", None),
    "a JSON that was cut": ("json", lambda: b'[{"a": 1', "FMT-02", None),
    "a lone surrogate": ("json", lambda: b'[["\\ud800"]]', "ENC-03", "A1"),
    "a lone surrogate in a table's name": ("json", lambda: b'{"a\\ud800": []}', "ENC-03", None),
    "a name with a lone surrogate, twice": ("json", lambda: b'{"\\ud800": [], "\\ud800": []}', "FMT-15", None),
}  # fmt: skip


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    with Cage() as cage:
        yield cage


def refusal(cage: Cage, folder: Path, kind: str, content: bytes) -> Finding:
    path = folder / "upload"
    path.write_bytes(content)
    with pytest.raises(CageRefused) as refused:
        cage.read(path, kind)
    return refused.value.finding


def outcome_of(cage: Cage, path: Path, kind: str) -> str:
    try:
        cage.read(path, kind)
    except CageRefused as refused:
        return refused.finding.code
    return "read"


@pytest.mark.parametrize("case", REFUSED)
def test_what_only_the_cage_can_judge_is_refused_with_its_code_and_cell(cage: Cage, tmp_path: Path, case: str) -> None:
    kind, build, code, cell = REFUSED[case]
    found = refusal(cage, tmp_path, kind, build())
    assert (found.code, found.cell) == (code, cell)


@pytest.mark.parametrize("case", [case for case, (name, _, _) in HOSTILE.items() if name.endswith((".xlsx", ".ods"))])
def test_even_past_the_gate_a_hostile_workbook_never_harms_the_caller(cage: Cage, tmp_path: Path, case: str) -> None:
    name, build, _ = HOSTILE[case]
    (tmp_path / "upload").write_bytes(build())
    started = time.monotonic()
    assert outcome_of(cage, tmp_path / "upload", name.rpartition(".")[2]) in {"read", *REFUSALS, "SEC-19"}
    assert time.monotonic() - started < 2 * QUICK_SECONDS


@pytest.mark.parametrize("content", [OLE_SIGN + b"\0" * 604, b"", b"PK", b"\0" * 1000])
def test_bytes_that_are_no_workbook_are_refused(cage: Cage, tmp_path: Path, content: bytes) -> None:
    assert refusal(cage, tmp_path, "xlsx", content).code == "FMT-02"


def test_a_reader_that_aborts_is_reported_as_sec_19_and_the_cage_goes_on(cage: Cage, tmp_path: Path) -> None:
    content = xlsx(
        {
            "xl/sharedStrings.xml": uploads.spreadsheet_ml_strings(["xã"], 4_294_967_295),
            "xl/worksheets/sheet1.xml": uploads.sheet_xml("<!-- for the general reader -->"),
        }
    )
    found = refusal(cage, tmp_path, "xlsx", content)
    assert found.code == "SEC-19"
    assert found.found == "tín hiệu 6"
    (tmp_path / "upload").write_bytes(xlsx())
    assert cage.read(tmp_path / "upload", "xlsx").sheets


def test_a_reading_that_outlasts_the_wall_clock_is_killed_as_sec_20(tmp_path: Path) -> None:
    table = json.dumps([["x" * 10] * 500] * 1000).encode()
    with Cage(limits_in_force=dataclasses.replace(limits(), waiting_seconds=0)) as cage:
        found = refusal(cage, tmp_path, "json", table)
    assert (found.code, found.expected) == ("SEC-20", "10 giây chờ đọc tệp")


@pytest.mark.parametrize(
    ("exit_code", "code"), [(-signal.SIGXCPU, "SEC-20"), (-signal.SIGKILL, "SEC-19"), (1, "SEC-19")]
)
def test_the_end_of_a_child_tells_why_it_ended(exit_code: int, code: str) -> None:
    with pytest.raises(CageRefused) as refused:
        judge(Outcome(None, exit_code))
    assert refused.value.finding.code == code


def test_a_whole_answer_of_a_child_that_then_failed_is_not_believed() -> None:
    whole = b"\x81\xa4done\xc3"
    answer = FRAME_LENGTH.pack(len(whole)) + whole
    assert judge(Outcome(content_of(answer), 0)) == CagedFile(())
    with pytest.raises(CageRefused):
        judge(Outcome(content_of(answer), 1))


def test_a_reading_that_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    small = dataclasses.replace(limits(), memory_bytes=150 << 20)
    with Cage(limits_in_force=small) as cage:
        found = refusal(cage, tmp_path, "csv", (b"12345678;" * 20 + b"\n") * 90_000)
    assert (found.code, found.expected) == ("SEC-20", "512 MiB bộ nhớ")


def test_two_million_cells_are_the_limit(tmp_path: Path, cage: Cage) -> None:
    smaller = dataclasses.replace(limits(), cells=1000)
    (tmp_path / "upload").write_bytes(xlsx_of(many(1001, '<row r="{0}"><c r="A{0}"><v>1</v></c></row>')))
    assert len(cage.read(tmp_path / "upload", "xlsx").sheets[0].rows) == 1001
    with Cage(limits_in_force=smaller) as narrow:
        found = refusal(narrow, tmp_path, "xlsx", (tmp_path / "upload").read_bytes())
    assert found.code == "FMT-16"


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\x01\0\0\0", FRAME_LENGTH.pack(1) + b"\x01", FRAME_LENGTH.pack(2**31) + b"x",
        b"\x80\0\0\0" + b"\xff" * 128,
        FRAME_LENGTH.pack(11) + b"\x81\xa7refused\xa1X",
    ],
)  # fmt: skip
def test_a_broken_answer_of_the_child_is_never_believed(answer: bytes) -> None:
    assert file_of(answer) is None


@given(st.binary(max_size=200))
def test_any_answer_is_checked_before_it_is_believed(answer: bytes) -> None:
    assert file_of(FRAME_LENGTH.pack(len(answer)) + answer) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(position=st.integers(0, 100_000), patch=st.binary(min_size=1, max_size=8))
def test_any_damage_inside_a_sheet_ends_in_values_or_a_refusal(
    cage: Cage, tmp_path: Path, position: int, patch: bytes
) -> None:
    sheet = bytearray(sheet_xml().encode())
    start = position % len(sheet)
    sheet[start : start + len(patch)] = patch
    (tmp_path / "upload").write_bytes(xlsx({"xl/worksheets/sheet1.xml": bytes(sheet)}))
    assert outcome_of(cage, tmp_path / "upload", "xlsx") in {"read", *REFUSALS, "SEC-19"}
