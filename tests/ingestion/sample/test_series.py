"""Honest figures: made up, but within their bounds, and the same every time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from ingestion.sample.series import indicator_cells, is_stuck, month_number, share_of, task_cells
from plans.periods import months_between, period_of
from plans.reading import read_plans
from plans.records import ValueKind
from plans.reporters import reported_tasks

if TYPE_CHECKING:
    from plans.records import Indicator, Plan

MONTHS = months_between("2026-01", "2026-12")
PLANS = list(read_plans().values())
RATIOS = [(plan, item) for plan in PLANS for item in plan.indicators if item.value_kind is ValueKind.RATIO]


@pytest.mark.parametrize(("code", "number"), [("2026-01", 0), ("2026-06", 5), ("2026-Q2", 5), ("2027-01", 12)])
def test_months_are_counted_from_january_2026(code: str, number: int) -> None:
    assert month_number(period_of(code)) == number


@pytest.mark.parametrize(("plan", "indicator"), RATIOS, ids=lambda given: getattr(given, "code", None))
def test_a_share_stays_within_its_whole_and_does_not_jump(plan: Plan, indicator: Indicator) -> None:
    shares = [share_of(plan, indicator, month) for month in MONTHS]
    assert all(0 <= share.numerator <= share.denominator for share in shares)
    steps = [abs(after.percent - before.percent) for before, after in itertools.pairwise(shares)]
    assert max(steps) < 20


def test_figures_are_the_same_whenever_they_are_asked() -> None:
    once = [indicator_cells(plan, item, MONTHS[5]) for plan in PLANS for item in plan.indicators]
    share_of(PLANS[0], RATIOS[0][1], MONTHS[0])
    assert once == [indicator_cells(plan, item, MONTHS[5]) for plan in PLANS for item in plan.indicators]


def test_the_courses_differ_so_that_a_board_shows_every_status() -> None:
    moves = []
    for plan, item in RATIOS:
        first, sixth = (share_of(plan, item, MONTHS[number]).percent for number in (0, 5))
        moves.append(sixth - first)
    assert min(moves) < -0.3
    assert max(moves) > 5
    assert any(abs(move) < 1.5 for move in moves)


def test_counts_since_the_start_of_the_year_never_fall() -> None:
    for plan in PLANS:
        for item in plan.indicators:
            if item.value_kind is ValueKind.COUNT:
                values = [indicator_cells(plan, item, month).get("value") for month in MONTHS]
                counted = [value for value in values if isinstance(value, int)]
                assert counted == sorted(counted)


def test_a_stuck_indicator_never_moves() -> None:
    stuck = [(plan, item) for plan, item in RATIOS if is_stuck(plan, item)]
    for plan, item in stuck:
        assert len({share_of(plan, item, month) for month in MONTHS}) == 1
    assert len(stuck) < len(RATIOS) / 5


def test_a_finished_task_stays_finished() -> None:
    for plan in PLANS:
        for task in reported_tasks(plan):
            states = [task_cells(plan, task, month)["state"] for month in MONTHS]
            if "Hoàn thành" in states:
                assert set(states[states.index("Hoàn thành") :]) == {"Hoàn thành"}
