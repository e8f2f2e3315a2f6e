"""Reporting periods: their codes, calendar spans, cut-off windows and due days.

Codes (design 4.4): `2026-06` month, `2026-Q2`, `2026-H1`, `2026-H2`, `2026-M9`, `2026`.
Cut-offs: NĐ 09/2019/NĐ-CP (month m runs from day 15 of m-1 to day 14 of m). Dates are days
in Vietnam; instants are made from them by `warehouse.clock.end_of_day`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import holidays
import yaml

from plans.reading import PLANS_FOLDER
from plans.records import Frequency
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.records import DueDay, Plan, ReportingRule

PERIOD_CODE = re.compile(r"(?P<year>20[0-9]{2})(?:-(?P<part>0[1-9]|1[0-2]|Q[1-4]|H[12]|M9))?")
SATURDAY = 5
SPANS = {"H1": (1, 6), "H2": (7, 12), "M9": (1, 9), "Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12)}


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period; `first_month`..`last_month` are inclusive months of `year`."""

    year: int
    first_month: int
    last_month: int
    code: str
    frequency: Frequency

    @property
    def starts_on(self) -> dt.date:
        """First calendar day."""
        return dt.date(self.year, self.first_month, 1)

    @property
    def ends_on(self) -> dt.date:
        """Last calendar day."""
        return dt.date(self.year, self.last_month, calendar.monthrange(self.year, self.last_month)[1])


def period_of(code: str) -> Period:
    """Read a period code; raises UsageError that shows the accepted shapes."""
    match = PERIOD_CODE.fullmatch(code)
    if not match:
        raise UsageError(
            f"Không hiểu kỳ báo cáo '{code}'. Hãy viết 2026-06 (tháng), 2026-Q2, 2026-H1, 2026-H2, 2026-M9 hoặc 2026.",
            period=code,
        )
    year, part = int(match["year"]), match["part"]
    if part is None:
        return Period(year, 1, 12, code, Frequency.YEARLY)
    if part.isdigit():
        return Period(year, int(part), int(part), code, Frequency.MONTHLY)
    frequency = {"H": Frequency.HALF_YEARLY, "M": Frequency.NINE_MONTHS, "Q": Frequency.QUARTERLY}[part[0]]
    return Period(year, *SPANS[part], code, frequency)


def months_between(first: str, last: str) -> list[Period]:
    """List the months from `first` to `last`, both included."""
    start, end = period_of(first), period_of(last)
    count = (end.year - start.year) * 12 + end.last_month - start.first_month + 1
    numbers = (start.year * 12 + start.first_month - 1 + step for step in range(count))
    return [period_of(f"{number // 12}-{number % 12 + 1:02d}") for number in numbers]


@dataclass(frozen=True)
class Regime:
    """A reporting regime of `plans/reference/regimes.yml`."""

    code: str
    name_vi: str
    cut_off_day: int
    working_days_after_cut_off: int
    source: str

    def window(self, period: Period) -> tuple[dt.date, dt.date]:
        """Return the first and the last day whose events the period counts."""
        before_first = period.starts_on - dt.timedelta(days=1)
        return (
            before_first.replace(day=self.cut_off_day + 1),
            dt.date(period.year, period.last_month, self.cut_off_day),
        )

    def due_on(self, period: Period) -> dt.date:
        """Return the last day allowed where the plan names none."""
        return add_working_days(self.window(period)[1], self.working_days_after_cut_off)


@lru_cache(maxsize=1)
def default_regime() -> Regime:
    """Return the regime that holds where a plan says nothing."""
    for entry in _reference("regimes.yml")["regimes"]:
        if entry["is_default"]:
            return Regime(**{name: entry[name] for name in Regime.__dataclass_fields__})
    raise UsageError("plans/reference/regimes.yml không có chế độ báo cáo mặc định (is_default: true).")


def is_working_day(day: dt.date) -> bool:
    """Tell whether offices work: weekends, public holidays and Tết, then decided days."""
    decided = {entry["day"]: entry["is_worked"] for entry in _reference("working_days.yml")["decided_days"]}
    if day in decided:
        return bool(decided[day])
    return day.weekday() < SATURDAY and day not in _public_holidays(day.year)


