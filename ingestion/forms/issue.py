"""Issue forms: write a unit's workbook of a period once and note it in the ledger."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.forms.contents import FormContents, form_contents
from ingestion.forms.layout import FORM_CODE
from ingestion.forms.previous import previous_values
from ingestion.forms.write import write_form
from plans.periods import period_of
from plans.reporters import reporting_units
from warehouse.ledger import audit, from_instant, instant, transaction
from warehouse.ledger_tables import FORM_ISSUES
from warehouse.storage import at_once, sha256_of, write_durably

if TYPE_CHECKING:
    from plans.records import Plan
    from warehouse.settings import Settings


@dataclass(frozen=True)
class IssuedForm:
    """A form that a unit may fill in; `is_new` is false where it had been issued before."""

    form_id: str
    plan_key: str
    unit_code: str
    period: str
    path: Path
    sha256: str
    cells_expected: int
    due_at: dt.datetime
    is_new: bool


def form_path(settings: Settings, plan_key: str, period: str, unit_code: str) -> Path:
    """Return where an issued form lies."""
    return settings.forms / plan_key / period / f"{unit_code}.xlsx"


def issue_forms(
    settings: Settings,
    engine: sa.Engine,
    plan: Plan,
    period: str,
    now: dt.datetime,
    unit_code: str | None = None,
    out: Path | None = None,
) -> list[IssuedForm]:
    """Issue the forms of a plan's units (or of one) for a period.

    Args:
        settings: Settings.
        engine: Ledger.
        plan: The plan.
        period: Code of the reporting period.
        now: Instant of issue, UTC.
        unit_code: Only this unit.
        out: Folder that gets a copy of each form, named `<plan_key>_<period>_<unit_code>.xlsx`.

    Returns:
        The forms in the plan's order of units; `path` is the copy where `out` is given.

    Raises:
        UsageError: the period cannot be read; `unit_code` is unknown or has nothing to report.
    """
    units = [unit_code] if unit_code else reporting_units(plan)
    issued = [issue_form(settings, engine, plan, unit, period, now) for unit in units]
    return issued if out is None else [_copied(form, out) for form in issued]


def issue_form(
    settings: Settings, engine: sa.Engine, plan: Plan, unit_code: str, period: str, now: dt.datetime
) -> IssuedForm:
    """Issue one form; a form that is there already stays as it is.

    The workbook is written before the ledger row: a crash between them leaves a file that
    the next call writes again, never a promise without a form.

    Raises:
        UsageError: the period cannot be read; the unit is unknown or has nothing to report.
    """
    previous = previous_values(settings, engine, plan.plan_key, unit_code, period)
    contents = form_contents(plan, unit_code, period_of(period), previous)
    path = form_path(settings, plan.plan_key, period, unit_code)
    if not path.exists() or not _is_issued(engine, contents.identity.form_id):
        write_durably(path, at_once(lambda handle: write_form(contents, handle, is_sample=settings.is_sample)))
    is_new, due_at = _note_issue(engine, contents, sha256_of(path), now)
    return IssuedForm(
        form_id=contents.identity.form_id,
        plan_key=plan.plan_key,
        unit_code=unit_code,
        period=period,
        path=path,
        sha256=sha256_of(path),
        cells_expected=contents.cells_expected,
        due_at=due_at,
        is_new=is_new,
    )


def _is_issued(engine: sa.Engine, form_id: str) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(sa.select(FORM_ISSUES.c.form_id).where(FORM_ISSUES.c.form_id == form_id)))


def _note_issue(engine: sa.Engine, contents: FormContents, sha256: str, now: dt.datetime) -> tuple[bool, dt.datetime]:
    """Insert the ledger row unless it is there; returns whether it is new and the due instant that holds."""
    identity = contents.identity
    with transaction(engine) as connection:
        known = connection.scalar(sa.select(FORM_ISSUES.c.due_at).where(FORM_ISSUES.c.form_id == identity.form_id))
        if known is not None:
            return False, from_instant(known)
        connection.execute(
            sa.insert(FORM_ISSUES).values(
                form_id=identity.form_id,
                plan_key=identity.plan_key,
                unit_code=identity.unit_code,
                form_code=FORM_CODE,
                period=identity.period,
                template_version=identity.template_version,
                cells_expected=contents.cells_expected,
                due_at=instant(contents.due_at),
                issued_at=instant(now),
            )
        )
        audit(
            connection,
            at=now,
            actor="thuocdo",
            action="form_issued",
            subject=identity.form_id,
            form=identity.line,
            sha256=sha256,
            due_rule=contents.due_rule,
        )
    return True, contents.due_at


def _copied(form: IssuedForm, out: Path) -> IssuedForm:
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{form.plan_key}_{form.period}_{form.unit_code}.xlsx"
    shutil.copyfile(form.path, target)
    return IssuedForm(**{**vars(form), "path": target})
