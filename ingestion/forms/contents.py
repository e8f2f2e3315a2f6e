"""What one unit's form of one period asks: its own indicators and tasks, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ingestion.forms.layout import FormIdentity
from plans.periods import default_regime, unit_form_due_on
from plans.records import Frequency, ValueKind
from plans.reporters import reported_tasks, reporter_of, reporting_units
from warehouse.clock import VIETNAM, end_of_day
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plans.periods import Period
    from plans.records import Indicator, Plan, Target, Task, Unit

QUARTERS = ("I", "II", "III", "IV")
PRINTED_TARGET_LENGTH = 60
"""A longer target is a whole sentence that the label already shows; its figure is shown instead."""
SIGNS = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "=": "", "between": ""}


@dataclass(frozen=True)
class IndicatorRow:
    """One line of the indicator sheet."""

    key: str
    number: int
    section: str
    label: str
    unit: str
    target: str
    previous: str
    kind: ValueKind


@dataclass(frozen=True)
class TaskRow:
    """One line of the task sheet."""

    key: str
    number: int
    section: str
    label: str
    deadline: str
    product: str
    previous: str = ""


@dataclass(frozen=True)
class FormContents:
    """Everything that a form shows before anybody fills it in.

    `due_at` is the last UTC instant allowed, `due_on` its day in Vietnam, and `due_rule` the
    plan's rule or the regime that says so; the count runs from `counts_from` to `counts_to`.
    """

    identity: FormIdentity
    plan: Plan
    unit: Unit
    period: Period
    due_at: dt.datetime
    due_rule: str
    due_on: dt.date
    counts_from: dt.date
    counts_to: dt.date
    indicators: tuple[IndicatorRow, ...]
    tasks: tuple[TaskRow, ...]

    @property
    def cells_expected(self) -> int:
        """How many answers the form asks for: one an indicator, one a task."""
        return len(self.indicators) + len(self.tasks)

    @property
    def is_estimate(self) -> bool:
        """Whether the form is due before the period's count is closed (domain 4.1)."""
        return self.due_on < self.counts_to


def form_contents(plan: Plan, unit_code: str, period: Period, previous: Mapping[str, str]) -> FormContents:
    """Gather what a unit is asked for a period.

    Args:
        plan: The plan.
        unit_code: A unit that has cells of its own (`plans.reporters.reporting_units`).
        period: The reporting period.
        previous: Last period's accepted answer by indicator or task code, as it is to be shown.

    Raises:
        UsageError: the unit is unknown or has nothing to report.
    """
    senders = reporting_units(plan)
    if unit_code not in senders:
        raise UsageError(
            f"Đơn vị '{unit_code}' không có biểu báo cáo trong kế hoạch {plan.plan_key}. "
            f"Các đơn vị có biểu: {', '.join(senders)}.",
            unit_code=unit_code,
        )
    due_on, due_rule = unit_form_due_on(plan, unit_code, period)
    counts_from, counts_to = default_regime().window(period)
    own_indicators = [item for item in plan.indicators if reporter_of(plan, item) == unit_code]
    own_tasks = [item for item in reported_tasks(plan) if reporter_of(plan, item) == unit_code]
    return FormContents(
        identity=FormIdentity(plan.plan_key, unit_code, period.code),
        plan=plan,
        unit=plan.unit(unit_code),
        period=period,
        due_at=end_of_day(due_on),
        due_rule=due_rule,
        due_on=due_on,
        counts_from=counts_from,
        counts_to=counts_to,
        indicators=tuple(
            _indicator_row(number, item, period, previous) for number, item in enumerate(own_indicators, start=1)
        ),
        tasks=tuple(_task_row(number, item, previous) for number, item in enumerate(own_tasks, start=1)),
    )


def _indicator_row(number: int, indicator: Indicator, period: Period, previous: Mapping[str, str]) -> IndicatorRow:
    return IndicatorRow(
        key=indicator.code,
        number=number,
        section=indicator.section,
        label=row_label(indicator),
        unit=indicator.unit_of_measure or "",
        target=target_shown(indicator, nearest_target(indicator, period.starts_on)),
        previous=previous.get(indicator.code, ""),
        kind=indicator.value_kind,
    )


def _task_row(number: int, task: Task, previous: Mapping[str, str]) -> TaskRow:
    return TaskRow(
        key=task.code,
        number=number,
        section=task.group,
        label=task.name,
        deadline=task.deadline.text or "",
        product=task.product or "",
        previous=previous.get(task.code, ""),
    )


def row_label(indicator: Indicator) -> str:
    """Return what a row is called: the clause that is measured, else the printed name."""
    return indicator.measure or indicator.name


def nearest_target(indicator: Indicator, on: dt.date) -> Target | None:
    """Return the next target still open on a day, else the last one; none if the plan has none."""
    open_ones = [target for target in indicator.targets if _target_ends(target) >= on]
    if open_ones:
        return min(open_ones, key=_target_ends)
    return max(indicator.targets, key=_target_ends, default=None)


def _target_ends(target: Target) -> dt.date:
    # A target without a day is open for as long as the plan is in force.
    return target.due_on or (dt.date(target.year, 12, 31) if target.year else dt.date.max)


def target_shown(indicator: Indicator, target: Target | None) -> str:
    """Return a target as the form shows it: as printed when short, else its figure, with its year."""
    if target is None:
        return ""
    if len(target.text) <= PRINTED_TARGET_LENGTH and target.text != row_label(indicator):
        shown = target.text
    elif target.value is not None and target.comparator is not None:
        upper = f"–{decimal_shown(target.value_upper)}" if target.value_upper is not None else ""
        unit = target.unit or indicator.unit_of_measure or ""
        space = "" if unit in {"", "%"} else " "
        shown = f"{SIGNS[target.comparator]}{decimal_shown(target.value)}{upper}{space}{unit}"
    else:
        shown = "Như nội dung chỉ tiêu"
    return f"{shown} (năm {target.year})" if target.year and str(target.year) not in shown else shown


def decimal_shown(value: Decimal) -> str:
    """Write a figure the Vietnamese way: decimal comma, no trailing zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def date_shown(day: dt.date) -> str:
    """Write a day the Vietnamese way: 14/06/2026."""
    return day.strftime("%d/%m/%Y")


def moment_shown(moment: dt.datetime) -> str:
    """Write an instant as people in Vietnam read it: 23:59 ngày 19/06/2026."""
    local = moment.astimezone(VIETNAM)
    return f"{local:%H:%M} ngày {date_shown(local.date())}"


def period_shown(period: Period) -> str:
    """Name a period as report titles do: 'Tháng 6 năm 2026', 'Quý II năm 2026', '6 tháng đầu năm 2026'."""
    if period.frequency is Frequency.MONTHLY:
        return f"Tháng {period.first_month} năm {period.year}"
    if period.frequency is Frequency.QUARTERLY:
        return f"Quý {QUARTERS[period.last_month // 3 - 1]} năm {period.year}"
    if period.frequency is Frequency.HALF_YEARLY:
        return f"6 tháng {'đầu' if period.first_month == 1 else 'cuối'} năm {period.year}"
    if period.frequency is Frequency.NINE_MONTHS:
        return f"9 tháng đầu năm {period.year}"
    return f"Năm {period.year}"


def form_subtitle(contents: FormContents) -> str:
    """Return the line below a form's title: period, days that count, last day for sending."""
    window = f"số liệu từ {date_shown(contents.counts_from)} đến hết {date_shown(contents.counts_to)}"
    return f"Kỳ báo cáo: {period_shown(contents.period)} ({window}); hạn gửi: hết ngày {date_shown(contents.due_on)}"
