"""Which reminders are due: issued forms against what was handed in, the ladder, and what was sent already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingestion.chasing.ladder import Role, Step, read_ladder
from ingestion.chasing.outstanding import OutstandingCell, asked_cells, blank_cells, blanks_of
from ingestion.forms.contents import form_contents
from ingestion.forms.layout import FORM_CODE
from ingestion.ledger_view import FormKey
from plans.periods import period_of, working_days_between
from plans.reporters import reporting_units
from warehouse.clock import VIETNAM
from warehouse.extracts.registry import LOCKING
from warehouse.ledger import from_instant
from warehouse.ledger_tables import EXTRACTS, FORM_ISSUES, REMINDERS, SUBMISSIONS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from plans.records import Plan
    from warehouse.settings import Settings


@dataclass(frozen=True)
class Reminder:
    """One step of the ladder for one form.

    `working_days_left` is 0 on the due day and negative after it (so many working days late);
    `is_partial` tells that a valid file is in and only left these cells blank.
    """

    form_id: str
    plan_key: str
    commune_name: str
    unit_code: str
    unit_name: str
    office_code: str
    office_name: str
    period: str
    step: str
    text: str
    audience: tuple[Role, ...]
    due_on: dt.date
    today: dt.date
    working_days_left: int
    is_partial: bool
    cells: tuple[OutstandingCell, ...]


@dataclass(frozen=True)
class _Chased:
    """An issued form whose step has come, before anybody looked at its cells."""

    form_id: str
    plan: Plan
    unit_code: str
    period: str
    due_on: dt.date
    step: Step
    submission_id: str | None


def reminders_due(
    settings: Settings, ledger: sa.Engine, plans: Mapping[str, Plan], today: dt.date, plan_key: str | None = None
) -> list[Reminder]:
    """List the reminders to be sent on a day (Vietnam), by due day, plan, period and unit.

    Silent are: a form whose valid file leaves no cell blank, a step that was sent, a period
    that an approved extract has locked (a late file would be refused), a plan or unit that is
    no longer asked.

    Args:
        settings: Settings.
        ledger: Ledger.
        plans: Every plan by key.
        today: The day, in Vietnam.
        plan_key: Only this plan.

    Raises:
        ReconciliationFailed: the raw layer misses a submission of the ledger.
    """
    chased = _chased(ledger, plans, today, plan_key)
    blanks = blanks_of(settings, {one.submission_id for one in chased if one.submission_id})
    reminders = [_reminder(one, blanks.get(one.submission_id) if one.submission_id else None, today) for one in chased]
    return [reminder for reminder in reminders if reminder.cells]


def _chased(ledger: sa.Engine, plans: Mapping[str, Plan], today: dt.date, plan_key: str | None) -> list[_Chased]:
    ladder = read_ladder()
    with ledger.connect() as connection:
        issues = _newest_issues(connection, plan_key)
        standing = _standing(connection)
        locked = _locked(connection)
        sent = {(row.form_id, row.step) for row in connection.execute(sa.select(REMINDERS))}
    asked = {key: frozenset(reporting_units(plan)) for key, plan in plans.items()}
    chased = []
    for key, issue in issues.items():
        due_on = from_instant(issue.due_at).astimezone(VIETNAM).date()
        step = ladder.step_reached(due_on, today)
        is_asked = issue.unit_code in asked.get(issue.plan_key, ())
        if step is None or not is_asked or (issue.form_id, step.code) in sent:
            continue
        if (issue.plan_key, issue.period) in locked:
            continue
        plan = plans[issue.plan_key]
        chased.append(
            _Chased(issue.form_id, plan, issue.unit_code, issue.period, due_on, step, standing.get(key)),
        )
    return sorted(chased, key=lambda one: (one.due_on, one.plan.plan_key, one.period, one.unit_code))


def _newest_issues(connection: sa.Connection, plan_key: str | None) -> dict[FormKey, sa.Row[Any]]:
    """Return the form in use of every plan, unit and period: the one of the newest template."""
    query = sa.select(FORM_ISSUES).where(FORM_ISSUES.c.form_code == FORM_CODE)
    if plan_key:
        query = query.where(FORM_ISSUES.c.plan_key == plan_key)
    rows = connection.execute(query.order_by(FORM_ISSUES.c.issued_at, FORM_ISSUES.c.form_id)).all()
    return {(row.plan_key, row.unit_code, row.period): row for row in rows}


def _standing(connection: sa.Connection) -> dict[FormKey, str]:
    """Return the submission in force of every plan, unit and period: the last revision."""
    query = sa.select(SUBMISSIONS).where(SUBMISSIONS.c.form_code == FORM_CODE).order_by(SUBMISSIONS.c.revision)
    return {(row.plan_key, row.unit_code, row.period): row.submission_id for row in connection.execute(query)}


def _locked(connection: sa.Connection) -> set[tuple[str, str]]:
    query = sa.select(EXTRACTS.c.plan_key, EXTRACTS.c.period).where(EXTRACTS.c.state.in_(LOCKING))
    return {(row.plan_key, row.period) for row in connection.execute(query)}


def _reminder(chased: _Chased, blanks: Mapping[str, str] | None, today: dt.date) -> Reminder:
    plan, step = chased.plan, chased.step
    contents = form_contents(plan, chased.unit_code, period_of(chased.period), {})
    is_partial = blanks is not None
    return Reminder(
        form_id=chased.form_id,
        plan_key=plan.plan_key,
        commune_name=plan.commune_name,
        unit_code=chased.unit_code,
        unit_name=contents.unit.name,
        office_code=plan.focal_unit,
        office_name=plan.unit(plan.focal_unit).name,
        period=chased.period,
        step=step.code,
        text=step.text,
        audience=step.audience_when_partial if is_partial else step.audience,
        due_on=chased.due_on,
        today=today,
        working_days_left=working_days_between(today, chased.due_on) - working_days_between(chased.due_on, today),
        is_partial=is_partial,
        cells=asked_cells(contents) if blanks is None else blank_cells(contents, blanks),
    )
