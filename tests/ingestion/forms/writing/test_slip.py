"""The slip: the unit's own form again, bad cells coloured, a Vietnamese sentence on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from ingestion.findings import finding
from ingestion.forms.layout import IDENTITY_SHEET, INDICATOR_COLUMNS, INDICATOR_SHEET, TASK_SHEET, FormIdentity
from ingestion.forms.writing.book import BAD_COLOUR
from ingestion.forms.writing.slip import write_slip
from ingestion.sample.filling import row_places
from tests.ingestion.office import PLAN_KEY, codes
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from tests.ingestion.office import Office

LIST_ROW = 6
BAD = {"ct-01": {"numerator": 60, "denominator": 50}, "ct-03": {"value": 2}}


def slip_of(commune: Office, path: Path, unit_code: str | None = None) -> Workbook:
    (result,) = commune.submit(path, unit_code=unit_code)
    return openpyxl.load_workbook(write_slip(commune.settings, commune.engine, result.receipt_id))


def test_the_bad_cell_is_coloured_and_says_what_to_do(commune: Office) -> None:
    slip = slip_of(commune, commune.fill(BAD))
    cell = slip[INDICATOR_SHEET]["F15"]
    assert (cell.value, cell.fill.fgColor.rgb) == (60, f"FF{BAD_COLOUR[1:]}")
    assert "tử số 60 lớn hơn mẫu số 50" in cell.comment.text


def test_the_units_other_answers_stand_unmarked(commune: Office) -> None:
    slip = slip_of(commune, commune.fill(BAD))
    cell = slip[INDICATOR_SHEET]["H17"]
    assert (cell.value, cell.comment) == (2, None)


def test_the_first_sheet_lists_every_finding(commune: Office) -> None:
    first = slip_of(commune, commune.fill(BAD)).worksheets[0]
    rows = list(first.iter_rows(min_row=LIST_ROW, values_only=True))
    assert [(row[0], row[1]) for row in rows] == [("RUL-01", "Trang “Báo cáo chỉ tiêu”, ô F15")]


def test_the_list_says_whose_file_it_is_and_leads_to_the_cell_to_mend(commune: Office) -> None:
    path = commune.fill(BAD)
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET].insert_rows(15)
    workbook.save(path)
    first = slip_of(commune, path).worksheets[0]
    assert first["A1"].value == "PHIẾU PHẢN HỒI"
    assert "Phòng Văn hóa - Xã hội, Xã Suối Mẫu. Tệp “bieu.xlsx”, nhận lúc 10:00 ngày 15/06/2026" in first["A2"].value
    assert first["A3"].value.startswith("Chưa nhận")
    assert (first["B6"].value, first["D6"].hyperlink.location) == (
        "Trang “Báo cáo chỉ tiêu”, ô F16", f"'{INDICATOR_SHEET}'!F15",
    )  # fmt: skip


def test_what_is_wrong_also_stands_beside_the_row_for_readers_on_paper(commune: Office) -> None:
    sheet = slip_of(commune, commune.fill(BAD))[INDICATOR_SHEET]
    assert (sheet["L11"].value, "tử số 60 lớn hơn mẫu số 50" in sheet["L15"].value) == ("Cần sửa", True)
    assert sheet["L16"].value is None


def test_errors_come_before_warnings(commune: Office) -> None:
    path = commune.fill(BAD | {"ct-03": {"value": "2 sáng kiến mới"}})
    first = slip_of(commune, path).worksheets[0]
    assert [row[0] for row in first.iter_rows(min_row=LIST_ROW, values_only=True)] == ["RUL-01", "NUM-07"]


def test_only_input_cells_of_a_slip_are_open(commune: Office) -> None:
    slip = slip_of(commune, commune.fill(BAD))
    sheet = slip[INDICATOR_SHEET]
    open_columns = {
        cell.column_letter for row in sheet.iter_rows(min_row=15) for cell in row if not cell.protection.locked
    }
    assert (sheet.protection.sheet, open_columns) == (True, set("FGHIJ"))


def test_a_percent_cell_comes_back_as_it_was_shown(commune: Office, tmp_path: Path) -> None:
    path = commune.fill(BAD | {"ct-02": {"value": 0.875}})
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET]["H16"].number_format = "0.0%"
    workbook.save(path)
    slip = slip_of(commune, path)
    assert slip[INDICATOR_SHEET]["H16"].value == 87.5
    slip[INDICATOR_SHEET]["F15"] = 40
    slip.save(tmp_path / "sua.xlsx")
    assert commune.submit(tmp_path / "sua.xlsx")[0].outcome == "accepted"


def test_a_form_of_a_period_that_does_not_exist_gets_the_list_alone(commune: Office) -> None:
    path = commune.fill(BAD)
    workbook = openpyxl.load_workbook(path)
    for sheet, cell in ((INDICATOR_SHEET, "A8"), (TASK_SHEET, "A8"), (IDENTITY_SHEET, "A1")):
        workbook[sheet][cell] = FormIdentity(PLAN_KEY, "vhxh", "2026-Q9").line
    workbook.save(path)
    assert slip_of(commune, path).sheetnames == ["Cần sửa"]


def test_a_mended_slip_can_be_handed_in(commune: Office, tmp_path: Path) -> None:
    slip = slip_of(commune, commune.fill(BAD))
    slip[INDICATOR_SHEET]["F15"] = 40
    slip.save(tmp_path / "sua.xlsx")
    (result,) = commune.submit(tmp_path / "sua.xlsx")
    assert (result.outcome, result.revision, codes(result)) == ("accepted", 1, ["BLK-01"])


def test_values_follow_their_rows_when_the_unit_had_moved_them(commune: Office) -> None:
    path = commune.fill(BAD)
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET].insert_rows(15)
    workbook.save(path)
    sheet = slip_of(commune, path)[INDICATOR_SHEET]
    row = row_places(sheet, INDICATOR_COLUMNS)["ct-01"]
    assert (row, sheet.cell(row, 6).value, sheet.cell(row, 6).comment is not None) == (15, 60, True)


def test_a_formula_handed_in_comes_back_as_text(commune: Office) -> None:
    slip = slip_of(commune, commune.fill({"ct-01": {"value": 90, "note": "\u200b=1+1"}}))
    assert slip[INDICATOR_SHEET]["J15"].data_type == "s"


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), b"PK\x03\x04"])
def test_a_file_that_cannot_be_read_gets_a_slip_with_the_reason(
    commune: Office, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "hong.xlsx"
    path.write_bytes(content)
    slip = slip_of(commune, path, unit_code="vhxh")
    assert slip.sheetnames == ["Cần sửa"]
    assert slip.active["A6"].value


def test_another_units_figures_are_not_shown_to_the_sender(commune: Office) -> None:
    slip = slip_of(commune, commune.fill(BAD), unit_code="tram-y-te")
    assert slip.sheetnames == ["Cần sửa"]
    assert slip.active["A6"].value == "IDN-01"


def test_a_good_form_gets_a_slip_that_says_so(commune: Office) -> None:
    (result,) = commune.submit(commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te"))
    slip = openpyxl.load_workbook(write_slip(commune.settings, commune.engine, result.receipt_id))
    assert "Không có điểm nào cần sửa" in slip.worksheets[0]["C6"].value


def test_flags_raised_later_are_marked_too(commune: Office, tmp_path: Path) -> None:
    (result,) = commune.submit(commune.fill({"ct-02": {"value": 9.25}}))
    remark = finding("RUL-02", sheet=INDICATOR_SHEET, cell="H16", found="9,25", expected="92,5")
    out = write_slip(commune.settings, commune.engine, result.receipt_id, tmp_path / "phieu.xlsx", [remark])
    assert out == tmp_path / "phieu.xlsx"
    assert "9,25" in openpyxl.load_workbook(out)[INDICATOR_SHEET]["H16"].comment.text


def test_an_unknown_receipt_is_told(commune: Office) -> None:
    with pytest.raises(UsageError, match="Không có biên nhận"):
        write_slip(commune.settings, commune.engine, "R000000000000")
