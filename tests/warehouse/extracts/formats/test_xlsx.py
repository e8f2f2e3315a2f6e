"""The workbook: the plan's table in Vietnamese, exact, and never a formula."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from tests.warehouse.extracts.office import plan_version, row, usual_rows, without_figure
from warehouse.errors import BuildFailed
from warehouse.extracts.formats.xlsx import xlsx_bytes, xlsx_cells
from warehouse.extracts.source import ExtractRow, PlanVersion, Source

BANNER = "SỐ LIỆU MINH HỌA, KHÔNG PHẢI SỐ LIỆU THẬT"


def source_of(*rows: dict[str, Any], period: str = "2026-06") -> Source:
    return Source(PlanVersion(**plan_version()), period, tuple(ExtractRow(**entry) for entry in rows), ())


def sheet_of(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def table_of(*rows: dict[str, Any]) -> list[list[object]]:
    cells = xlsx_cells(xlsx_bytes(source_of(*rows)))
    header = next(number for number, line in enumerate(cells) if line[0] == "STT")
    return cells[header + 1 :]


def test_the_sheet_is_headed_like_the_printed_appendix() -> None:
    cells = xlsx_cells(xlsx_bytes(source_of(row(1), period="2026-Q2")))
    assert cells[0][0] == "ỦY BAN NHÂN DÂN XÃ THIỆN TÂN"
    assert cells[1][0] == "KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU, QUÝ II/2026"
    assert cells[4] == ["STT", "Chỉ tiêu", "ĐVT", "Mục tiêu", "Kết quả", "Kỳ số liệu", "Trạng thái", "Ghi chú"]


def test_sections_head_their_rows_once() -> None:
    table = table_of(*usual_rows())
    assert [line[0] for line in table] == [
        "Nhóm 1: Công tác chỉ đạo, điều hành", "1.", "2.", "3.", "Nhóm 2: Thể chế", "4.", "5.", "6.", "7.",
    ]  # fmt: skip


def test_a_figure_stands_with_target_period_and_fraction() -> None:
    assert table_of(row(1))[1] == [
        "1.", "Tỷ lệ hồ sơ số 1", "%", "Tối thiểu 80% (năm 2026)", 85.5, "Tháng 6/2026", "Đạt mục tiêu", "171/200",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "result"),
    [
        (2, 0),
        (3, "Tạm giữ"),
        (4, "Chưa có số liệu"),
        (5, "Không phát sinh"),
        (6, "Không áp dụng"),
        (7, "Lỗi số liệu"),
    ],
)
def test_zero_and_every_absence_look_different(number: int, result: object) -> None:
    assert table_of(usual_rows()[number - 1])[1][4] == result


def test_a_withheld_figure_carries_the_rule() -> None:
    assert table_of(usual_rows()[2])[1][7] == "Tạm giữ do cảnh báo chặn: RNG-01"


def test_a_figure_of_the_records_names_its_source_and_the_claim_beside_it() -> None:
    recorded = row(1, figure_source="portal_record", claimed_value=Decimal("96.5000"))
    assert table_of(recorded)[1][7] == "171/200; Số tính từ hồ sơ dịch vụ công (đơn vị báo 96,5)"
    assert table_of(recorded | {"claimed_value": None})[1][7] == "171/200; Số tính từ hồ sơ dịch vụ công"


def test_records_that_were_never_pulled_are_a_hole_of_their_own() -> None:
    hole = without_figure(1, "missing", "L", figure_source="portal_record", receipt_id=None)
    note = table_of(hole)[1][7]
    assert isinstance(note, str)
    assert note.startswith("Chưa có số tính từ hồ sơ dịch vụ công của kỳ này")


def test_a_figure_too_long_for_a_spreadsheet_number_is_kept_exactly_as_text() -> None:
    assert table_of(row(1, value=Decimal("12345678901234.5678")))[1][4] == "12345678901234,5678"


def test_an_answer_in_words_is_the_result() -> None:
    assert table_of(without_figure(1, "reported", "A", value_text="Đã ban hành"))[1][4] == "Đã ban hành"


def test_synthetic_figures_carry_a_red_banner() -> None:
    sheet = sheet_of(xlsx_bytes(source_of(row(1, is_synthetic=True))))
    assert sheet["A1"].value == BANNER
    assert sheet["A1"].fill.fgColor.rgb == "FFC00000"
    assert sheet_of(xlsx_bytes(source_of(row(1))))["A1"].value != BANNER


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "=HYPERLINK(", "http://", "{=", "'="])
def test_a_text_that_looks_like_a_formula_stays_a_text(start: str) -> None:
    text = f"{start}1+1"
    planted = row(1, indicator_name=text, stt=text, section=text, target_text=text, unit_of_measure=text)
    content = xlsx_bytes(source_of(planted | {"withheld_reason": text, "flag_codes": text, "is_withheld": True}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f" not in re.sub(rb"<f[io]\w+", b"", archive.read("xl/worksheets/sheet1.xml"))
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
    kinds = {cell.data_type for line in sheet_of(content).iter_rows() for cell in line if cell.value is not None}
    assert kinds == {"s"}


@settings(max_examples=60, deadline=dt.timedelta(seconds=5))
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert table_of(row(1, indicator_name=text, section=None))[0][1] == text


@settings(max_examples=60, deadline=dt.timedelta(seconds=5))
@given(st.decimals(-(10**9), 10**9, places=4))
def test_any_figure_comes_back_as_it_was(figure: Decimal) -> None:
    found = table_of(row(1, value=figure, section=None))[0][4]
    assert Decimal(repr(found)) == figure


def test_a_text_longer_than_a_cell_is_refused_loudly() -> None:
    with pytest.raises(BuildFailed, match="không vừa một ô"):
        xlsx_bytes(source_of(row(1, indicator_name="x" * 32_768)))


def test_every_entry_of_the_zip_has_the_fixed_date_and_is_stored() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(source_of(row(1))))) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
