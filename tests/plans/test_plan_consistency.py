"""The plans speak one language: one code for one measured thing, one spelling for one unit."""

from __future__ import annotations

from collections import Counter

import pytest

from plans.reading import read_catalogue, read_plans, unknown_canonical_codes, unmeasured_records
from plans.records import CanonicalIndicator, FigureOfRecord, Indicator, Plan, Task

PLANS = read_plans()
CATALOGUE = read_catalogue()
ENTRIES = {entry.code: entry for entry in CATALOGUE.indicators}
KEYS = sorted(PLANS)

# The same thing, found by reading: canonical code and where each plan prints it.
SHARED = {
    "5g_coverage_pct": "thang-binh-2025:ct-01 thien-tan-2026:kq-4-02",
    "officials_basic_digital_skills_pct": (
        "thang-binh-2025:an-01 thang-binh-2025:ct-02 thanh-thuy-2026:ct-11b thien-tan-2026:kq-3-01"
    ),
    "officials_master_digital_skills_pct": "thang-binh-2025:ct-03 thien-tan-2026:kq-3-02",
    "officials_digital_signature_pct": "khuc-thua-du-2025:an-04 thanh-thuy-2026:ct-11a thien-tan-2026:kq-4-04",
    "leaders_science_background_pct": "dan-tien-2025:an-03 thien-tan-2026:kq-3-04",
    "full_online_services_of_eligible_pct": "thang-binh-2025:ct-11 thanh-thuy-2026:ct-01 thien-tan-2026:kq-6-01",
    "full_online_services_of_all_pct": "thanh-thuy-2026:ct-02b thien-tan-2026:kq-6-03",
    "online_services_of_all_pct": "thanh-thuy-2026:ct-02a thien-tan-2026:kq-6-02",
    "dossiers_fully_online_pct": "thanh-thuy-2026:ct-03a thien-tan-2026:kq-6-04",
    "dossiers_and_results_digitised_pct": "thang-binh-2025:ct-10 thanh-thuy-2026:ct-04 thien-tan-2026:kq-6-05",
    "digitised_data_reused_pct": "thang-binh-2025:ct-17 thanh-thuy-2026:ct-05 thien-tan-2026:kq-6-06",
    "online_service_satisfaction_pct": "thanh-thuy-2026:ct-07 thien-tan-2026:kq-4-08",
    "procedures_without_boundary_pct": "thanh-thuy-2026:ct-06a thien-tan-2026:kq-6-07",
    "business_procedures_online_pct": "thanh-thuy-2026:ct-06b thien-tan-2026:kq-6-08",
    "adults_using_digital_services_pct": "thang-binh-2025:ct-05 thien-tan-2026:kq-8-03",
    "ai_iot_application": "thang-binh-2025:ct-06 thien-tan-2026:kq-5-03",
    "archives_digitised": "thanh-thuy-2026:ct-13 thien-tan-2026:kq-4-07b",
    "work_files_electronic_pct": "thanh-thuy-2026:ct-10a thien-tan-2026:kq-4-06a",
}


def measured_at(canonical_code: str) -> str:
    places = [
        f"{plan.plan_key}:{row.code}"
        for plan in PLANS.values()
        for row in plan.indicators
        if row.canonical_code == canonical_code
    ]
    return " ".join(sorted(places))


def test_every_canonical_code_of_a_plan_stands_in_the_catalogue() -> None:
    assert unknown_canonical_codes(PLANS.values(), CATALOGUE) == []


def test_the_catalogue_holds_no_code_twice() -> None:
    assert [code for code, count in Counter(entry.code for entry in CATALOGUE.indicators).items() if count > 1] == []


def test_things_measured_by_several_plans_share_their_code_and_others_do_not() -> None:
    shared = {code: measured_at(code) for code in ENTRIES if " " in measured_at(code)}
    assert shared == SHARED


