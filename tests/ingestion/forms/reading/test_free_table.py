"""A table that is no issued form but names our indicators: certain is taken, everything else is asked about."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ingestion.cage import CagedFile, CagedSheet
from ingestion.forms.reading.read import read_form
from ingestion.forms.records import Sender
from tests.ingestion.office import IN_TIME, PLAN_KEY, codes

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.forms.records import ParsedForm
    from tests.ingestion.office import Office

VHXH = Sender(PLAN_KEY, "vhxh")
TITLE = ("BÁO CÁO KẾT QUẢ THÁNG 6 NĂM 2026",)
HEADER = ("TT", "Tên chỉ tiêu", "ĐVT", "Kết quả thực hiện")
OWN = (
    (1, "Tỷ lệ hồ sơ trực tuyến", "%", "92,5"),
    (2, "Tỷ lệ cán bộ có chữ ký số", "%", 80),
    (3, "Số sáng kiến được công nhận", "sáng kiến", 2),
    (4, "Chỉ số phát triển con người", None, "0,652"),
    (5, "Tốc độ tăng năng suất lao động", "%", "5,2%"),
    (6, "Kinh phí chuyển đổi số", "triệu đồng", 450),
    (7, "Ban hành quy chế an toàn thông tin", None, "Có"),
    (8, "Người dân hài lòng hơn", None, "Đạt"),
)


def read(commune: Office, *rows: tuple[object, ...], sender: Sender = VHXH, name: str = "Sheet1") -> ParsedForm:
    return read_form(CagedFile((sheet(*rows, name=name),)), commune.plans, sender)


def sheet(*rows: tuple[object, ...], name: str = "Sheet1") -> CagedSheet:
    return CagedSheet(name, is_hidden=False, rows=rows)  # type: ignore[arg-type]


def told(parsed: ParsedForm) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in parsed.findings]


def errors(parsed: ParsedForm) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in parsed.findings if one.severity == "error"]


def figures(parsed: ParsedForm) -> dict[str, Decimal | str | None]:
    return {
        row.indicator_code: row.value if row.value_text is None else row.value_text
        for row in parsed.observations
        if row.value_status == "reported"
    }


def test_a_table_with_our_indicators_is_taken_with_a_warning(commune: Office) -> None:
    parsed = read(commune, TITLE, (), HEADER, *OWN)
    assert figures(parsed) == {
        "ct-01": Decimal("92.5"), "ct-02": Decimal(80), "ct-03": Decimal(2), "ct-04": Decimal("0.652"),
        "ct-05": Decimal("5.2"), "ct-06": Decimal(450), "ct-07": "Có", "ct-08": "Đạt",
    }  # fmt: skip
    assert told(parsed) == [("FRE-01", None), ("CHO-02", None), ("BLK-01", None)]
    assert parsed.identity is not None
    assert (parsed.identity.unit_code, parsed.identity.period) == ("vhxh", "2026-06")


def test_what_the_table_does_not_list_is_missing_and_named(commune: Office) -> None:
    parsed = read(commune, TITLE, HEADER, *OWN[:2])
    assert [row.value_status for row in parsed.observations] == ["reported"] * 2 + ["missing"] * 6
    (blank,) = [one for one in parsed.findings if one.code == "BLK-01"]
    assert "“Số sáng kiến được công nhận”" in str(blank.expected)


@pytest.mark.parametrize("sender", [Sender(), Sender(PLAN_KEY), Sender(None, "vhxh")])
def test_a_table_from_nobody_in_particular_is_refused(commune: Office, sender: Sender) -> None:
    assert told(read(commune, TITLE, HEADER, *OWN, sender=sender)) == [("TPL-01", None)]


def test_a_spoilt_identity_line_is_no_free_table(commune: Office) -> None:
    spoilt = ("Mã biểu: nq57-1 / suoi-mau-2026 / vhxh / 2026-07 / F000000000000",)
    assert told(read(commune, TITLE, spoilt, HEADER, *OWN)) == [("TPL-01", "A2")]


@pytest.mark.parametrize(
    ("lines", "cell"),
    [
        ((("BÁO CÁO KẾT QUẢ",),), None),
        ((("BÁO CÁO NĂM 2026",),), None),
        ((("Từ tháng 1 đến tháng 6/2026",),), "A1"),
        ((("Báo cáo tháng 5 năm 2026",), ("Báo cáo tháng 6 năm 2026",)), "A2"),
        ((("Kỳ báo cáo:", "2026-06-01"),), "B1"),
        ((("Kỳ báo cáo:", 46174),), "B1"),
        ((("Kỳ báo cáo: năm nay",),), "A1"),
    ],
)
def test_a_table_of_no_certain_period_is_refused_with_what_to_write(
    commune: Office, lines: tuple[tuple[object, ...], ...], cell: str | None
) -> None:
    parsed = read(commune, *lines, HEADER, *OWN)
    assert told(parsed) == [("FRE-02", cell)]
    assert "Kỳ báo cáo: Tháng 6 năm 2026" in parsed.findings[0].message


@pytest.mark.parametrize(
    ("lines", "period"),
    [
        ((("Kế hoạch năm 2026", "Quý II/2026"),), "2026-Q2"),
        ((("6 tháng đầu năm 2026",),), "2026-H1"),
        ((("Suối Mẫu, ngày 05 tháng 7 năm 2026",), ("Tháng 6/2026",)), "2026-06"),
        ((("Kỳ báo cáo:", "06/2026"),), "2026-06"),
        ((("Kỳ báo cáo: Năm 2026",),), "2026"),
    ],
)
def test_a_stated_period_counts(commune: Office, lines: tuple[tuple[object, ...], ...], period: str) -> None:
    parsed = read(commune, *lines, HEADER, *OWN)
    assert (parsed.identity.period if parsed.identity else None, parsed.is_refused) == (period, False)


def test_the_period_may_stand_in_the_title_of_the_results_or_the_name_of_the_sheet(commune: Office) -> None:
    titled = (*HEADER[:3], "Kết quả tháng 6/2026 (%)")
    assert not read(commune, titled, *OWN).is_refused
    assert not read(commune, HEADER, *OWN, name="Tháng 6.2026").is_refused
    assert errors(read(commune, titled, *OWN, name="Tháng 7.2026")) == [("FRE-02", None)]


def test_a_name_that_comes_near_is_asked_about(commune: Office) -> None:
    parsed = read(commune, TITLE, HEADER, (1, "Tỷ lệ hồ sơ nộp trực tuyến", "%", 92), *OWN[1:])
    assert errors(parsed) == [("FRE-03", "B3")]
    (question,) = [one for one in parsed.findings if one.code == "FRE-03"]
    assert "có phải “Tỷ lệ hồ sơ trực tuyến”?" in question.message


def test_any_figure_is_asked_about_while_an_own_row_is_missing(commune: Office) -> None:
    parsed = read(commune, TITLE, HEADER, *OWN[:7], (8, "Hộ nghèo", "hộ", 12))
    assert errors(parsed) == [("FRE-03", "B10")]


def test_rows_of_other_units_and_of_nobody_are_told_and_not_taken(commune: Office) -> None:
    others = ((9, "Tỷ lệ dân số có hồ sơ sức khỏe", "%", 97), (10, "Hộ nghèo", "hộ", 12))
    parsed = read(commune, TITLE, HEADER, *OWN, *others)
    assert ("FRE-04", None) in told(parsed)
    assert not parsed.is_refused
    assert {row.indicator_code for row in parsed.observations} == {f"ct-0{number}" for number in range(1, 9)}


def test_a_row_of_another_unit_is_not_taken_for_a_missing_one(commune: Office) -> None:
    parsed = read(commune, TITLE, HEADER, *OWN[1:], (9, "Tỷ lệ dân số có hồ sơ sức khỏe", "%", 97))
    assert errors(parsed) == []


def test_the_same_indicator_twice_is_refused(commune: Office) -> None:
    assert errors(read(commune, TITLE, HEADER, *OWN, OWN[0])) == [("KEY-01", "B11")]


def test_the_same_table_on_two_sheets_is_refused(commune: Office) -> None:
    caged = CagedFile((sheet(TITLE, HEADER, *OWN), sheet(TITLE, HEADER, *OWN, name="Sheet2")))
    assert ("KEY-01", None) in told(read_form(caged, commune.plans, VHXH))


def test_two_columns_of_results_are_refused_with_both_cells(commune: Office) -> None:
    parsed = read(commune, TITLE, (*HEADER, "Kết quả đạt được"), *OWN)
    (told_of,) = [one for one in parsed.findings if one.code == "KEY-01"]
    assert (told_of.cell, told_of.expected) == ("E2", "ô D2")


@pytest.mark.parametrize(
    "label",
    [
        "1. Tỷ lệ hồ sơ trực tuyến",
        "- tỷ lệ hồ sơ trực tuyến (%)",
        "TỶ LỆ HỒ SƠ TRỰC TUYẾN:",
        "Tỷ lệ hồ sơ  trực tuyến *",
    ],
)
def test_numbering_and_footnote_marks_do_not_change_a_name(commune: Office, label: str) -> None:
    assert not read(commune, TITLE, HEADER, (1, label, "%", 92), *OWN[1:]).is_refused


def test_a_look_alike_letter_in_a_name_is_named(commune: Office) -> None:
    parsed = read(commune, TITLE, HEADER, (1, "Tỷ lệ hồ sơ trự\u0441 tuyến", "%", 92), *OWN[1:])
    assert errors(parsed) == [("ENC-04", "B3")]


@pytest.mark.parametrize("unit", ["tỷ đồng", "đồng", "nghìn đồng", "%"])
def test_a_unit_of_another_scale_is_refused_and_not_converted(commune: Office, unit: str) -> None:
    parsed = read(commune, TITLE, HEADER, *OWN[:5], (6, "Kinh phí chuyển đổi số", unit, 450), *OWN[6:])
    assert errors(parsed) == [("NUM-02", "C8")]


@pytest.mark.parametrize("unit", ["tr.đ", "Triệu đồng", "triệu"])
def test_another_name_of_the_same_unit_is_the_same_unit(commune: Office, unit: str) -> None:
    assert not read(commune, TITLE, HEADER, *OWN[:5], (6, "Kinh phí chuyển đổi số", unit, 450), *OWN[6:]).is_refused


def test_money_without_a_unit_is_refused(commune: Office) -> None:
    money = (6, "Kinh phí chuyển đổi số", None, 450)
    assert errors(read(commune, TITLE, HEADER, *OWN[:5], money, *OWN[6:])) == [("NUM-02", "D8")]
    said = (6, "Kinh phí chuyển đổi số", None, "0,45 tỷ đồng")
    assert figures(read(commune, TITLE, HEADER, *OWN[:5], said, *OWN[6:]))["ct-06"] == Decimal(450)


def test_a_unit_stated_for_the_whole_table_is_held_against_every_row(commune: Office) -> None:
    bare = ("Tên chỉ tiêu", "Kết quả")
    right = read(commune, TITLE, ("Đơn vị tính: triệu đồng",), bare, ("Kinh phí chuyển đổi số", 450))
    assert figures(right) == {"ct-06": Decimal(450)}
    wrong = read(commune, TITLE, ("Đơn vị tính:", "tỷ đồng"), bare, ("Kinh phí chuyển đổi số", 450))
    assert errors(wrong) == [("NUM-02", "B2")]


def test_tasks_may_stand_below_the_indicators(commune: Office) -> None:
    tasks = (
        ("TT", "Nội dung công việc", "Tình trạng", "Tỷ lệ hoàn thành"),
        (1, "Xây dựng quy chế quản lý dữ liệu", "Đang thực hiện", 40),
    )
    parsed = read(commune, TITLE, HEADER, *OWN, (), *tasks)
    assert [(report.state, report.percent_done) for report in parsed.task_reports] == [
        ("in_progress", Decimal(40)), (None, None),
    ]  # fmt: skip


def test_a_free_table_does_not_replace_what_was_accepted(commune: Office, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for values in (TITLE, HEADER, *OWN):
        workbook.active.append(values)
    workbook.save(tmp_path / "bang.xlsx")
    (first,) = commune.submit(commune.fill({"ct-01": {"value": 92}}), unit_code="vhxh", channel="folder")
    later = IN_TIME + dt.timedelta(hours=1)
    (second,) = commune.submit(tmp_path / "bang.xlsx", unit_code="vhxh", channel="folder", now=later)
    assert (first.outcome, second.outcome) == ("accepted", "rejected")
    assert "FRE-05" in codes(second)


def test_a_free_table_is_handed_in_like_a_form(commune: Office, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for values in (TITLE, HEADER, *OWN):
        workbook.active.append(values)
    workbook.save(tmp_path / "bang.xlsx")
    (result,) = commune.submit(tmp_path / "bang.xlsx", unit_code="vhxh", channel="folder")
    assert (result.outcome, result.period, result.revision) == ("accepted_with_warnings", "2026-06", 1)
