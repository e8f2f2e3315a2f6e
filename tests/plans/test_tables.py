"""Raw plan tables: every record of every real plan becomes one row of its contract, as printed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from plans.reading import plan_files, read_catalogue, read_plans
from plans.records import DueDay, Frequency
from plans.reporters import reporting_units
from plans.tables import due_rule, write_plan_tables
from warehouse.raw import batch_path
from warehouse.settings import Settings
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plans.records import Plan

AS_OF = dt.date(2026, 6, 15)
SPANNING = set(Frequency) - {Frequency.AD_HOC, Frequency.PERIODIC}
"""Frequencies that have periods of their own; the others are asked for when somebody asks."""
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return read_plans()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, plans: dict[str, Plan]) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("plans") / "home")
    write_plan_tables(settings, plans.values(), read_catalogue(), AS_OF)
    return settings


@pytest.fixture(scope="module")
def rows(office: Settings) -> Callable[..., Rows]:
    def read(table: str, **equal: object) -> Rows:
        found: Rows = pq.read_table(batch_path(office, table, "all")).to_pylist()
        return [row for row in found if all(row[name] == value for name, value in equal.items())]

    return read


@pytest.fixture(params=[path.stem for path in plan_files()])
def plan(request: pytest.FixtureRequest, plans: dict[str, Plan]) -> Plan:
    return plans[request.param]


def test_every_record_of_a_plan_has_its_row_in_its_order(plan: Plan, rows: Callable[..., Rows]) -> None:
    key = plan.plan_key
    assert [row["unit_code"] for row in rows("units", plan_key=key)] == [unit.code for unit in plan.units]
    assert [row["indicator_code"] for row in rows("indicators", plan_key=key)] == [
        item.code for item in plan.indicators
    ]
    assert [row["task_code"] for row in rows("tasks", plan_key=key)] == [task.code for task in plan.tasks]
    assert [row["rule_code"] for row in rows("reporting_rules", plan_key=key)] == [r.code for r in plan.reporting_rules]
    assert [row["doubt_code"] for row in rows("doubts", plan_key=key)] == [doubt.code for doubt in plan.doubts]
    assert [row["sort_no"] for row in rows("indicators", plan_key=key)] == list(range(1, len(plan.indicators) + 1))


def test_targets_keep_figure_comparator_and_the_printed_text(plan: Plan, rows: Callable[..., Rows]) -> None:
    printed = [
        (indicator.code, target.text, target.comparator, target.value, target.is_quantitative)
        for indicator in plan.indicators
        for target in indicator.targets
    ]
    names = ("indicator_code", "target_text", "comparator", "target_value", "is_quantitative")
    assert [tuple(row[name] for name in names) for row in rows("targets", plan_key=plan.plan_key)] == printed


def test_every_row_of_a_plan_says_where_it_stands_in_the_document(plan: Plan, rows: Callable[..., Rows]) -> None:
    for table in ("indicators", "targets", "tasks", "reporting_rules"):
        assert [row for row in rows(table, plan_key=plan.plan_key) if not row["source_file"]] == []


def test_exactly_the_units_that_fill_in_a_form_are_reporting(plan: Plan, rows: Callable[..., Rows]) -> None:
    asked = {row["unit_code"] for row in rows("units", plan_key=plan.plan_key, is_reporting=True)}
    assert asked == set(reporting_units(plan))


def test_a_plan_row_carries_the_hash_of_its_file(plan: Plan, office: Settings, rows: Callable[..., Rows]) -> None:
    (row,) = rows("plans", plan_key=plan.plan_key)
    assert row["file_sha256"] == sha256_of(office.plans_folder / f"{plan.plan_key}.yml")
    assert (row["commune_code"], row["title"]) == (plan.commune_code, plan.title)


def test_a_plan_has_exactly_one_next_report_that_has_not_ended_long_ago(plan: Plan, rows: Callable[..., Rows]) -> None:
    (upcoming,) = rows("reporting_periods", plan_key=plan.plan_key, is_next_report=True)
    assert upcoming["ends_on"] >= dt.date(2026, 5, 31)


def test_periods_of_every_frequency_are_listed_once_from_last_year_on(plan: Plan, rows: Callable[..., Rows]) -> None:
    periods = rows("reporting_periods", plan_key=plan.plan_key)
    codes = [row["period"] for row in periods]
    assert len(codes) == len(set(codes))
    assert {row["frequency"] for row in periods} == {frequency.value for frequency in SPANNING}
    assert {"2025-06", "2026-06", "2026-Q2", "2026-H1", "2026"} <= set(codes)
    assert all(row["starts_on"] <= row["ends_on"] for row in periods)


def test_a_month_counts_from_the_fifteenth_to_the_fourteenth(rows: Callable[..., Rows]) -> None:
    june = rows("reporting_periods", plan_key="thien-tan-2026", period="2026-06")[0]
    assert (june["counts_from"], june["counts_to"]) == (dt.date(2026, 5, 15), dt.date(2026, 6, 14))


def test_the_calendar_holds_every_day_that_counts_and_knows_holidays(rows: Callable[..., Rows]) -> None:
    days = {row["day"]: row["is_working_day"] for row in rows("calendar_days")}
    # January 2025 counts from 15 December 2024.
    assert (min(days), max(days), len(days)) == (dt.date(2024, 12, 15), dt.date(2027, 12, 31), 17 + 3 * 365)
    assert days[dt.date(2026, 6, 15)]  # a Monday
    assert not days[dt.date(2026, 6, 14)]  # a Sunday
    assert not days[dt.date(2026, 9, 2)]  # National Day, a Wednesday


def test_the_canonical_indicators_are_those_of_the_catalogue(rows: Callable[..., Rows]) -> None:
    catalogue = read_catalogue()
    assert [row["canonical_code"] for row in rows("canonical_indicators")] == [
        item.code for item in catalogue.indicators
    ]


def test_the_count_is_that_of_all_rows(tmp_path: Path, plans: dict[str, Plan]) -> None:
    settings = Settings(home=tmp_path)
    written = write_plan_tables(settings, plans.values(), read_catalogue(), AS_OF)
    assert written == sum(pq.read_table(path).num_rows for path in settings.raw.rglob("*.parquet"))


def test_writing_again_replaces_what_was_there(
    office: Settings, rows: Callable[..., Rows], plans: dict[str, Plan]
) -> None:
    before = {path: path.read_bytes() for path in office.raw.rglob("*.parquet")}
    write_plan_tables(office, plans.values(), read_catalogue(), AS_OF)
    assert {path: path.read_bytes() for path in office.raw.rglob("*.parquet")} == before
    assert len(rows("plans")) == len(plans)


def test_a_leap_day_has_a_year_before_it(tmp_path: Path, plans: dict[str, Plan]) -> None:
    settings = Settings(home=tmp_path)
    assert write_plan_tables(settings, plans.values(), read_catalogue(), dt.date(2028, 2, 29))


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (DueDay(day=20, is_before=True), "before day 20"),
        (DueDay(day=25, is_before=False), "by day 25"),
        (DueDay(day=5, month=6, is_before=True), "before 05/06"),
        (DueDay(day=15, month=12, is_before=False), "by 15/12"),
    ],
)
def test_a_due_day_is_written_as_a_rule(due: DueDay, text: str) -> None:
    assert due_rule(due) == text
