"""Reading a form back: found by what it says, every bad cell named, identity from the channel."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.cage import CagedFile, CagedSheet, read_sheets
from ingestion.forms.layout import (
    IDENTITY_SHEET,
    INDICATOR_COLUMNS,
    INDICATOR_SHEET,
    TASK_COLUMNS,
    TASK_SHEET,
    FormIdentity,
)
from ingestion.forms.reading.read import read_form
from ingestion.forms.records import Sender
from ingestion.sample.filling import row_places
from tests.ingestion.office import PERIOD, PLAN_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from ingestion.forms.records import ParsedForm
    from tests.ingestion.office import Office

ANYONE = Sender()
ANSWERS = {
    "ct-01": {"numerator": 45, "denominator": 50},
    "ct-02": {"value": "87,5", "note": "theo sổ theo dõi"},
    "ct-03": {"value": 2},
    "ct-04": {"value": 0.652},
    "ct-05": {"nil": "x"},
    "ct-07": {"value": "Có"},
}
TASKS = {"nv-01": {"state": "Đang thực hiện", "percent": 40, "note": "Đã có dự thảo"}}


def read(commune: Office, path: Path, sender: Sender = ANYONE, kind: str = "xlsx") -> ParsedForm:
    return read_form(read_sheets(path, kind), commune.plans, sender)


def found(parsed: ParsedForm) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in parsed.findings]


def codes(parsed: ParsedForm) -> set[str]:
    return {one.code for one in parsed.findings}


def changed(commune: Office, change: Callable[[Workbook], None]) -> Path:
    """Fill in the form, do something to the workbook that an office program allows, save."""
    path = commune.fill(ANSWERS, TASKS)
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def place(workbook: Workbook, key: str) -> int:
    return row_places(workbook[INDICATOR_SHEET], INDICATOR_COLUMNS)[key]


def test_answers_are_read_back_with_their_own_states(commune: Office) -> None:
    parsed = read(commune, commune.fill(ANSWERS, TASKS))
    read_back = {row.indicator_code: (row.value, row.value_text, row.value_status) for row in parsed.observations}
    assert read_back == {
        "ct-01": (Decimal("90.0000"), None, "reported"),
        "ct-02": (Decimal("87.5000"), None, "reported"),
        "ct-03": (Decimal("2.0000"), None, "reported"),
        "ct-04": (Decimal("0.6520"), None, "reported"),
        "ct-05": (None, None, "nil_return"),
        "ct-06": (None, None, "missing"),
        "ct-07": (None, "Có", "reported"),
        "ct-08": (None, None, "missing"),
    }
    assert [(row.state, row.percent_done, row.product_note) for row in parsed.task_reports] == [
        ("in_progress", Decimal("40.0000"), "Đã có dự thảo"),
        (None, None, None),
    ]
    assert (parsed.cells_filled, parsed.is_refused) == (7, False)


def test_the_kind_of_figures_goes_with_every_observation(commune: Office) -> None:
    def estimate(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET]["C9"] = "Ước thực hiện"

    assert {row.number_nature for row in read(commune, changed(commune, estimate)).observations} == {"estimate"}


@pytest.mark.parametrize(("said", "code"), [(None, "CHO-02"), ("Dự kiến", "CHO-01")])
def test_a_form_that_does_not_say_the_kind_of_figures_is_told(commune: Office, said: str | None, code: str) -> None:
    def forget(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET]["C9"] = said

    assert (code, "C9") in found(read(commune, changed(commune, forget)))


def test_blank_cells_are_listed_for_the_sender(commune: Office) -> None:
    parsed = read(commune, commune.fill(ANSWERS, TASKS))
    (told,) = [one for one in parsed.findings if one.code == "BLK-01"]
    assert (told.severity, told.found) == ("info", "3")


def test_a_form_without_a_single_answer_is_no_report(commune: Office) -> None:
    assert codes(read(commune, commune.issue().path)) == {"NIL-01"}


def test_an_empty_month_is_accepted_when_it_is_said(commune: Office) -> None:
    nothing = {key: {"nil": "x"} for key in ("ct-01", "ct-02", "ct-03", "ct-04", "ct-05", "ct-06", "ct-07", "ct-08")}
    parsed = read(commune, commune.fill(nothing))
    assert {row.value_status for row in parsed.observations} == {"nil_return"}
    assert not parsed.is_refused


def test_inserted_rows_and_columns_do_no_harm(commune: Office) -> None:
    def insert(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.insert_rows(3, 2)
        sheet.insert_cols(1)

    plain = read(commune, commune.fill(ANSWERS, TASKS))
    moved = read(commune, changed(commune, insert))
    assert moved.content_hash == plain.content_hash
    assert moved.observations[0].cell == "I17"
    assert plain.observations[0].cell == "H15"


def test_renamed_sheets_and_a_lost_key_column_are_found_by_number_and_name(commune: Office) -> None:
    def mangle(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET].delete_cols(11)
        workbook[INDICATOR_SHEET].title = "Sheet1"
        del workbook[IDENTITY_SHEET]

    plain = read(commune, commune.fill(ANSWERS, TASKS))
    mangled = read(commune, changed(commune, mangle))
    assert (mangled.content_hash, mangled.is_refused) == (plain.content_hash, False)


def test_a_row_without_key_needs_number_and_name_exactly(commune: Office) -> None:
    def shorten(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        row = place(workbook, "ct-01")
        sheet.cell(row, 11).value = None
        sheet.cell(row, 2).value = "Hồ sơ trực tuyến"

    parsed = read(commune, changed(commune, shorten))
    assert {"TPL-02", "TPL-03"} <= codes(parsed)


def test_a_deleted_row_is_named(commune: Office) -> None:
    def delete(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        sheet.delete_rows(place(workbook, "ct-03"))

    parsed = read(commune, changed(commune, delete))
    assert [one.expected for one in parsed.findings if one.code == "TPL-02"] == ["Số sáng kiến được công nhận"]


def test_a_figure_in_a_row_of_ones_own_is_named(commune: Office) -> None:
    def add_row(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        row = place(workbook, "ct-08") + 1
        sheet.cell(row, 2).value = "Số hộ nghèo"
        sheet.cell(row, 8).value = "99"

    assert ("TPL-03", "H24") in found(read(commune, changed(commune, add_row)))


def test_labels_shifted_against_keys_are_refused(commune: Office) -> None:
    def shift(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        sheet.cell(place(workbook, "ct-01"), 2).value = "Tỷ lệ cán bộ có chữ ký số"

    assert ("TPL-04", "B15") in found(read(commune, changed(commune, shift)))


def test_another_placement_of_the_tone_mark_is_the_same_label(commune: Office) -> None:
    def retype(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        sheet.cell(place(workbook, "ct-01"), 2).value = "Tỷ  lệ hồ sơ trực tuyến ".upper()

    assert not read(commune, changed(commune, retype)).is_refused


def test_a_row_that_stands_twice_is_named_with_both_places(commune: Office) -> None:
    def copy(workbook: Workbook) -> None:
        sheet = workbook[INDICATOR_SHEET]
        end = place(workbook, "ct-08") + 1
        for column in range(1, 12):
            sheet.cell(end, column).value = sheet.cell(place(workbook, "ct-01"), column).value

    parsed = read(commune, changed(commune, copy))
    (told,) = [one for one in parsed.findings if one.code == "KEY-01"]
    assert (told.cell, told.expected) == ("B24", "ô B15")


def test_a_copied_sheet_is_refused(commune: Office) -> None:
    def copy(workbook: Workbook) -> None:
        workbook.copy_worksheet(workbook[INDICATOR_SHEET])

    assert "KEY-01" in codes(read(commune, changed(commune, copy)))


def test_a_row_key_of_another_unit_is_refused(commune: Office) -> None:
    def retype(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET].cell(place(workbook, "ct-01"), 11).value = "yt-01"

    assert {"COD-01", "TPL-02"} <= codes(read(commune, changed(commune, retype)))


def test_a_missing_column_is_named(commune: Office) -> None:
    def drop(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET]["F12"] = "Số A"

    (told,) = [one for one in read(commune, changed(commune, drop)).findings if one.code == "TPL-01"]
    assert told.expected == "“Tử số”"


def test_a_sheet_without_its_table_is_refused(commune: Office) -> None:
    def drop(workbook: Workbook) -> None:
        del workbook[TASK_SHEET]

    assert codes(read(commune, changed(commune, drop))) == {"TPL-01"}


def test_hidden_rows_that_were_read_are_told(commune: Office) -> None:
    def hide(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET].row_dimensions[place(workbook, "ct-01")].hidden = True

    parsed = read(commune, changed(commune, hide))
    assert ("FMT-14" in codes(parsed), parsed.is_refused) == (True, False)


def test_a_workbook_that_is_no_form_is_refused(commune: Office, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "Báo cáo tháng"
    workbook.save(tmp_path / "khac.xlsx")
    parsed = read(commune, tmp_path / "khac.xlsx")
    assert (codes(parsed), parsed.identity, parsed.observations) == ({"TPL-01"}, None, ())


def _relabel(identity: FormIdentity) -> Callable[[Workbook], None]:
    def relabel(workbook: Workbook) -> None:
        for sheet, cell in ((INDICATOR_SHEET, "A8"), (TASK_SHEET, "A8"), (IDENTITY_SHEET, "A1")):
            workbook[sheet][cell] = f"Mã biểu: {identity.line}"

    return relabel


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        (FormIdentity(PLAN_KEY, "vhxh", PERIOD, template_version="9"), "TPL-01"),
        (FormIdentity(PLAN_KEY, "vhxh", PERIOD, form_code="khac"), "TPL-01"),
        (FormIdentity("xa-khac-2026", "vhxh", PERIOD), "COD-01"),
        (FormIdentity(PLAN_KEY, "khong-co", PERIOD), "COD-01"),
        (FormIdentity(PLAN_KEY, "tinh", PERIOD), "COD-01"),
        (FormIdentity(PLAN_KEY, "vhxh", "2026-Q9"), "COD-01"),
    ],
)
def test_a_form_of_an_unknown_kind_plan_unit_or_period_is_refused(
    commune: Office, identity: FormIdentity, code: str
) -> None:
    assert codes(read(commune, changed(commune, _relabel(identity)))) == {code}


def test_a_form_of_the_version_before_is_still_read(commune: Office) -> None:
    def as_version_one(workbook: Workbook) -> None:
        workbook[TASK_SHEET].delete_cols(5)
        _relabel(FormIdentity(PLAN_KEY, "vhxh", PERIOD, template_version="1"))(workbook)

    parsed = read(commune, changed(commune, as_version_one))
    assert (parsed.identity.template_version, parsed.is_refused) == ("1", False)
    assert parsed.content_hash == read(commune, commune.fill(ANSWERS, TASKS)).content_hash


def test_two_identities_in_one_file_are_refused(commune: Office) -> None:
    def patch(workbook: Workbook) -> None:
        workbook[TASK_SHEET]["A8"] = f"Mã biểu: {FormIdentity(PLAN_KEY, 'vhxh', '2026-05').line}"

    parsed = read(commune, changed(commune, patch))
    assert [(one.code, one.sheet, one.cell) for one in parsed.findings] == [("TPL-01", TASK_SHEET, "A8")]


def test_both_cells_of_two_identities_are_named(commune: Office) -> None:
    def patch(workbook: Workbook) -> None:
        workbook[TASK_SHEET]["A8"] = f"Mã biểu: {FormIdentity(PLAN_KEY, 'vhxh', '2026-05').line}"

    (told,) = read(commune, changed(commune, patch)).findings
    assert f"ô A8, trang “{INDICATOR_SHEET}”" in told.message


def test_last_months_file_under_a_new_heading_is_refused(commune: Office) -> None:
    def rename(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET]["A6"] = "Kỳ báo cáo: Tháng 7 năm 2026"

    assert found(read(commune, changed(commune, rename))) == [("IDN-02", "A6")]


def test_results_under_the_title_of_another_month_are_refused(commune: Office) -> None:
    def rename(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET]["H12"] = "Kết quả tháng 5/2026"

    assert found(read(commune, changed(commune, rename))) == [("IDN-02", None)]


@pytest.mark.parametrize("heading", ["Kỳ báo cáo: Tháng 6/2026", "Kỳ báo cáo: đến hết tháng 7/2026", "Kỳ báo cáo:"])
def test_a_heading_that_does_not_contradict_the_identity_is_let_be(commune: Office, heading: str) -> None:
    def rename(workbook: Workbook) -> None:
        workbook[INDICATOR_SHEET]["A6"] = heading

    assert not read(commune, changed(commune, rename)).is_refused


@pytest.mark.parametrize(
    "sender", [Sender(PLAN_KEY, "tram-y-te"), Sender("xa-khac-2026", "vhxh"), Sender(None, "tram-y-te")]
)
def test_a_form_from_another_sender_is_refused_whole(commune: Office, sender: Sender) -> None:
    parsed = read(commune, commune.fill(ANSWERS, TASKS), sender)
    assert (codes(parsed), parsed.observations) == ({"IDN-01"}, ())


def test_personal_data_refuses_the_form_and_nothing_else_is_told(commune: Office) -> None:
    parsed = read(commune, commune.fill({"ct-01": {"value": "sai", "note": "CCCD 000000000000"}}))
    assert (found(parsed), parsed.observations) == ([("PII-01", "J15")], ())


def test_all_bad_cells_are_named_at_once(commune: Office) -> None:
    bad = {
        "ct-01": {"numerator": 60, "denominator": 50},
        "ct-03": {"value": 2.5},
        "ct-07": {"value": "Rồi"},
    }
    parsed = read(commune, commune.fill(bad, {"nv-01": {"percent": 50}}))
    assert found(parsed) == [("RUL-01", "F15"), ("NUM-02", "H17"), ("CHO-01", "H22"), ("RUL-07", "F15")]


def test_a_percent_formatted_cell_counts_as_what_it_shows(commune: Office) -> None:
    def as_percent(workbook: Workbook) -> None:
        cell = workbook[INDICATOR_SHEET].cell(place(workbook, "ct-02"), 8)
        cell.value, cell.number_format = 0.875, "0.0%"

    parsed = read(commune, changed(commune, as_percent))
    assert parsed.content_hash == read(commune, commune.fill(ANSWERS, TASKS)).content_hash


@pytest.mark.parametrize("lost", ["the hidden sheet", "the visible lines"])
def test_either_place_of_the_identity_is_enough(commune: Office, lost: str) -> None:
    """WPS and copying sheets into another workbook lose very-hidden sheets; hands lose the line."""

    def lose(workbook: Workbook) -> None:
        if lost == "the hidden sheet":
            del workbook[IDENTITY_SHEET]
        else:
            workbook[INDICATOR_SHEET]["A8"] = workbook[TASK_SHEET]["A8"] = None

    parsed = read(commune, changed(commune, lose))
    assert (parsed.identity, parsed.is_refused) == (FormIdentity(PLAN_KEY, "vhxh", PERIOD), False)


CELLS = st.one_of(
    st.none(), st.text(max_size=8), st.integers(-5, 5), st.floats(),
    st.sampled_from([column.title for column in (*INDICATOR_COLUMNS, *TASK_COLUMNS)]),
    st.sampled_from([FormIdentity(PLAN_KEY, "vhxh", PERIOD).line, "ct-01", "nv-01", "Loại số liệu:", "NGƯỜI LẬP BIỂU"]),
)  # fmt: skip
SHEETS = st.lists(st.lists(st.lists(CELLS, max_size=12).map(tuple), max_size=8).map(tuple), max_size=3)


@given(sheets=SHEETS)
@settings(max_examples=150)
def test_any_workbook_has_an_answer(sheets: list[tuple[tuple[object, ...], ...]]) -> None:
    caged = CagedFile(
        tuple(CagedSheet(f"Trang {number}", is_hidden=False, rows=rows) for number, rows in enumerate(sheets))  # type: ignore[arg-type]
    )
    assert read_form(caged, {}, ANYONE).is_refused
