"""What is due: exactly the outstanding cells, silence once a valid file is in, each step once."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa

from ingestion.forms.layout import INDICATOR_SHEET, TASK_SHEET
from tests.ingestion.office import IN_TIME, PERIOD, PLAN, PLAN_KEY, TOO_LATE
from warehouse.errors import ReconciliationFailed
from warehouse.ledger import instant, transaction
from warehouse.ledger_tables import EXTRACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.chasing.due import Reminder
    from tests.ingestion.chasing.conftest import Chase, Collected
    from tests.ingestion.office import Office

SOME = {"ct-01": {"numerator": 45, "denominator": 50}, "ct-03": {"value": 2}, "ct-07": {"value": "Có"}}
REST = {
    "ct-02": {"value": 80}, "ct-04": {"value": 0.61}, "ct-05": {"value": 2}, "ct-06": {"nil": "x"},
    "ct-08": {"value": "Đạt"},
}  # fmt: skip
TASKS = {"nv-01": {"state": "Hoàn thành", "percent": 100}, "nv-02": {"state": "Đang thực hiện", "percent": 40}}
T_MINUS_5, T_MINUS_1, T_PLUS_1, T_PLUS_3 = "2026-06-09", "2026-06-15", "2026-06-17", "2026-06-19"


def cells(reminders: Sequence[Reminder]) -> list[list[str]]:
    return [[cell.code for cell in reminder.cells] for reminder in reminders]


def test_without_a_file_every_cell_of_the_form_is_outstanding(commune: Office, chase: Chase) -> None:
    commune.issue()
    (reminder,) = chase.due(T_MINUS_5)
    assert (reminder.unit_code, reminder.period, reminder.step, reminder.is_partial) == ("vhxh", PERIOD, "T-5", False)
    assert cells([reminder]) == [[f"ct-0{number}" for number in range(1, 9)] + ["nv-01", "nv-02"]]
    assert {cell.sheet for cell in reminder.cells} == {INDICATOR_SHEET, TASK_SHEET}


def test_a_complete_valid_file_silences_every_step(commune: Office, chase: Chase) -> None:
    (result,) = commune.submit(commune.fill({**SOME, **REST}, TASKS))
    assert result.outcome.startswith("accepted")
    assert [chase.due(day) for day in (T_MINUS_5, T_MINUS_1, T_PLUS_1, T_PLUS_3)] == [[], [], [], []]


def test_a_file_that_left_cells_blank_leaves_exactly_those_outstanding(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill(SOME, TASKS))
    (reminder,) = chase.due(T_PLUS_1)
    assert cells([reminder]) == [["ct-02", "ct-04", "ct-05", "ct-06", "ct-08"]]
    assert reminder.is_partial


def test_a_blank_cell_is_named_by_its_address_in_the_file(commune: Office, chase: Chase) -> None:
    path = commune.fill(SOME, TASKS)
    commune.submit(path)
    (reminder,) = chase.due(T_PLUS_1)
    sheet = openpyxl.load_workbook(path)[INDICATOR_SHEET]
    for blank in reminder.cells:
        assert blank.cell is not None
        assert sheet[f"B{sheet[blank.cell].row}"].value == blank.row_label


def test_nil_returns_and_zero_are_answers(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill({"yt-01": {"value": 0}}, unit_code="tram-y-te"))
    commune.submit(commune.fill({**SOME, **REST}, TASKS, name="vhxh.xlsx"))
    assert chase.due(T_PLUS_1) == []


def test_a_refused_file_does_not_silence_anything(commune: Office, chase: Chase) -> None:
    (result,) = commune.submit(commune.fill({"ct-02": {"value": "gần đủ"}}))
    assert result.outcome == "rejected"
    assert len(cells(chase.due(T_PLUS_1))[0]) == 10


def test_a_late_correction_that_fills_the_blanks_silences_the_form(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill(SOME, TASKS))
    assert len(chase.due(T_PLUS_3)) == 1
    commune.submit(commune.fill({**SOME, **REST}, TASKS, name="ban-2.xlsx"), now=TOO_LATE)
    assert chase.due(T_PLUS_3) == []


def test_a_correction_that_leaves_other_cells_blank_is_what_counts(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill(SOME, TASKS))
    without_first = {code: answer for code, answer in {**SOME, **REST}.items() if code != "ct-01"}
    commune.submit(commune.fill(without_first, TASKS, name="ban-2.xlsx"), now=IN_TIME + dt.timedelta(hours=1))
    assert cells(chase.due(T_PLUS_3)) == [["ct-01"]]


def test_units_are_chased_apart(commune: Office, chase: Chase) -> None:
    commune.issue()
    commune.submit(commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te"))
    assert [reminder.unit_code for reminder in chase.due(T_PLUS_1)] == ["vhxh"]


def test_periods_are_chased_apart(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te", period="2026-05"))
    commune.issue("tram-y-te")
    assert [reminder.period for reminder in chase.due(T_PLUS_1)] == [PERIOD]


def test_a_form_that_was_never_issued_is_not_chased(chase: Chase) -> None:
    assert chase.due(T_PLUS_1) == []


@pytest.mark.parametrize(
    ("day", "audience"),
    [
        (T_MINUS_5, ["unit"]),
        (T_MINUS_1, ["unit", "office"]),
        (T_PLUS_1, ["unit", "office", "vice_chair"]),
        (T_PLUS_3, ["unit", "office", "vice_chair", "province"]),
    ],
)
def test_each_step_reaches_further_up(commune: Office, chase: Chase, day: str, audience: list[str]) -> None:
    commune.issue("tram-y-te")
    assert [list(reminder.audience) for reminder in chase.due(day)] == [audience]


def test_blank_cells_of_a_valid_file_are_not_told_to_the_province(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill(SOME, TASKS))
    assert [list(reminder.audience) for reminder in chase.due(T_PLUS_3)] == [["unit", "office"]]


@pytest.mark.parametrize(("day", "left"), [(T_MINUS_5, 5), (T_MINUS_1, 1), (T_PLUS_1, -1), (T_PLUS_3, -3)])
def test_days_left_are_working_days(commune: Office, chase: Chase, day: str, left: int) -> None:
    commune.issue()
    assert [reminder.working_days_left for reminder in chase.due(day)] == [left]


def test_days_left_do_not_count_tet(commune: Office, chase: Chase) -> None:
    commune.issue(period="2026-02")  # due on Tuesday 24 February, Tết from 14 to 22
    assert [(one.step, one.working_days_left) for one in chase.due("2026-02-12")] == [("T-5", 3)]


def test_a_sent_step_is_not_due_again_but_the_next_one_is(commune: Office, chase: Chase, collected: Collected) -> None:
    commune.issue()
    chase.send(T_MINUS_5, collected)
    assert (chase.due(T_MINUS_5), chase.due("2026-06-12")) == ([], [])
    assert [reminder.step for reminder in chase.due(T_MINUS_1)] == ["T-1"]


def test_a_day_on_which_nothing_ran_is_made_up_for_by_one_step_only(commune: Office, chase: Chase) -> None:
    commune.issue()
    assert [reminder.step for reminder in chase.due("2026-06-22")] == ["T+3"]


@pytest.mark.parametrize(("state", "count"), [("approved", 0), ("prepared", 1), ("refused", 1)])
def test_a_period_that_takes_no_files_any_more_is_not_chased(
    commune: Office, chase: Chase, state: str, count: int
) -> None:
    commune.issue()
    with transaction(commune.engine) as connection:
        connection.execute(
            sa.insert(EXTRACTS).values(
                export_id="x1", plan_key=PLAN_KEY, period=PERIOD, revision=1, manifest_sha256="0" * 64,
                data_sha256="0" * 64, snapshot_id="s", state=state, prepared_at=instant(IN_TIME),
            )
        )  # fmt: skip
    assert len(chase.due(T_PLUS_1)) == count


def test_a_plan_that_is_gone_is_not_chased(commune: Office, chase: Chase) -> None:
    commune.issue()
    assert PLAN["plan_key"] == PLAN_KEY
    gone = type(commune)(commune.settings, commune.engine, {})
    assert type(chase)(gone).due(T_PLUS_1) == []


def test_a_lost_raw_layer_is_told_instead_of_chasing_the_wrong_cells(commune: Office, chase: Chase) -> None:
    commune.submit(commune.fill(SOME))
    shutil.rmtree(commune.settings.raw)
    with pytest.raises(ReconciliationFailed, match="rebuild"):
        chase.due(T_PLUS_1)
