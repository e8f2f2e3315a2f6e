"""Read what the pages of a plan show from the published snapshot: plans, progress, tasks."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.errors import UsageError
from web.marts import (
    EXTRACT_ROWS,
    FLAGS,
    INDICATOR_PROGRESS,
    INDICATORS,
    OBLIGATIONS,
    PLANS,
    TASK_PROGRESS,
    TASKS,
    UNITS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from web.snapshot import Reader, Row

STATUSES = ("achieved", "on_track", "at_risk", "off_track", "deteriorating", "no_data", "not_measurable")
ANSWERED_WITHOUT_FIGURE = ("nil_return", "not_applicable")
FIGURE_COLUMNS = ("value", "value_text", "numerator", "denominator", "number_nature", "trend")
TASK_STATUSES = ("done", "on_track", "at_risk", "overdue", "recurring", "conditional", "no_data")


@dataclass(frozen=True)
class PlanStanding:
    """A plan with its counts as of the latest month; `with_data` tells how much the statuses rest on."""

    plan: Row
    statuses: Counter[str]
    with_data: int
    forms_issued: int
    forms: Counter[str]
    flags_open: int
    flags_blocking: int

    @property
    def indicators(self) -> int:
        """How many indicators the plan has."""
        return self.statuses.total()


@dataclass(frozen=True)
class Board:
    """The indicators of a plan as of one month, in the plan's order; `periods` are the months to choose from."""

    plan: Row
    as_of_period: str | None
    periods: tuple[str, ...]
    indicators: list[Row]

    @property
    def with_data(self) -> int:
        """How many indicators have a figure or an answer without one ('không phát sinh', 'không áp dụng')."""
        return sum(row["value_period"] is not None for row in self.indicators)

    def counts(self) -> Counter[str]:
        """Count the indicators by status."""
        return Counter(row["status"] for row in self.indicators)


@dataclass(frozen=True)
class TaskBoard:
    """The followed tasks of a plan as of the latest month; `untracked` tasks are in the plan but in no form."""

    plan: Row
    as_of_period: str | None
    tasks: list[Row]
    untracked: int

    @property
    def with_report(self) -> int:
        """How many tasks a unit has reported on."""
        return sum(row["report_period"] is not None for row in self.tasks)

    def counts(self) -> Counter[str]:
        """Count the tasks by status."""
        return Counter(row["status"] for row in self.tasks)


def find_plan(reader: Reader, plan_key: str) -> Row:
    """Return a plan of the snapshot; raises UsageError when it has none of this key."""
    found = reader.rows(sa.select(PLANS).where(PLANS.c.plan_key == plan_key).order_by(PLANS.c.valid_from))
    if not found:
        raise UsageError("Bản công bố không có kế hoạch này. Hãy chọn trong danh sách kế hoạch.", plan_key=plan_key)
    return found[-1]


def find_unit(reader: Reader, plan_key: str, unit_code: str) -> Row:
    """Return a unit of a plan; raises UsageError when the plan names none of this code."""
    query = sa.select(UNITS).where(UNITS.c.plan_key == plan_key, UNITS.c.unit_code == unit_code)
    found = reader.rows(query)
    if not found:
        raise UsageError("Kế hoạch này không có đơn vị như vậy. Hãy chọn đơn vị trong trang kế hoạch.", unit=unit_code)
    return found[0]


def reporting_units(reader: Reader, plan_key: str) -> list[Row]:
    """List the units of a plan that fill in forms, by name."""
    return reader.rows(
        sa.select(UNITS)
        .where(UNITS.c.plan_key == plan_key, UNITS.c.is_reporting)
        .order_by(UNITS.c.unit_name, UNITS.c.unit_code)
    )


def read_plans(reader: Reader) -> list[PlanStanding]:
    """List the plans of the snapshot by commune, each with its counts."""
    statuses, with_data = _indicator_counts(reader)
    forms, issued = _form_counts(reader)
    flags = _open_flag_counts(reader)
    plans = reader.rows(sa.select(PLANS).order_by(PLANS.c.commune_name, PLANS.c.plan_key))
    return [
        PlanStanding(
            plan=plan,
            statuses=statuses[key],
            with_data=with_data[key],
            forms_issued=issued[key],
            forms=forms[key],
            flags_open=flags[key].total(),
            flags_blocking=flags[key]["block"],
        )
        for plan in plans
        for key in [plan["plan_key"]]
    ]


def _indicator_counts(reader: Reader) -> tuple[dict[str, Counter[str]], Counter[str]]:
    progress = INDICATOR_PROGRESS.c
    latest = (
        sa.select(progress.plan_key, sa.func.max(progress.as_of_period).label("as_of_period"))
        .group_by(progress.plan_key)
        .subquery()
    )
    rows = reader.rows(
        sa.select(
            progress.plan_key,
            progress.status,
            sa.func.count().label("indicators"),
            sa.func.count(sa.case((_is_answered(), 1))).label("with_data"),
        )
        .join_from(
            INDICATOR_PROGRESS,
            latest,
            (progress.plan_key == latest.c.plan_key) & (progress.as_of_period == latest.c.as_of_period),
        )
        .outerjoin(EXTRACT_ROWS, _same_month())
        .group_by(progress.plan_key, progress.status)
    )
    with_data: Counter[str] = Counter()
    for row in rows:
        with_data[row["plan_key"]] += row["with_data"]
    return _by_plan(rows, "status", "indicators"), with_data


