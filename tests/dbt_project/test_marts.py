"""The marts of an invented commune hold what its plan, forms, dossiers and flags say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from ingestion.forms.portal_figures import read_figures
from plans.periods import period_of
from tests.dbt_project.conftest import build_commune
from tests.dbt_project.invented_commune import COMMUNE, PLAN, vietnam
from warehouse.settings import Settings

if TYPE_CHECKING:
    from tests.dbt_project.conftest import Built

PROMISED = {
    "dim_plans", "dim_units", "dim_administrative_units", "dim_indicators", "dim_targets", "dim_tasks",
    "dim_reporting_rules", "fct_reporting_obligations", "fct_indicator_observations", "fct_indicator_progress",
    "fct_task_progress", "fct_dossiers", "fct_dossier_rates", "fct_dossier_balances", "fct_claims_vs_records",
    "fct_quality_flags", "fct_quality_checks", "fct_pipeline_outcomes", "rpt_provincial_extract",
}  # fmt: skip


def test_every_promised_mart_is_a_table_of_the_schema_marts(built: Built) -> None:
    tables = built.rows("select table_name from information_schema.tables where table_schema = 'marts'")
    assert {name for (name,) in tables} >= PROMISED


def test_no_mart_stores_a_floating_point_number(built: Built) -> None:
    floating = built.rows(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'marts' and data_type in ('DOUBLE', 'FLOAT', 'REAL')"
    )
    assert floating == []


def test_marts_lie_in_the_order_they_are_read_in(built: Built) -> None:
    months = built.rows("select as_of_period, sort_no from marts.fct_indicator_progress")
    assert months == sorted(months)


def test_the_plan_marts_hold_the_plan(built: Built) -> None:
    assert built.rows("select indicator_code, reporter_unit from marts.dim_indicators order by sort_no") == [
        ("dossiers-online", "ttpvhcc"),
        ("health-records", "tram-y-te"),
        ("models", "vhxh"),
        ("team", "vhxh"),
    ]


def test_a_unit_that_hands_in_late_is_late_by_working_days(built: Built) -> None:
    late = built.one(
        "select status, days_late, cells_filled from marts.fct_reporting_obligations "
        "where unit_code = 'vhxh' and period = '2026-06'"
    )
    assert late == ("late", 2, 1)  # due Friday 19 June, received Tuesday the 23rd


def test_a_correction_does_not_make_a_unit_late(built: Built) -> None:
    status = built.one(
        "select status, current_revision from marts.fct_reporting_obligations "
        "where unit_code = 'tram-y-te' and period = '2026-05'"
    )
    assert status == ("on_time", 2)


def test_a_correction_closes_the_revision_before_it_and_overwrites_nothing(built: Built) -> None:
    revisions = built.rows(
        "select revision, value, is_current, known_to from marts.fct_indicator_observations "
        "where indicator_code = 'health-records' and period = '2026-05' order by revision"
    )
    assert revisions == [
        (1, Decimal("17.0000"), False, vietnam(2026, 6, 3)),
        (2, Decimal("71.0000"), True, None),
    ]


def test_rows_of_a_crashed_intake_are_no_figures_and_repeated_ones_count_once(built: Built) -> None:
    june = built.rows(
        "select indicator_code, value from marts.fct_indicator_observations "
        "where period = '2026-06' and source = 'unit_form' order by indicator_code"
    )
    assert june == [("health-records", Decimal("75.0000")), ("models", Decimal("2.0000")), ("team", None)]


def test_progress_at_the_last_month_has_a_status_for_every_indicator(built: Built) -> None:
    board = built.rows(
        "select indicator_code, status, value_period, pace_ratio from marts.fct_indicator_progress "
        "where as_of_period = '2026-06' order by sort_no"
    )
    assert board == [
        ("dossiers-online", "achieved", "2026-05", None),
        ("health-records", "on_track", "2026-06", Decimal("1.1133")),  # 15 points in 150 days, 30 in 334 asked
        ("models", "achieved", "2026-06", None),
        ("team", "not_measurable", "2026-06", None),
    ]


def test_probability_appears_with_the_fourth_period(built: Built) -> None:
    told = built.rows(
        "select as_of_period from marts.fct_indicator_progress "
        "where indicator_code = 'health-records' and probability_hit between 0 and 1 order by 1"
    )
    assert [period for (period,) in told] == ["2026-04", "2026-05", "2026-06"]


def test_a_dated_task_becomes_overdue_and_a_continuous_one_never_does(built: Built) -> None:
    tasks = built.rows(
        "select task_code, status, state from marts.fct_task_progress where as_of_period = '2026-06' order by sort_no"
    )
    assert tasks == [("rules", "overdue", "in_progress"), ("training", "recurring", "in_progress")]


def test_rates_count_each_dossier_once_in_the_month_of_its_receipt(built: Built) -> None:
    rates = built.rows(
        "select rate, numerator, denominator, rate_pct from marts.fct_dossier_rates "
        "where period = '2026-05' and rate in ('received', 'received_online', 'on_time', 'online_payment')"
    )
    assert sorted(rates) == [
        ("on_time", 7, 8, Decimal("87.5000")),
        ("online_payment", 0, 0, None),
        ("received", 8, None, None),
        ("received_online", 6, 8, Decimal("75.0000")),
    ]


def test_forms_find_the_rates_that_they_prefill_in_the_mart(built: Built) -> None:
    figure = read_figures(built.settings.build_file, period_of("2026-05"))[COMMUNE, "received_online"]
    assert (figure.numerator, figure.denominator, figure.known_until.tzinfo is not None) == (6, 8, True)


def test_a_claim_made_by_the_cut_off_date_is_recognised(built: Built) -> None:
    claim = built.one(
        "select claimed, recomputed, verification_factor, deviation, likely_cause, alternative_code "
        "from marts.fct_claims_vs_records"
    )
    # 15 points of 8 dossiers are hardly more than one dossier: told, not blocked.
    assert claim == (
        Decimal("90.0000"), Decimal("75.0000"), Decimal("0.8333"), "notice", "cut_off_date", "calendar_month",
    )  # fmt: skip


def test_the_balance_of_a_month_carries_what_was_pending(built: Built) -> None:
    balances = built.rows(
        "select period, carried_over_count, received_count, resolved_count, resolved_late_count, pending_count "
        "from marts.fct_dossier_balances where period <= '2026-06' order by period"
    )
    assert balances == [("2026-05", 0, 8, 8, 1, 0), ("2026-06", 0, 6, 6, 0, 0)]


def test_a_published_dossier_leads_neither_to_the_portal_nor_to_a_day(built: Built) -> None:
    columns = built.rows(
        "select column_name, data_type from information_schema.columns "
        "where table_schema = 'marts' and table_name = 'fct_dossiers'"
    )
    assert "dossier_code" not in {name for name, _ in columns}
    assert {name for name, kind in columns if kind == "DATE" or kind.startswith("TIMESTAMP")} == {"known_from"}
    assert built.one("select count(*), count(distinct dossier_key) from marts.fct_dossiers") == (14, 14)


def test_a_figure_under_a_blocking_flag_is_withheld_from_the_extract(built: Built) -> None:
    row = built.one(
        "select value, obs_status, is_withheld, withheld_reason, is_synthetic from marts.rpt_provincial_extract "
        "where indicator_code = 'health-records' and period = '2026-06'"
    )
    assert row == (None, "Q", True, "NUM-01", True)


def test_an_earlier_period_of_a_flagged_figure_is_not_withheld(built: Built) -> None:
    row = built.one(
        "select value, obs_status, observed_period from marts.rpt_provincial_extract "
        "where indicator_code = 'health-records' and period = '2026-05'"
    )
    assert row == (Decimal("71.0000"), "A", "2026-05")


def test_the_extract_has_a_row_for_every_indicator_of_every_period(built: Built) -> None:
    counts = built.rows("select period, count(*) from marts.rpt_provincial_extract group by period")
    assert {count for _, count in counts} == {4}
    assert {"2026-06", "2026-Q2", "2026-H1", "2026"} <= {period for period, _ in counts}


def test_a_build_as_known_before_the_correction_shows_the_figure_of_that_day(built: Built) -> None:
    early = Settings(home=built.settings.home, plans_folder=built.settings.plans_folder)
    build_file = early.path("warehouse", "early.duckdb")
    build_commune(early, as_known_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), build_file=build_file)
    known = built.rows(
        "select as_of_period, value from marts.fct_indicator_progress "
        "where indicator_code = 'health-records' and as_of_period >= '2026-05' order by as_of_period",
        file=build_file,
    )
    assert known == [("2026-05", Decimal("17.0000")), ("2026-06", Decimal("17.0000"))]


def test_the_plan_key_runs_through_every_mart_of_the_plan(built: Built) -> None:
    assert built.rows("select distinct plan_key from marts.fct_indicator_progress") == [(PLAN,)]
