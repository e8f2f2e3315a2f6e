"""What a form offers beforehand: the portal's counts, answers that last, and a note on each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa

from ingestion.forms.issue import issue_form
from ingestion.forms.layout import INDICATOR_COLUMNS, INDICATOR_SHEET, TASK_COLUMNS, TASK_SHEET
from ingestion.forms.writing.book import INPUT_COLOUR, PREFILLED_COLOUR
from ingestion.sample.filling import column_place, row_places
from tests.ingestion.measured import AFTER_THE_COUNT, online, open_measured_office, publish_rates
from tests.ingestion.office import IN_TIME, ISSUED_AT, PERIOD, codes
from warehouse.ledger_tables import AUDIT_LOG, FORM_ISSUES, RECEIPTS, SUBMISSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.cell.cell import Cell

    from ingestion.forms.issue import IssuedForm
    from tests.ingestion.office import Office

DONE_IN_MAY = {"ct-07": {"value": "Có"}, "ct-08": {"value": "Đạt"}, "ct-03": {"value": 2}}
TASKS_IN_MAY = {"nv-01": {"state": "Hoàn thành", "percent": 100}, "nv-02": {"state": "Đang thực hiện", "percent": 40}}
LATER = AFTER_THE_COUNT + dt.timedelta(hours=1)


@pytest.fixture
def measured(tmp_path: Path) -> Office:
    return open_measured_office(tmp_path)


def issued(office: Office, now: dt.datetime = LATER) -> IssuedForm:
    return issue_form(office.settings, office.engine, office.plan, "vhxh", PERIOD, now)


def cell(form: IssuedForm, key: str, column: str) -> Cell:
    is_task = key.startswith("nv")
    columns = TASK_COLUMNS if is_task else INDICATOR_COLUMNS
    sheet = openpyxl.load_workbook(form.path)[TASK_SHEET if is_task else INDICATOR_SHEET]
    return sheet.cell(row_places(sheet, columns)[key], column_place(columns, column))


def shown(form: IssuedForm) -> str:
    sheet = openpyxl.load_workbook(form.path)[INDICATOR_SHEET]
    return " ".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def test_the_portals_counts_of_the_period_stand_in_the_cells_that_they_answer(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120), online(1, 2, period="2026-05")])
    form = issued(measured)
    assert (cell(form, "ct-01", "numerator").value, cell(form, "ct-01", "denominator").value) == (90, 120)
    assert cell(form, "ct-01", "value").value is None
    assert cell(form, "ct-02", "numerator").value is None


def test_a_prefilled_cell_looks_otherwise_says_where_it_is_from_and_stays_open(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    offered, empty = cell(issued(measured), "ct-01", "numerator"), cell(issued(measured), "ct-02", "numerator")
    assert (offered.fill.fgColor.rgb[2:], empty.fill.fgColor.rgb[2:]) == (PREFILLED_COLOUR[1:], INPUT_COLOUR[1:])
    assert "Cổng Dịch vụ công tính đến 08:00 ngày 15/06/2026" in offered.comment.text
    assert not offered.protection.locked
    assert "Số từ Cổng DVC tính đến 08:00 ngày 15/06/2026" in shown(issued(measured))


def test_counts_taken_before_the_period_was_over_say_so(measured: Office) -> None:
    publish_rates(measured.settings, [online(40, 60, dt.datetime(2026, 6, 10, tzinfo=dt.UTC))])
    assert "chưa đủ kỳ" in cell(issued(measured), "ct-01", "numerator").comment.text


def test_no_dossiers_to_divide_by_are_offered_as_a_nil_return(measured: Office) -> None:
    publish_rates(measured.settings, [online(0, 0)])
    form = issued(measured)
    assert (cell(form, "ct-01", "nil").value, cell(form, "ct-01", "numerator").value) == ("x", None)


@pytest.mark.parametrize(
    "rates",
    [
        [],
        [online(90, 120, period="2026-05")],
        [("00000", PERIOD, "received_online", 90, 120, AFTER_THE_COUNT)],
        [online(90, 120, LATER + dt.timedelta(days=1))],
    ],
    ids=["nothing", "another period", "another commune", "known later than now"],
)
def test_what_the_records_do_not_say_is_not_offered(measured: Office, rates: list[tuple[object, ...]]) -> None:
    publish_rates(measured.settings, [online(1, 1, period="2026-01"), *rates])  # type: ignore[list-item]  # parametrised
    assert cell(issued(measured), "ct-01", "numerator").value is None


def test_without_a_published_snapshot_nothing_is_offered(measured: Office) -> None:
    assert cell(issued(measured), "ct-01", "numerator").value is None


def test_what_was_done_or_introduced_last_period_is_offered_again(measured: Office) -> None:
    measured.submit(measured.fill(DONE_IN_MAY, TASKS_IN_MAY, period="2026-05"))
    form = issued(measured)
    offered = [cell(form, "ct-07", "value"), cell(form, "ct-08", "value"), cell(form, "nv-01", "state")]
    assert [one.value for one in offered] == ["Có", "Đạt", "Hoàn thành"]
    assert all("tháng 5 năm 2026" in one.comment.text for one in offered)
    assert cell(form, "nv-01", "percent").value == 100


def test_what_was_not_there_yet_last_period_is_asked_again(measured: Office) -> None:
    measured.submit(
        measured.fill({"ct-07": {"value": "Không"}, "ct-08": {"value": "Đang thực hiện"}}, period="2026-05")
    )
    form = issued(measured)
    for key in ("ct-07", "ct-08"):
        assert (cell(form, key, "previous").value is None, cell(form, key, "value").value) == (False, None)


def test_figures_and_unfinished_tasks_are_shown_but_never_offered(measured: Office) -> None:
    measured.submit(measured.fill(DONE_IN_MAY, TASKS_IN_MAY, period="2026-05"))
    form = issued(measured)
    assert (cell(form, "ct-03", "previous").value, cell(form, "ct-03", "value").value) == ("2", None)
    assert (cell(form, "nv-02", "previous").value, cell(form, "nv-02", "state").value) == ("Đang thực hiện, 40%", None)


def test_a_prefilled_form_is_nobodys_report_until_a_person_hands_it_in(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    form = issued(measured)
    with measured.engine.connect() as connection:
        assert connection.execute(sa.select(RECEIPTS)).all() == connection.execute(sa.select(SUBMISSIONS)).all() == []
    (result,) = measured.submit(form.path, now=LATER)
    assert (result.outcome, result.revision, codes(result)) == ("accepted", 1, ["BLK-01"])


def test_new_records_renew_the_form_under_its_id_and_the_same_ones_do_not(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    first, same = issued(measured), issued(measured)
    publish_rates(measured.settings, [online(95, 120)], name="s2")
    renewed = issued(measured)
    assert (first.sha256 == same.sha256, first.form_id == renewed.form_id, first.sha256 == renewed.sha256) == (
        True, True, False,
    )  # fmt: skip
    assert cell(renewed, "ct-01", "numerator").value == 95
    with measured.engine.connect() as connection:
        assert connection.scalars(sa.select(AUDIT_LOG.c.action)).all() == ["form_issued", "form_renewed"]
        assert len(connection.execute(sa.select(FORM_ISSUES)).all()) == 1


def test_whichever_copy_of_a_renewed_form_is_filled_in_is_read(measured: Office) -> None:
    old = measured.fill({"ct-01": {"numerator": 80, "denominator": 100, "note": "theo sổ"}})
    publish_rates(measured.settings, [online(90, 120)])
    issued(measured)
    (result,) = measured.submit(old, now=IN_TIME)
    assert result.outcome == "accepted"


def test_a_longer_period_is_the_sum_of_its_months_and_only_when_all_are_there(measured: Office) -> None:
    months = [online(10, 20, period="2026-04"), online(20, 30, period="2026-05")]
    publish_rates(measured.settings, months)

    def quarter() -> IssuedForm:
        return issue_form(measured.settings, measured.engine, measured.plan, "vhxh", "2026-Q2", LATER)

    assert cell(quarter(), "ct-01", "numerator").value is None
    publish_rates(measured.settings, [*months, online(30, 50)], name="s2")
    form = quarter()
    assert (cell(form, "ct-01", "numerator").value, cell(form, "ct-01", "denominator").value) == (60, 100)


def test_the_catalogue_explains_the_cells_of_an_indicator(measured: Office) -> None:
    form = issue_form(measured.settings, measured.engine, measured.plan, "vhxh", PERIOD, ISSUED_AT)
    assert "Hồ sơ nộp trực tuyến trong số" in cell(form, "ct-01", "label").comment.text
    assert "Nguồn: QĐ 766" in cell(form, "ct-01", "label").comment.text
    assert cell(form, "ct-01", "numerator").comment.text.startswith("Tử số: Hồ sơ nộp trực tuyến")
    assert cell(form, "ct-01", "denominator").comment.text.startswith("Mẫu số: Hồ sơ tiếp nhận")
    assert "từ 0 đến 100 %" in cell(form, "ct-01", "value").comment.text
    assert cell(form, "ct-03", "label").comment is None