def _form_counts(reader: Reader) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Count forms not received by status, and all forms issued."""
    form = OBLIGATIONS.c
    rows = reader.rows(
        sa.select(
            form.plan_key,
            form.status,
            sa.func.count().label("issued"),
            (sa.func.count() - sa.func.count(form.received_at)).label("awaited"),
        ).group_by(form.plan_key, form.status)
    )
    issued: Counter[str] = Counter()
    for row in rows:
        issued[row["plan_key"]] += row["issued"]
    return _by_plan(rows, "status", "awaited"), issued


def _open_flag_counts(reader: Reader) -> dict[str, Counter[str]]:
    flag = FLAGS.c
    rows = reader.rows(
        sa.select(flag.plan_key, flag.severity, sa.func.count().label("flags"))
        .where(flag.state == "open")
        .group_by(flag.plan_key, flag.severity)
    )
    return _by_plan(rows, "severity", "flags")


def _by_plan(rows: Iterable[Row], name: str, count: str) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[row["plan_key"]][row[name]] += row[count]
    return counted


def read_board(reader: Reader, plan_key: str, period: str | None = None) -> Board:
    """Read the board of a plan as of a month, the latest by default; raises UsageError for an unknown one."""
    plan = find_plan(reader, plan_key)
    progress, names, answered = INDICATOR_PROGRESS.c, INDICATORS.c, EXTRACT_ROWS.c
    months = sa.select(progress.as_of_period).where(progress.plan_key == plan_key).distinct()
    periods = tuple(row["as_of_period"] for row in reader.rows(months.order_by(progress.as_of_period.desc())))
    if period is not None and period not in periods:
        raise UsageError("Bản công bố không có tháng này.", period=period)
    as_of = period or (periods[0] if periods else None)
    found = (
        sa.select(
            INDICATOR_PROGRESS,
            names.stt, names.section, names.name_vi, names.measure_vi, names.unit_of_measure, names.direction,
            names.canonical_code, names.reporter_unit,
            UNITS.c.unit_name.label("reporter_name"),
            answered.value_status,
            sa.func.coalesce(answered.is_withheld, sa.false()).label("is_withheld"),
            answered.withheld_reason,
        )
        .join_from(
            INDICATOR_PROGRESS,
            INDICATORS,
            (progress.plan_key == names.plan_key) & (progress.indicator_code == names.indicator_code),
        )
        .outerjoin(UNITS, (UNITS.c.plan_key == names.plan_key) & (UNITS.c.unit_code == names.reporter_unit))
        .outerjoin(EXTRACT_ROWS, _same_month())
        .where(progress.plan_key == plan_key, progress.as_of_period == as_of)
        .order_by(names.sort_no)
    )  # fmt: skip
    return Board(plan, as_of, periods, [_with_value_status(row) for row in reader.rows(found)])


def _same_month() -> sa.ColumnElement[bool]:
    progress, answered = INDICATOR_PROGRESS.c, EXTRACT_ROWS.c
    return (
        (answered.plan_key == progress.plan_key)
        & (answered.indicator_code == progress.indicator_code)
        & (answered.period == progress.as_of_period)
    )


def _is_answered() -> sa.ColumnElement[bool]:
    without_figure = EXTRACT_ROWS.c.value_status.in_(ANSWERED_WITHOUT_FIGURE)
    return INDICATOR_PROGRESS.c.value_period.is_not(None) | without_figure


def _with_value_status(row: Row) -> Row:
    """Say what the figure is; an older one does not stand in for this month's 'không phát sinh' (as in the extract).

    Months before the plan's reporting year have no extract row: a figure is there or it is missing.
    """
    status = row["value_status"] or ("missing" if row["value_period"] is None else "reported")
    if status in ANSWERED_WITHOUT_FIGURE:
        row = row | dict.fromkeys(FIGURE_COLUMNS) | {"value_period": row["as_of_period"]}
    return row | {"value_status": status}


def read_tasks(reader: Reader, plan_key: str) -> TaskBoard:
    """Read the tasks of a plan as of the latest month, in the plan's order."""
    plan = find_plan(reader, plan_key)
    progress, task = TASK_PROGRESS.c, TASKS.c
    as_of = reader.connection.scalar(sa.select(sa.func.max(progress.as_of_period)).where(progress.plan_key == plan_key))
    found = (
        sa.select(
            TASK_PROGRESS, task.stt, task.task_group, task.name_vi, task.lead_text, task.product, task.deadline_text
        )
        .join_from(TASK_PROGRESS, TASKS, (progress.plan_key == task.plan_key) & (progress.task_code == task.task_code))
        .where(progress.plan_key == plan_key, progress.as_of_period == as_of)
        .order_by(task.sort_no)
    )
    tasks = reader.rows(found)
    total = reader.connection.scalar(sa.select(sa.func.count()).select_from(TASKS).where(task.plan_key == plan_key))
    return TaskBoard(plan, as_of, tasks, (total or 0) - len(tasks))
