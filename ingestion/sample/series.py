"""Honest figures: for each indicator and task a made-up course through the months.

Synthetic through and through: drawn from the sample's seed, so nobody's statistics. A course
starts below the nearest target and moves at its own pace, so that a board of six months shows
every status. The same names give the same figures on any machine and in any order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.forms.contents import nearest_target
from ingestion.forms.layout import NIL_MARK
from ingestion.portal.simulator.draws import Draws
from plans.records import DeadlineKind, ValueKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.sample.answers import CellValue
    from plans.periods import Period
    from plans.records import Indicator, Plan, Task

SEED = "thuoc-do"
FIRST_YEAR = 2026
COURSES = (("ahead", 2.0), ("steady", 4.0), ("slow", 2.0), ("stalled", 1.5), ("falling", 1.0))
PACES = {"ahead": 2.2, "steady": 1.08, "slow": 0.72, "stalled": 0.25, "falling": -0.3}
SHORTEST_SPAN, LONGEST_SPAN = 6, 60
STUCK_SHARE = 0.02
NIL_SHARE = 0.015
HUNDRED = 100.0
OPEN_ENDED = {DeadlineKind.CONTINUOUS, DeadlineKind.YEARLY, DeadlineKind.UNSTATED, DeadlineKind.UNCLEAR}


@dataclass(frozen=True)
class Share:
    """A ratio as it is counted."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float:
        """The share in percent points, as a unit would round it."""
        return round(HUNDRED * self.numerator / self.denominator, 2)


def month_number(period: Period) -> int:
    """Count months from January 2026 (0) to the period's last month."""
    return (period.year - FIRST_YEAR) * 12 + period.last_month - 1


def is_stuck(plan: Plan, indicator: Indicator) -> bool:
    """Tell whether a unit writes the same ratio every month (a planted fault of the whole course)."""
    return _draws(plan, indicator.code).hits("stuck", STUCK_SHARE)


def target_of(indicator: Indicator, period: Period) -> float | None:
    """Return the figure of the nearest target, or None where there is none."""
    target = nearest_target(indicator, period.starts_on)
    return None if target is None or target.value is None else float(target.value)


def share_of(plan: Plan, indicator: Indicator, period: Period) -> Share:
    """Return a ratio's counted share in a period; never above its denominator."""
    draws = _draws(plan, indicator.code)
    month = 0 if is_stuck(plan, indicator) else month_number(period)
    base = draws.whole("base", 90, 420)
    denominator = base + month * draws.whole("growth", 1, 3)
    aim = target_of(indicator, period) or HUNDRED
    percent = min(max(_level(draws, aim, month, _span(indicator, period)), 0.0), HUNDRED)
    return Share(round(percent * denominator / HUNDRED), denominator)


def _level(draws: Draws, aim: float, month: int, span: int) -> float:
    """Return the level of a course: a start below the aim, a step a month, a little noise."""
    course = draws.pick("course", COURSES)
    start = aim * (0.68 + 0.24 * draws.share("start"))
    step = (aim - start) / span
    noise = (draws.share(f"noise {month}") - 0.5) * 0.6 * step
    level = start + PACES[course] * step * month + noise
    # A course that has arrived stays a little above the aim: an exact hit would look made up.
    return min(level, aim + (HUNDRED - aim) * 0.15) if aim < HUNDRED else level


def _span(indicator: Indicator, period: Period) -> int:
    target = nearest_target(indicator, period.starts_on)
    due_on = target.due_on if target else None
    if due_on is None and target and target.year:
        due_on = dt.date(target.year, 12, 31)
    months = (due_on.year - FIRST_YEAR) * 12 + due_on.month if due_on else 12
    return min(max(months, SHORTEST_SPAN), LONGEST_SPAN)


def indicator_cells(plan: Plan, indicator: Indicator, period: Period) -> Mapping[str, CellValue]:
    """Return the honest answer of an indicator as the cells of its row."""
    draws = _draws(plan, indicator.code, period.code)
    if indicator.value_kind is not ValueKind.TEXT and draws.hits("nil", NIL_SHARE):
        return {"nil": NIL_MARK}
    if indicator.value_kind is ValueKind.RATIO:
        return ratio_cells(draws, share_of(plan, indicator, period))
    return {"value": _single_value(plan, indicator, period)}