@pytest.mark.parametrize("plan_key", KEYS)
def test_an_indicator_has_the_kind_unit_and_direction_of_its_canonical_entry(plan_key: str) -> None:
    different = [
        row.code
        for row in PLANS[plan_key].indicators
        if row.canonical_code and (row.value_kind, row.unit_of_measure, row.direction) != facts(row.canonical_code)
    ]
    assert different == []


def facts(canonical_code: str) -> tuple[object, ...]:
    entry = ENTRIES[canonical_code]
    return entry.value_kind, entry.unit_of_measure, entry.direction


@pytest.mark.parametrize("plan_key", KEYS)
def test_every_figure_belongs_to_a_canonical_indicator(plan_key: str) -> None:
    without = [
        row.code
        for row in PLANS[plan_key].indicators
        if not row.canonical_code and any(target.is_quantitative for target in row.targets)
    ]
    assert without == []


@pytest.mark.parametrize("entry", [entry for entry in CATALOGUE.indicators if entry.dossier_rate], ids=lambda e: e.code)
def test_a_dossier_rate_measures_only_indicators_that_count_dossiers_or_ratings(entry: CanonicalIndicator) -> None:
    assert entry.numerator_vi
    assert entry.denominator_vi
    assert entry.numerator_vi.startswith(("Số hồ sơ", "Số lượt đánh giá"))
    assert entry.denominator_vi.startswith(("Số hồ sơ", "Số lượt đánh giá"))


def test_procedures_without_boundary_are_not_measured_by_a_rate_of_dossiers() -> None:
    assert ENTRIES["procedures_without_boundary_pct"].dossier_rate is None


@pytest.mark.parametrize("plan_key", KEYS)
def test_no_document_hands_a_figure_over_to_the_records(plan_key: str) -> None:
    # None of the five documents says whose figure counts; the unit reports, as they all say.
    assert {row.figure_of_record for row in PLANS[plan_key].indicators} == {FigureOfRecord.CLAIM}


def test_only_what_dossiers_measure_can_be_taken_from_the_records() -> None:
    plan = PLANS["thanh-thuy-2026"]
    records = {"figure_of_record": FigureOfRecord.RECORDS}
    handed_over = plan.model_copy(
        update={"indicators": tuple(row.model_copy(update=records) for row in plan.indicators)}
    )
    measured = {entry.code for entry in CATALOGUE.indicators if entry.dossier_rate}
    assert unmeasured_records([plan], CATALOGUE) == []
    assert unmeasured_records([handed_over], CATALOGUE) == [
        f"thanh-thuy-2026: indicators[{row.code}].figure_of_record"
        for row in plan.indicators
        if row.canonical_code not in measured
    ]


@pytest.mark.parametrize("plan_key", KEYS)
def test_no_spelling_stands_for_two_units_of_a_plan(plan_key: str) -> None:
    spellings: dict[str, set[str]] = {}
    for unit in PLANS[plan_key].units:
        for spelling in (unit.name, *unit.aliases):
            spellings.setdefault(spelling.casefold(), set()).add(unit.code)
    assert {spelling: codes for spelling, codes in spellings.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("plan_key", KEYS)
def test_every_doubt_is_about_something_that_the_plan_holds(plan_key: str) -> None:
    plan = PLANS[plan_key]
    known = {item.code for part in (plan.units, plan.indicators, plan.tasks, plan.reporting_rules) for item in part}
    assert [doubt.code for doubt in plan.doubts if doubt.about and doubt.about not in known] == []


@pytest.mark.parametrize("plan_key", KEYS)
def test_indicator_and_task_codes_never_collide(plan_key: str) -> None:
    plan = PLANS[plan_key]
    assert {row.code for row in plan.indicators} & {task.code for task in plan.tasks} == set()


@pytest.mark.parametrize("plan_key", KEYS)
def test_leads_are_told_both_as_units_and_as_printed_or_not_at_all(plan_key: str) -> None:
    plan = PLANS[plan_key]
    assert [item.code for item in leading(plan) if bool(item.lead_units) != bool(item.lead_text)] == []


def leading(plan: Plan) -> list[Indicator | Task]:
    return [*plan.indicators, *plan.tasks]
