"""What comes out of the cage for honest uploads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.cage import Cage, CagedFile, Cell, hidden_data, read_sheets
from tests.ingestion import uploads
from tests.ingestion.uploads import ods, ods_number, sheet_xml, xlsx, xlsx_of, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Reader(NamedTuple):
    """Writes bytes and has them read."""

    cage: Cage
    path: Path

    def read(self, content: bytes, kind: str = "xlsx") -> CagedFile:
        self.path.write_bytes(content)
        return self.cage.read(self.path, kind)


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    with Cage() as cage:
        yield cage


@pytest.fixture
def reader(cage: Cage, tmp_path: Path) -> Reader:
    return Reader(cage, tmp_path / "upload")


def test_typed_cells_keep_their_types(reader: Reader) -> None:
    book = openpyxl.Workbook()
    book.active.append(
        ["xã", 12, 92.5, True, None, dt.date(2026, 4, 30), dt.datetime(2026, 4, 30, 8, 30), dt.time(8, 30)]
    )
    book.save(reader.path)
    (row,) = reader.cage.read(reader.path, "xlsx").sheets[0].rows
    assert row == ("xã", 12, 92.5, True, None, "2026-04-30", "2026-04-30T08:30:00", "08:30:00")
    assert [type(cell) for cell in row[1:4]] == [int, float, bool]


def test_rows_start_at_a1_whatever_is_empty(reader: Reader) -> None:
    (sheet,) = reader.read(xlsx_of('<row r="3"><c r="C3"><v>7</v></c></row>')).sheets
    assert sheet.rows == ((None, None, None), (None, None, None), (None, None, 7))


def test_the_1904_date_system_is_honoured(reader: Reader) -> None:
    book = uploads.workbook_xml(["a"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    sheet = sheet_xml('<row r="1"><c r="A1" s="3"><v>44680</v></c></row>')
    (read,) = reader.read(xlsx({"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet})).sheets
    assert read.rows == (("2026-04-30",),)


def test_number_formats_come_with_typed_numbers(reader: Reader) -> None:
    rows = '<row r="1"><c r="A1" s="1"><v>0.925</v></c><c r="B1" s="2"><v>0.5</v></c><c r="C1"><v>3</v></c></row>'
    (sheet,) = reader.read(xlsx_of(rows)).sheets
    assert dict(sheet.formats) == {(0, 0): "0.00%", (0, 1): "0.0%"}


def test_failed_formulas_arrive_as_their_error_text(reader: Reader) -> None:
    rows = '<row r="2"><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    (sheet,) = reader.read(xlsx_of(rows)).sheets
    assert sheet.rows[1][1] == "#DIV/0!"
    assert sheet.errors == {(1, 1)}


def test_formulas_give_their_stored_result_and_uncalculated_ones_are_listed(reader: Reader) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>A1</f></c><c r="C1"><f>A1</f><v/></c>'
        '<c r="D1" t="str"><f>""</f><v></v></c></row>'
    )
    (sheet,) = reader.read(xlsx_of(rows)).sheets
    assert sheet.rows == ((2, None, None, None),)
    assert sheet.uncalculated == {(0, 1), (0, 2)}


def test_a_last_formula_without_a_result_still_has_its_empty_cell(reader: Reader) -> None:
    (sheet,) = reader.read(
        xlsx_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><f>A1</f></c></row>')
    ).sheets
    assert sheet.rows == ((1, None, None), (None, None, None), (None, None, None))
    assert sheet.uncalculated == {(2, 2)}


def test_hidden_sheets_rows_and_columns_are_read_and_marked(reader: Reader) -> None:
    plain = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')
    hidden = sheet_xml(
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><v>3</v></c></row>',
        before='<cols><col min="2" max="2" hidden="1"/></cols>',
    )
    first, second = reader.read(zipped(uploads.xlsx_parts({"Hiện": plain, "Ẩn": hidden}, {"Ẩn": "veryHidden"}))).sheets
    assert (first.is_hidden, second.is_hidden) == (False, True)
    assert (second.hidden_rows, second.hidden_columns) == ({0}, {1})
    assert second.rows == ((1, None), (2, 3))


def test_hidden_data_is_told_with_its_cells_as_fmt_14(reader: Reader) -> None:
    rows = (
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="K2"><v>3</v></c></row>'
    )
    (sheet,) = reader.read(xlsx_of(rows, '<cols><col min="11" max="11" hidden="1"/></cols>')).sheets
    found = hidden_data(sheet)
    assert found is not None
    assert (found.code, found.severity, found.found) == ("FMT-14", "warning", "A1, K2")
    expected = hidden_data(sheet, frozenset({10}))
    assert expected is not None
    assert expected.found == "A1"


def test_a_sheet_without_hidden_data_has_nothing_to_tell(reader: Reader) -> None:
    assert hidden_data(reader.read(xlsx()).sheets[0]) is None


def test_formatted_empty_cells_far_away_are_ignored(reader: Reader) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert reader.read(xlsx_of(rows)).sheets[0].rows == ((1,),)


def test_a_workbook_whose_parts_use_a_namespace_prefix_is_read(reader: Reader) -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{uploads.MAIN}"><x:sheetData><x:row r="1">'
        '<x:c r="A1" s="1"><x:v>0.5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    (read,) = reader.read(xlsx({"xl/worksheets/sheet1.xml": sheet})).sheets
    assert read.rows == ((0.5,),)
    assert dict(read.formats) == {(0, 0): "0.00%"}


def test_an_ods_is_read_with_percents_repeats_and_hidden_rows(reader: Reader) -> None:
    twice = ods_number("2", more=' table:number-columns-repeated="2"')
    table = (
        '<table:table table:name="Báo cáo"><table:table-row table:visibility="collapse">'
        f"{ods_number('0.925', 'percentage')}{twice}"
        '</table:table-row><table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    (sheet,) = reader.read(ods(table), "ods").sheets
    assert sheet.rows == ((0.925, 2, 2),)
    assert dict(sheet.formats) == {(0, 0): "0.00%"}
    assert sheet.hidden_rows == {0}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a;b\n1,5;2\n", (("a", "b"), ("1,5", "2"))),
        (b"a\tb\n1,5\t\n", (("a", "b"), ("1,5", None))),
        (b"a,b\r\n1.5,2\r\n", (("a", "b"), ("1.5", "2"))),
        (b"sep=;\r\na;b\r\n", ((), ("a", "b"))),
        (b'"a;1",b\n"x ""y""",2\n', (("a;1", "b"), ('x "y"', "2"))),
        ("Tên;Số\n".encode("utf-8-sig"), (("Tên", "Số"),)),
        ("Tên;Số\n".encode("utf-16"), (("Tên", "Số"),)),
        ("Xa\u0303;Đông\n".encode("cp1258"), (("Xã", "Đông"),)),
    ],
)
def test_delimited_text_is_read_as_text(reader: Reader, content: bytes, rows: tuple[tuple[object, ...], ...]) -> None:
    assert reader.read(content, "csv").sheets[0].rows == rows


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'[{"a": 1, "b": "x"}, {"b": true, "c": 1.5}]', (("a", "b", "c"), (1, "x"), (None, True, 1.5))),
        (b'[[1, null], ["", 2]]', ((1, None), (None, 2))),
        (b"[[NaN, 1e999, -Infinity]]", (("NaN", "1e999", "-Infinity"),)),
        (b"[[9999999999999999999]]", (("9999999999999999999",),)),
        (b"[]", ()),
    ],
)
def test_json_tables_are_read_and_numbers_are_never_bent(
    reader: Reader, content: bytes, rows: tuple[tuple[object, ...], ...]
) -> None:
    assert reader.read(content, "json").sheets[0].rows == rows