def ratio_cells(draws: Draws, share: Share) -> Mapping[str, CellValue]:
    """Write a ratio the way units do: mostly both counts, sometimes the result too, seldom only it."""
    counts: dict[str, CellValue] = {"numerator": share.numerator, "denominator": share.denominator}
    style = draws.pick("style", (("counts", 8.0), ("all", 1.0), ("result", 1.0)))
    if style == "counts" or share.percent <= 1:
        return counts
    if style == "all":
        return counts | {"value": share.percent}
    return {"value": str(share.percent).replace(".", ",") if draws.hits("comma", 0.5) else share.percent}


def _single_value(plan: Plan, indicator: Indicator, period: Period) -> CellValue:
    draws, month = _draws(plan, indicator.code), month_number(period)
    aim = target_of(indicator, period)
    if indicator.value_kind is ValueKind.COUNT:
        return count_of(draws, aim or 3.0, month)
    if indicator.value_kind is ValueKind.INDEX:
        return round((aim or 0.6) * (0.96 + 0.004 * month + 0.02 * draws.share("start")), 3)
    if indicator.value_kind is ValueKind.GROWTH:
        value = round((aim or 2.0) * (0.8 + 0.02 * month + 0.1 * draws.share("start")), 2)
        return f"{value}%".replace(".", ",")  # with its sign: a bare figure up to 1 would be ambiguous
    if indicator.value_kind is ValueKind.MONEY:
        return round((aim or 500.0) * (0.3 + 0.05 * month))
    return _choice(draws, month, ("Không", "Đang thực hiện", "Có"), ("Chưa đạt", "Đang thực hiện", "Đạt"), indicator)


def count_of(draws: Draws, aim: float, month: int) -> int:
    """Return a count that never falls: things done since the start of the year."""
    return int(aim * (month + 1) / 12 * (0.7 + draws.share("start")) + draws.share("begun"))


def _choice(
    draws: Draws, month: int, yes_no: tuple[str, str, str], text: tuple[str, str, str], indicator: Indicator
) -> str:
    answers = yes_no if indicator.value_kind is ValueKind.YES_NO else text
    begun, done = draws.whole("begun", -2, 2), draws.whole("lasts", 2, 9)
    return answers[0 if month < begun else 1 if month < begun + done else 2]


def task_cells(plan: Plan, task: Task, period: Period) -> Mapping[str, CellValue]:
    """Return the honest report on a task as the cells of its row."""
    draws = _draws(plan, task.code)
    if task.deadline.kind is DeadlineKind.CONDITIONAL:
        return {"state": "Không áp dụng" if draws.hits("conditional", 0.5) else "Chưa bắt đầu"}
    if task.deadline.kind is DeadlineKind.REPORTED_DONE:
        return {"state": "Hoàn thành", "percent": 100}
    if task.deadline.kind in OPEN_ENDED:
        return {"state": "Đang thực hiện", "note": "Thực hiện thường xuyên"}
    percent = _percent_done(draws, task, period)
    if percent >= HUNDRED:
        return {"state": "Hoàn thành", "percent": 100, "note": "Đã có văn bản, sản phẩm kèm theo"}
    return {"state": "Đang thực hiện", "percent": percent} if percent >= 5 else {"state": "Chưa bắt đầu"}


def _percent_done(draws: Draws, task: Task, period: Period) -> int:
    due_on = task.deadline.due_on or period.ends_on
    months = max((due_on.year - FIRST_YEAR) * 12 + due_on.month, 3)
    pace = PACES[draws.pick("course", (("ahead", 2.0), ("steady", 5.0), ("slow", 2.0), ("stalled", 1.0)))]
    done = HUNDRED * (month_number(period) + 1) / months * min(pace, 1.4)
    return int(min(done, HUNDRED) // 5 * 5)


def _draws(plan: Plan, *names: str) -> Draws:
    return Draws(SEED, plan.plan_key, *names)
