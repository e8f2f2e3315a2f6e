"""The ladder: the right step on the right working day, over weekends and Tết, and data that contradicts itself."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.chasing.ladder import LADDER_FILE, read_ladder
from ingestion.chasing.texts import catalogue
from plans.periods import is_working_day
from warehouse.errors import SettingsRefused

TUESDAY = dt.date(2026, 6, 16)
AFTER_TET = dt.date(2026, 2, 24)  # offices are closed from Saturday 14 to Sunday 22 February 2026


def reached(due_on: dt.date, today: str) -> str | None:
    step = read_ladder().step_reached(due_on, dt.date.fromisoformat(today))
    return step.code if step else None


def test_the_ladder_has_the_four_steps() -> None:
    assert [step.code for step in read_ladder().steps] == ["T-5", "T-1", "T+1", "T+3"]


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2026-06-08", None),
        ("2026-06-09", "T-5"),
        ("2026-06-14", "T-5"),  # Sunday: Monday is the day before
        ("2026-06-15", "T-1"),
        ("2026-06-16", "T-1"),
        ("2026-06-17", "T+1"),
        ("2026-06-18", "T+1"),
        ("2026-06-19", "T+3"),
        ("2026-07-14", "T+3"),
        ("2026-07-15", None),  # overdue for more than twenty working days
    ],
)
def test_a_step_is_reached_on_its_working_day(today: str, step: str | None) -> None:
    assert reached(TUESDAY, today) == step


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2026-02-09", None),
        ("2026-02-10", "T-5"),
        ("2026-02-22", "T-5"),
        ("2026-02-23", "T-1"),
        ("2026-02-25", "T+1"),
        ("2026-02-27", "T+3"),
    ],
)
def test_tet_does_not_count_as_working_days(today: str, step: str | None) -> None:
    assert reached(AFTER_TET, today) == step


@pytest.mark.parametrize(("today", "step"), [("2026-02-13", "T-1"), ("2026-02-14", None), ("2026-02-23", "T+1")])
def test_nobody_is_late_by_a_step_before_tet_is_over(today: str, step: str | None) -> None:
    last_day_before_tet = dt.date(2026, 2, 13)
    assert reached(last_day_before_tet, today) == step


def test_a_step_before_the_due_day_is_silent_once_the_day_has_passed() -> None:
    friday = dt.date(2026, 6, 19)
    assert [reached(friday, day) for day in ("2026-06-19", "2026-06-20", "2026-06-21", "2026-06-22")] == [
        "T-1", None, None, "T+1",
    ]  # fmt: skip


def test_a_due_day_on_a_sunday_is_reminded_of_on_the_friday_before() -> None:
    sunday = dt.date(2026, 6, 21)
    assert (reached(sunday, "2026-06-18"), reached(sunday, "2026-06-19"), reached(sunday, "2026-06-22")) == (
        "T-5", "T-1", "T+1",
    )  # fmt: skip


@given(st.dates(dt.date(2025, 1, 1), dt.date(2027, 11, 30)))
def test_every_step_is_taken_on_a_working_day(due_on: dt.date) -> None:
    assert all(is_working_day(step.day(due_on)) for step in read_ladder().steps)


def test_the_audience_only_grows_and_ends_with_the_province() -> None:
    audiences = [set(step.audience) for step in read_ladder().steps]
    assert all(earlier <= later for earlier, later in pairwise(audiences))
    assert "province" in audiences[-1]
    assert "province" not in audiences[-2]


def test_nobody_above_the_office_hears_of_blank_cells_in_a_valid_file() -> None:
    assert {role for step in read_ladder().steps for role in step.audience_when_partial} == {"unit", "office"}


def test_every_step_has_its_words() -> None:
    wanted = {f"{step.text}.{part}" for step in read_ladder().steps for part in ("subject", "body")}
    assert wanted <= set(catalogue())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("working_days_after_due: -5", "working_days_after_due: -4", "T-5"),
        ("audience: [unit]", "audience: [trưởng thôn]", "audience"),
        ("audience: [unit]", "audience: []", "audience"),
        ("lapses_after_working_days: 20", "lapses_after_working_days: 2", "lapses_after_working_days"),
        ("steps:", "steps: [", "reminders.yml"),
    ],
)
def test_a_ladder_that_contradicts_itself_is_refused_by_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "reminders.yml"
    path.write_text(LADDER_FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsRefused, match=told):
        read_ladder(path)
