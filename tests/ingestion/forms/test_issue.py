"""Issued forms: the same bytes every time, one ledger row, open input cells in a locked sheet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa
from openpyxl.utils import get_column_letter

from ingestion.forms.issue import issue_form, issue_forms
from ingestion.forms.layout import (
    GUIDE_SHEET,
    IDENTITY_SHEET,
    INDICATOR_COLUMNS,
    INDICATOR_SHEET,
    SAMPLE_BANNER,
    TASK_SHEET,
    FormIdentity,
)
from ingestion.forms.writing.book import CREATED
from ingestion.forms.writing.filling import NATURE_CELL
from ingestion.sample.filling import row_places
from tests.ingestion.office import ISSUED_AT, PERIOD, PLAN_KEY, open_office
from warehouse.clock import VIETNAM
from warehouse.errors import UsageError
from warehouse.ledger_tables import AUDIT_LOG, FORM_ISSUES

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from tests.ingestion.office import Office


def indicator_sheet(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path)[INDICATOR_SHEET]


def texts(sheet: Worksheet) -> list[str]:
    return [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None]


def test_issuing_again_changes_nothing(commune: Office) -> None:
    first = commune.issue()
    written_at = first.path.stat().st_mtime_ns
    again = commune.issue()
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.sha256, again.path.stat().st_mtime_ns) == (first.sha256, written_at)


def test_issuing_is_noted_once_in_ledger_and_audit_log(commune: Office) -> None:
    form = commune.issue()
    commune.issue()
    with commune.engine.connect() as connection:
        (row,) = connection.execute(sa.select(FORM_ISSUES)).all()
        actions = connection.scalars(sa.select(AUDIT_LOG.c.action)).all()
    assert (row.form_id, row.unit_code, row.period) == (form.form_id, "vhxh", PERIOD)
    assert row.cells_expected == form.cells_expected == 10
    assert actions == ["form_issued"]


def test_the_same_form_has_the_same_bytes_in_another_office(commune: Office, tmp_path: Path) -> None:
    other = open_office(tmp_path / "other")
    later = issue_form(other.settings, other.engine, other.plan, "vhxh", PERIOD, ISSUED_AT + dt.timedelta(days=3))
    assert later.sha256 == commune.issue().sha256


def test_a_lost_workbook_is_written_again(commune: Office) -> None:
    form = commune.issue()
    form.path.unlink()
    again = commune.issue()
    assert (again.is_new, again.sha256) == (False, form.sha256)


def test_a_form_is_due_at_the_end_of_the_second_working_day_after_the_cut_off(commune: Office) -> None:
    due = commune.issue().due_at.astimezone(VIETNAM)
    assert (due.date(), due.hour, due.minute) == (dt.date(2026, 6, 16), 23, 59)


def test_all_units_get_their_form_and_a_copy_where_asked(commune: Office, tmp_path: Path) -> None:
    out = tmp_path / "out"
    forms = issue_forms(commune.settings, commune.engine, commune.plan, PERIOD, ISSUED_AT, out=out)
    assert [form.unit_code for form in forms] == ["vhxh", "tram-y-te"]
    assert sorted(path.name for path in out.iterdir()) == sorted(form.path.name for form in forms)


@pytest.mark.parametrize(("unit", "period"), [("khong-co", PERIOD), ("vhxh", "2026-13")])
def test_an_unknown_unit_or_period_is_told(commune: Office, unit: str, period: str) -> None:
    with pytest.raises(UsageError):
        issue_forms(commune.settings, commune.engine, commune.plan, period, ISSUED_AT, unit_code=unit)


def test_only_input_cells_are_open(commune: Office) -> None:
    sheet = indicator_sheet(commune.issue().path)
    ratio, count = (row_places(sheet, INDICATOR_COLUMNS)[key] for key in ("ct-01", "ct-03"))
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert sheet.protection.sheet
    assert {f"{column}{ratio}" for column in "FGHIJ"} <= open_cells
    assert {f"{column}{count}" for column in "HIJ"} <= open_cells
    assert not {f"{column}{ratio}" for column in "ABCDEK"} & open_cells
    assert not {f"{column}{count}" for column in "FG"} & open_cells


def test_choices_and_limits_are_offered_in_the_cells(commune: Office) -> None:
    sheet = indicator_sheet(commune.issue().path)
    places = row_places(sheet, INDICATOR_COLUMNS)
    rules = {
        f"{get_column_letter(column)}{row}": rule
        for rule in sheet.data_validations.dataValidation
        for area in rule.sqref.ranges
        for row, column in area.cells
    }
    assert rules[f"H{places['ct-07']}"].formula1 == '"Có,Không,Đang thực hiện"'
    assert rules[f"H{places['ct-08']}"].formula1 == '"Đạt,Chưa đạt,Đang thực hiện"'
    assert rules[f"I{places['ct-01']}"].formula1 == '"x"'
    assert rules[f"F{places['ct-01']}"].errorStyle == "warning"
    assert f"H{places['ct-05']}" not in rules  # growth may be negative


def test_a_rule_is_written_once_for_all_its_cells(commune: Office) -> None:
    written = [rule.formula1 for rule in indicator_sheet(commune.issue().path).data_validations.dataValidation]
    assert len(written) == len(set(written)) > 1


def test_the_identity_stands_in_line_hidden_sheet_and_properties(commune: Office) -> None:
    line = FormIdentity(PLAN_KEY, "vhxh", PERIOD).line
    workbook = openpyxl.load_workbook(commune.issue().path)
    assert any(line in text for text in texts(workbook[INDICATOR_SHEET]))
    assert any(line in text for text in texts(workbook[TASK_SHEET]))
    assert texts(workbook[IDENTITY_SHEET]) == [line]
    assert workbook[IDENTITY_SHEET].sheet_state == "veryHidden"
    assert {item.name: item.value for item in workbook.custom_doc_props.props} == {"thuocdo_form": line}
    assert workbook.properties.created == CREATED  # not the day of writing: the same form has the same bytes
    assert workbook.defined_names["thuocdo_form"].value == f'"{line}"'


def test_the_form_is_laid_out_as_report_forms_are(commune: Office) -> None:
    sheet = indicator_sheet(commune.issue().path)
    assert (sheet["A1"].value, sheet["A2"].value) == ("UBND XÃ SUỐI MẪU", "PHÒNG VĂN HÓA - XÃ HỘI")
    assert (sheet["C1"].value, sheet["C2"].value) == (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
    )  # fmt: skip
    assert "F11:H11" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert [cell.value for cell in sheet[13]][:8] == [
        "(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)=(6)/(7)×100",
    ]  # fmt: skip
    shown = texts(sheet)
    for part in ("Đơn vị tính: như từng dòng", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ", "Nơi nhận:", "- Lưu: VT."):
        assert part in shown
    assert "- Phòng Văn hóa - Xã hội (tổng hợp);" in shown


def test_figures_are_shown_in_the_form_of_their_kind(commune: Office) -> None:
    sheet = indicator_sheet(commune.issue().path)
    places = row_places(sheet, INDICATOR_COLUMNS)
    kinds = {"ct-01": "0.00", "ct-03": "#,##0", "ct-04": "0.000", "ct-06": "#,##0.00", "ct-07": "General"}
    assert {key: sheet.cell(places[key], 8).number_format for key in kinds} == kinds


def test_the_key_column_is_hidden_and_the_sheet_prints_on_a4_landscape(commune: Office) -> None:
    sheet = indicator_sheet(commune.issue().path)
    assert sheet.column_dimensions["K"].hidden
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize), sheet.page_setup.fitToHeight) == (
        "landscape", 9, 0,
    )  # fmt: skip


def test_a_sample_says_on_every_sheet_that_its_figures_are_not_real(tmp_path: Path) -> None:
    sample = open_office(tmp_path, is_sample=True)
    workbook = openpyxl.load_workbook(sample.issue().path)
    assert workbook.sheetnames == [INDICATOR_SHEET, TASK_SHEET, GUIDE_SHEET, IDENTITY_SHEET]
    assert all(SAMPLE_BANNER in texts(sheet) for sheet in workbook.worksheets)


def test_a_real_form_carries_no_such_banner(commune: Office) -> None:
    workbook = openpyxl.load_workbook(commune.issue().path)
    assert not any(SAMPLE_BANNER in texts(sheet) for sheet in workbook.worksheets)


def test_the_kind_of_figures_is_chosen_before_hand(commune: Office) -> None:
    assert NATURE_CELL[0] == "form"
    assert "Thực hiện" in texts(indicator_sheet(commune.issue().path))


def test_a_unit_without_tasks_gets_no_task_sheet(commune: Office) -> None:
    assert TASK_SHEET not in openpyxl.load_workbook(commune.issue("tram-y-te").path).sheetnames
