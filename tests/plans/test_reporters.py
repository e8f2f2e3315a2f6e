"""Who fills in which cells: the first lead that is a unit, else the focal unit."""

from __future__ import annotations

import pytest

from plans.reading import read_plans
from plans.records import Indicator, Plan, Task, TaskOrigin
from plans.reporters import NOT_A_SENDER, reported_tasks, reporter_of, reporting_units

PLANS = read_plans()

# Typed from the documents: first lead of each column "chủ trì" that is a unit of the commune.
UNITS = {
    "thang-binh-2025": {
        "vhxh", "kinh-te", "pvhcc", "cong-an", "vp-hdnd-ubnd", "truong-hoc", "tram-y-te", "quan-su", "thon", "mttq",
    },
    "dan-tien-2025": {"vhxh", "truong-hoc", "cong-an", "mttq"},
    "khuc-thua-du-2025": {"vhxh", "kinh-te", "vp-hdnd-ubnd", "ttvh", "cong-an"},
    "thien-tan-2026": {"vhxh", "kinh-te", "pvhcc", "cong-an", "truong-hoc"},
    "thanh-thuy-2026": {"vhxh", "kinh-te", "pvhcc", "vp-hdnd-ubnd", "dvsnc"},
}  # fmt: skip


def entries(plan: Plan) -> list[Indicator | Task]:
    return [*plan.indicators, *plan.tasks]


def item(plan_key: str, code: str) -> tuple[Plan, Indicator | Task]:
    plan = PLANS[plan_key]
    (found,) = [entry for entry in entries(plan) if entry.code == code]
    return plan, found


@pytest.mark.parametrize(
    ("plan_key", "code", "reporter"),
    [
        ("thang-binh-2025", "ct-13", "cong-an"),
        ("thang-binh-2025", "ct-06", "kinh-te"),
        ("thanh-thuy-2026", "ct-10a", "vp-hdnd-ubnd"),
        ("khuc-thua-du-2025", "nv-4-01", "vhxh"),
        ("thien-tan-2026", "nv-4-04", "cong-an"),
    ],
)
def test_the_first_lead_that_is_a_unit_reports(plan_key: str, code: str, reporter: str) -> None:
    assert reporter_of(*item(plan_key, code)) == reporter


@pytest.mark.parametrize(
    ("plan_key", "code"),
    [
        ("thien-tan-2026", "nv-1-01"),
        ("thien-tan-2026", "kq-6-01"),
        ("thanh-thuy-2026", "nv-01"),
        ("thanh-thuy-2026", "ct-09"),
        ("khuc-thua-du-2025", "nv-6-02"),
    ],
)
def test_the_focal_unit_reports_for_collectives_for_the_commune_and_where_no_lead_is_printed(
    plan_key: str, code: str
) -> None:
    plan, entry = item(plan_key, code)
    assert reporter_of(plan, entry) == plan.focal_unit


def test_a_reporter_named_in_the_file_comes_before_the_leads() -> None:
    plan, entry = item("thang-binh-2025", "ct-13")
    assert reporter_of(plan, entry.model_copy(update={"reported_by": "pvhcc"})) == "pvhcc"


@pytest.mark.parametrize("plan_key", list(UNITS))
def test_the_units_that_get_a_form_are_the_leads_of_the_document(plan_key: str) -> None:
    assert set(reporting_units(PLANS[plan_key])) == UNITS[plan_key]


@pytest.mark.parametrize("plan_key", sorted(PLANS))
def test_no_form_goes_to_a_set_of_units_or_to_anyone_outside(plan_key: str) -> None:
    plan = PLANS[plan_key]
    assert [code for code in reporting_units(plan) if plan.unit(code).kind in NOT_A_SENDER] == []


@pytest.mark.parametrize("plan_key", sorted(PLANS))
def test_every_reporter_of_an_indicator_or_task_gets_one_form(plan_key: str) -> None:
    plan = PLANS[plan_key]
    asked = {reporter_of(plan, indicator) for indicator in plan.indicators}
    asked |= {reporter_of(plan, task) for task in reported_tasks(plan)}
    units = reporting_units(plan)
    assert (set(units), len(units)) == (asked, len(asked))


@pytest.mark.parametrize(
    ("plan_key", "origin", "count"),
    [
        ("thien-tan-2026", TaskOrigin.LISTED, 40),
        ("thanh-thuy-2026", TaskOrigin.LISTED, 18),
        ("khuc-thua-du-2025", TaskOrigin.LISTED, 34),
        ("thang-binh-2025", TaskOrigin.DUTY, 24),
        ("dan-tien-2025", TaskOrigin.DUTY, 8),
    ],
)
def test_forms_ask_about_the_listed_tasks_or_about_the_duties_where_no_list_exists(
    plan_key: str, origin: TaskOrigin, count: int
) -> None:
    tasks = reported_tasks(PLANS[plan_key])
    assert {task.origin for task in tasks} == {origin}
    assert len(tasks) == count
