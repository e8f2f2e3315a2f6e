"""Period codes, cut-off windows (NĐ 09/2019/NĐ-CP), working days and the days reports are due."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.periods import (
    add_working_days,
    default_regime,
    is_working_day,
    months_between,
    next_report,
    period_of,
    periods_of,
    rule_due_on,
    unit_form_due_on,
    working_days_between,
)
from plans.reading import read_plans
from plans.records import DueDay, Frequency
from warehouse.errors import UsageError

PLANS = read_plans()
PARTS = [f"-{month:02d}" for month in range(1, 13)] + ["-Q1", "-Q2", "-Q3", "-Q4", "-H1", "-H2", "-M9", ""]
CODES = st.builds(lambda year, part: f"{year}{part}", st.integers(2000, 2098), st.sampled_from(PARTS))
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("code", "frequency", "starts_on", "ends_on"),
    [
        ("2026-06", Frequency.MONTHLY, "2026-06-01", "2026-06-30"),
        ("2028-02", Frequency.MONTHLY, "2028-02-01", "2028-02-29"),
        ("2026-Q2", Frequency.QUARTERLY, "2026-04-01", "2026-06-30"),
        ("2026-H1", Frequency.HALF_YEARLY, "2026-01-01", "2026-06-30"),
        ("2026-H2", Frequency.HALF_YEARLY, "2026-07-01", "2026-12-31"),
        ("2026-M9", Frequency.NINE_MONTHS, "2026-01-01", "2026-09-30"),
        ("2026", Frequency.YEARLY, "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_code_tells_its_frequency_and_days(
    code: str, frequency: Frequency, starts_on: str, ends_on: str
) -> None:
    period = period_of(code)
    assert (period.code, period.frequency) == (code, frequency)
    assert (period.starts_on, period.ends_on) == (day(starts_on), day(ends_on))


@pytest.mark.parametrize("code", ["", "2026-13", "2026-00", "2026-6", "06-2026", "2026-Q5", "2026-H3", "1999-01", "kỳ"])
def test_an_unknown_period_is_a_usage_error_that_shows_the_accepted_shapes(code: str) -> None:
    with pytest.raises(UsageError, match="2026-06") as caught:
        period_of(code)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("code", "counts_from", "counts_to"),
    [
        ("2026-06", "2026-05-15", "2026-06-14"),
        ("2026-01", "2025-12-15", "2026-01-14"),
        ("2026-Q2", "2026-03-15", "2026-06-14"),
        ("2026-H1", "2025-12-15", "2026-06-14"),
        ("2026-H2", "2026-06-15", "2026-12-14"),
        ("2026-M9", "2025-12-15", "2026-09-14"),
        ("2026", "2025-12-15", "2026-12-14"),
    ],
)
def test_a_period_counts_from_day_15_before_it_to_day_14_of_its_last_month(
    code: str, counts_from: str, counts_to: str
) -> None:
    assert default_regime().window(period_of(code)) == (day(counts_from), day(counts_to))


@given(CODES)
def test_windows_of_neighbouring_months_touch_without_overlap(code: str) -> None:
    regime, last = default_regime(), period_of(code)
    months = months_between(f"{last.year}-{last.first_month:02d}", f"{last.year}-{last.last_month:02d}")
    windows = [regime.window(month) for month in months]
    assert (windows[0][0], windows[-1][1]) == regime.window(last)
    joints = [(before[1] + dt.timedelta(days=1), after[0]) for before, after in itertools.pairwise(windows)]
    assert all(end == start for end, start in joints)


def test_months_between_runs_over_the_new_year() -> None:
    listed = [period.code for period in months_between("2025-11", "2026-02")]
    assert listed == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_the_periods_of_a_frequency_cover_this_year_and_the_next() -> None:
    codes = [period.code for period in periods_of(Frequency.HALF_YEARLY, day("2026-06-15"))]
    assert codes == ["2026-H1", "2026-H2", "2027-H1", "2027-H2"]
    assert periods_of(Frequency.AD_HOC, day("2026-06-15")) == []


def test_the_default_due_day_is_two_working_days_after_the_cut_off() -> None:
    # 14/6/2026 is a Sunday: Monday 15 and Tuesday 16 are worked.
    assert default_regime().due_on(period_of("2026-06")) == day("2026-06-16")


def test_before_day_20_leaves_day_19_of_the_last_month() -> None:
    due = DueDay(day=20, is_before=True)
    assert rule_due_on(due, period_of("2026-06")) == day("2026-06-19")
    assert rule_due_on(due, period_of("2026-Q2")) == day("2026-06-19")


def test_by_day_20_leaves_day_20() -> None:
    assert rule_due_on(DueDay(day=20, is_before=False), period_of("2026-06")) == day("2026-06-20")


def test_before_the_first_of_a_month_leaves_the_last_day_of_the_month_before() -> None:
    assert rule_due_on(DueDay(day=1, month=3, is_before=True), period_of("2026")) == day("2026-02-28")


@pytest.mark.parametrize("closed", ["2026-01-01", "2026-02-16", "2026-02-20", "2026-04-30", "2026-05-01", "2026-06-14"])
def test_offices_are_closed_on_holidays_and_weekends(closed: str) -> None:
    assert not is_working_day(day(closed))


def test_tet_2026_closes_offices_for_a_week() -> None:
    assert add_working_days(day("2026-02-13"), 1) == day("2026-02-23")
    assert working_days_between(day("2026-02-13"), day("2026-02-23")) == 1


def test_30_april_and_1_may_2026_push_the_next_working_day_to_monday() -> None:
    assert add_working_days(day("2026-04-29"), 1) == day("2026-05-04")
    assert add_working_days(day("2026-05-04"), -1) == day("2026-04-29")


def test_no_working_day_lies_between_a_day_and_an_earlier_one() -> None:
    assert working_days_between(day("2026-06-10"), day("2026-06-01")) == 0


@given(DAYS, st.integers(1, 30))
def test_adding_working_days_lands_on_a_working_day_that_many_days_on(start: dt.date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days_between(start, end) == count


@pytest.mark.parametrize(
    ("plan_key", "period", "due_on"),
    [
        ("thien-tan-2026", "2026-06", "2026-06-21"),
        ("thanh-thuy-2026", "2026", "2026-11-09"),
        ("thang-binh-2025", "2026-06", "2026-06-16"),
        ("dan-tien-2025", "2026-06", "2026-06-16"),
        ("khuc-thua-du-2025", "2026-06", "2026-06-16"),
    ],
)
def test_the_next_report_after_15_june_2026_follows_each_plan(plan_key: str, period: str, due_on: str) -> None:
    report = next_report(PLANS[plan_key], day("2026-06-15"))
    assert (report.period, report.due_on) == (period, day(due_on))


def test_a_report_due_today_is_still_the_next_one() -> None:
    assert next_report(PLANS["thien-tan-2026"], day("2026-06-21")).period == "2026-06"
    assert next_report(PLANS["thien-tan-2026"], day("2026-06-22")).period == "2026-07"


@pytest.mark.parametrize("unit", ["kinh-te", "pvhcc", "cong-an", "vhxh"])
def test_every_unit_of_thien_tan_hands_in_its_form_before_day_20(unit: str) -> None:
    assert unit_form_due_on(PLANS["thien-tan-2026"], unit, period_of("2026-06")) == (
        day("2026-06-19"),
        "thien-tan-2026:monthly-units",
    )


def test_a_plan_without_days_falls_back_on_the_decree() -> None:
    assert unit_form_due_on(PLANS["thang-binh-2025"], "kinh-te", period_of("2026-06")) == (
        day("2026-06-16"),
        "nd-09-2019",
    )


def test_thanh_thuy_units_report_the_first_half_year_before_5_june() -> None:
    due_on, rule = unit_form_due_on(PLANS["thanh-thuy-2026"], "kinh-te", period_of("2026-H1"))
    assert (due_on, rule) == (day("2026-06-04"), "thanh-thuy-2026:half-yearly-units")