def test_plain_facts_beside_json_tables_come_first_by_name_and_value(reader: Reader) -> None:
    facts, table = reader.read(b'{"form": "x", "rows": [[1]], "note": null}', "json").sheets
    assert (facts.name, facts.rows) == ("", (("form", "x"), ("note", None)))
    assert (table.name, table.rows) == ("rows", ((1,),))


def test_json_may_name_its_tables(reader: Reader) -> None:
    sheets = reader.read('{"Báo cáo": [[1]], "Nhiệm vụ": []}'.encode(), "json").sheets
    assert [sheet.name for sheet in sheets] == ["Báo cáo", "Nhiệm vụ"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    cells=st.lists(
        st.one_of(
            st.none(), st.booleans(), st.integers(-(10**15), 10**15),
            st.decimals(-(10**9), 10**9, places=4).map(float),
            st.text("aăâđêôơưếệẩạ xyz0123456789.,%-", min_size=1),
        ),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_typed_cells_come_out_as_they_went_in(reader: Reader, cells: list[Cell]) -> None:
    with xlsxwriter.Workbook(str(reader.path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for column, cell in enumerate([*cells, "hết"]):
            if isinstance(cell, str):
                sheet.write_string(0, column, cell)
            else:
                sheet.write(0, column, cell)
    (row,) = reader.cage.read(reader.path, "xlsx").sheets[0].rows
    assert row == (*cells, "hết")


def test_the_cage_of_the_process_starts_by_itself(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(xlsx())
    assert read_sheets(tmp_path / "upload", "xlsx").sheets[0].rows == (("Chỉ tiêu", 92.5),)
