"""A revision names every cell that it changes, and older content never comes back unsaid."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl

from ingestion.forms.layout import INDICATOR_SHEET, TASK_SHEET
from ingestion.forms.writing.slip import write_slip
from ingestion.receipts import list_receipts
from tests.ingestion.office import IN_TIME, codes

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.intake import ReceiptResult
    from tests.ingestion.office import Office

FIRST = {
    "ct-01": {"numerator": 45, "denominator": 50},
    "ct-02": {"value": 80},
    "ct-03": {"value": 2},
    "ct-05": {"nil": "x"},
    "ct-07": {"value": "Không"},
}
TASKS = {"nv-01": {"state": "Đang thực hiện", "percent": 40}}
Change = tuple[str | None, str | None, str | None, str | None]


def changes(result: ReceiptResult) -> list[Change]:
    return [(one.sheet, one.cell, one.expected, one.found) for one in result.findings if one.code == "REV-03"]


def resaved(path: Path, name: str) -> Path:
    """Save the same answers in other bytes."""
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET]["A4"] = f"in lại {name}"
    workbook.save(path.with_name(name))
    return path.with_name(name)


def test_every_changed_cell_is_named_with_old_and_new(commune: Office) -> None:
    commune.submit(commune.fill(FIRST, TASKS))
    second = {
        "ct-01": {"numerator": 46, "denominator": 50},
        "ct-02": {"value": 80, "note": "đã rà soát"},
        "ct-03": {"nil": "x"},
        "ct-05": {"value": "3,5%"},
        "ct-07": {"value": "Có"},
    }
    (result,) = commune.submit(commune.fill(second, {"nv-01": {"state": "Hoàn thành", "percent": 100}}))
    assert changes(result) == [
        (INDICATOR_SHEET, "F15", "45", "46"),
        (INDICATOR_SHEET, "J16", "(trống)", "đã rà soát"),
        (INDICATOR_SHEET, "H17", "2", "(trống)"),
        (INDICATOR_SHEET, "I17", "(trống)", "x"),
        (INDICATOR_SHEET, "H19", "(trống)", "3,5"),
        (INDICATOR_SHEET, "I19", "x", "(trống)"),
        (INDICATOR_SHEET, "H22", "Không", "Có"),
        (TASK_SHEET, "F15", "Đang thực hiện", "Hoàn thành"),
        (TASK_SHEET, "G15", "40", "100"),
    ]
    assert codes(result)[:2] == ["BLK-01", "REV-01"]
    assert "“Số sáng kiến được công nhận – Kết quả” đổi từ 2 thành (trống)" in [
        one.message.split(": ", 1)[1].rstrip(".") for one in result.findings if one.cell == "H17"
    ]


def test_a_result_that_gave_way_to_its_counts_is_told_as_three_cells(commune: Office) -> None:
    commune.submit(commune.fill({"ct-01": {"value": 90}}))
    (result,) = commune.submit(commune.fill({"ct-01": {"numerator": 45, "denominator": 50}}))
    assert changes(result) == [
        (INDICATOR_SHEET, "F15", "(trống)", "45"),
        (INDICATOR_SHEET, "G15", "(trống)", "50"),
        (INDICATOR_SHEET, "H15", "90", "(trống)"),
    ]


def test_another_kind_of_figures_is_a_change_too(commune: Office) -> None:
    path = commune.fill(FIRST)
    commune.submit(path)
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET]["C9"] = "Ước thực hiện"
    workbook.save(path)
    assert changes(commune.submit(path)[0]) == [(INDICATOR_SHEET, "C9", "Thực hiện", "Ước thực hiện")]


def test_cells_are_named_where_they_stand_in_the_new_file(commune: Office) -> None:
    commune.submit(commune.fill(FIRST))
    path = commune.fill(FIRST | {"ct-03": {"value": 3}})
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET].insert_rows(15, 2)
    workbook.save(path)
    assert changes(commune.submit(path)[0]) == [(INDICATOR_SHEET, "H19", "2", "3")]


def test_revisions_of_one_call_are_compared_with_each_other(commune: Office) -> None:
    first = commune.fill(FIRST, name="1.xlsx")
    second = commune.fill(FIRST | {"ct-03": {"value": 3}}, name="2.xlsx")
    results = commune.submit(first, second)
    assert changes(results[1]) == [(INDICATOR_SHEET, "H17", "2", "3")]


def test_receipts_tell_the_changes_later(commune: Office) -> None:
    commune.submit(commune.fill(FIRST))
    commune.submit(commune.fill(FIRST | {"ct-03": {"value": 3}}))
    told = [found for receipt in list_receipts(commune.engine) for found in receipt["findings"]]
    assert [(one["cell"], one["expected"], one["found"]) for one in told if one["code"] == "REV-03"] == [
        ("H17", "2", "3")
    ]


def test_the_slip_has_a_page_of_changes_and_marks_none_of_them_as_bad(commune: Office) -> None:
    commune.submit(commune.fill(FIRST))
    (result,) = commune.submit(commune.fill(FIRST | {"ct-03": {"value": 3}}))
    slip = openpyxl.load_workbook(write_slip(commune.settings, commune.engine, result.receipt_id))
    (row,) = slip["Thay đổi so với bản trước"].iter_rows(min_row=6, values_only=True)
    assert row[:3] == ("Trang “Báo cáo chỉ tiêu”, ô H17", "2", "3")
    assert slip[INDICATOR_SHEET]["H17"].comment is None


def test_superseded_content_in_new_bytes_is_the_old_revision_again(commune: Office) -> None:
    first = commune.fill(FIRST, name="1.xlsx")
    commune.submit(first)
    commune.submit(commune.fill(FIRST | {"ct-03": {"value": 3}}, name="2.xlsx"))
    (again,) = commune.submit(resaved(first, "1-luu-lai.xlsx"), now=IN_TIME + dt.timedelta(hours=2))
    assert (again.outcome, again.revision, codes(again)) == ("duplicate", 1, ["DUP-01", "REV-02"])
    assert "ghi lý do vào cột Ghi chú" in again.findings[1].message


def test_files_that_arrive_out_of_order_in_one_call_leave_the_newest_in_force(commune: Office) -> None:
    first = commune.fill(FIRST, name="1.xlsx")
    second = commune.fill(FIRST | {"ct-03": {"value": 3}}, name="2.xlsx")
    results = commune.submit(first, second, resaved(first, "1-ban-sao.xlsx"), resaved(second, "2-ban-sao.xlsx"))
    assert [(result.outcome, result.revision) for result in results] == [
        ("accepted", 1), ("accepted", 2), ("duplicate", 1), ("duplicate", 2),
    ]  # fmt: skip
    assert [codes(result) for result in results[2:]] == [["DUP-01", "REV-02"], ["DUP-01"]]


def test_going_back_with_a_reason_is_a_new_revision(commune: Office) -> None:
    commune.submit(commune.fill(FIRST))
    commune.submit(commune.fill(FIRST | {"ct-03": {"value": 3}}))
    (back,) = commune.submit(commune.fill(FIRST | {"ct-03": {"value": 2, "note": "số 3 tính nhầm"}}))
    assert (back.outcome, back.revision) == ("accepted", 3)
    assert changes(back) == [(INDICATOR_SHEET, "H17", "3", "2"), (INDICATOR_SHEET, "J17", "(trống)", "số 3 tính nhầm")]