@lru_cache(maxsize=16)
def _public_holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("VN", years=year))


def add_working_days(day: dt.date, count: int) -> dt.date:
    """Return the `count`-th working day after `day` (before it when negative)."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: dt.date, end: dt.date) -> int:
    """Count working days after `start` up to and including `end`; 0 if `end` is not later."""
    days = (end - start).days
    return sum(is_working_day(start + dt.timedelta(days=step)) for step in range(1, days + 1))


def rule_due_on(due: DueDay, period: Period) -> dt.date | None:
    """Return the last day allowed by a plan's own rule ('trước ngày 20' → the 19th).

    None where the rule cannot mean this period: 'trước ngày 05/6' is a day of the first half
    of a year, so it says nothing of the second.
    """
    day = dt.date(period.year, due.month or period.last_month, due.day)
    last = day - dt.timedelta(days=1) if due.is_before else day
    return last if last >= period.starts_on else None


def unit_form_due_on(plan: Plan, unit_code: str, period: Period) -> tuple[dt.date, str]:
    """Return when a unit's form of a period is due, and the rule or regime that says so.

    The plan's own rule for that unit and frequency wins, then its rule for a collective of
    units, then the default regime (design 4.4).
    """
    collectives = {unit.code for unit in plan.units if unit.kind == "collective"}
    candidates = [rule for rule in plan.reporting_rules if rule.frequency == period.frequency and rule.due]
    for wanted in ({unit_code}, collectives):
        for rule in candidates:
            due_on = rule_due_on(rule.due, period) if rule.due else None
            if due_on and wanted & set(rule.reporter_units) and not _is_focal_rule(plan, rule, unit_code):
                return due_on, f"{plan.plan_key}:{rule.code}"
    regime = default_regime()
    return regime.due_on(period), regime.code


def _is_focal_rule(plan: Plan, rule: ReportingRule, unit_code: str) -> bool:
    # The focal unit's own report (day 22) gathers the units' forms; its form is due with theirs (day 20).
    return unit_code == plan.focal_unit and set(rule.reporter_units) == {plan.focal_unit}


@dataclass(frozen=True, order=True)
class ReportDue:
    """A report that leaves the commune: which period, until when, by which rule."""

    due_on: dt.date
    period: str
    rule: str


def next_report(plan: Plan, as_of: dt.date) -> ReportDue:
    """Return the plan's next reporting date on or after `as_of`.

    Reports of the focal unit (or of all units, where the plan names only those) count; a
    plan that names no day follows the default regime's monthly report.
    """
    return min(due for due in _reports_due(plan, as_of) if due.due_on >= as_of)


def _reports_due(plan: Plan, as_of: dt.date) -> Iterator[ReportDue]:
    dated = [rule for rule in plan.reporting_rules if rule.due]
    focal = [rule for rule in dated if plan.focal_unit in rule.reporter_units] or dated
    for rule in focal:
        for period in periods_of(rule.frequency, as_of):
            due_on = rule_due_on(rule.due, period) if rule.due else None
            if due_on:
                yield ReportDue(due_on, period.code, f"{plan.plan_key}:{rule.code}")
    if not focal:
        regime = default_regime()
        for period in periods_of(Frequency.MONTHLY, as_of):
            yield ReportDue(regime.due_on(period), period.code, regime.code)


def periods_of(frequency: Frequency, around: dt.date) -> list[Period]:
    """List the periods of a frequency in the year of `around` and the next one."""
    parts = {
        Frequency.MONTHLY: [f"-{month:02d}" for month in range(1, 13)],
        Frequency.QUARTERLY: ["-Q1", "-Q2", "-Q3", "-Q4"],
        Frequency.HALF_YEARLY: ["-H1", "-H2"],
        Frequency.NINE_MONTHS: ["-M9"],
        Frequency.YEARLY: [""],
    }.get(frequency, [])
    return [period_of(f"{year}{part}") for year in (around.year, around.year + 1) for part in parts]


@lru_cache(maxsize=4)
def _reference(name: str) -> dict[str, Any]:
    content = yaml.safe_load((PLANS_FOLDER / "reference" / name).read_text(encoding="utf-8"))
    return dict(content)
