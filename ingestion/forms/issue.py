"""Issue forms: write a unit's form of a period and note it once in the ledger.

Issuing again changes nothing while nothing new is known. Once the portal's records or last
period's answers have moved on, the form is written anew under the same id: what a unit downloads shows
what is known today, and whichever copy it fills in is read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.forms.contents import FormContents, form_contents
from ingestion.forms.known import known_of, offered
from ingestion.forms.layout import FORM_CODE
from ingestion.forms.writing.formats import FileFormat, form_bytes
from plans.periods import period_of
from plans.reporters import reporting_units
from warehouse.ledger import audit, from_instant, instant, transaction
from warehouse.ledger_tables import FORM_ISSUES
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True)
class _Written:
    """A form whose file is on disk; `is_changed` where this call wrote it."""

    contents: FormContents
    path: Path
    sha256: str
    is_changed: bool


def form_path(
    settings: Settings, plan_key: str, period: str, unit_code: str, file_format: FileFormat = FileFormat.XLSX
) -> Path:
    """Return where an issued form lies."""
    return settings.forms / plan_key / period / f"{unit_code}.{file_format}"


def issue_forms(
    settings: Settings,
    engine: sa.Engine,
    plan: Plan,
    period: str,
    now: dt.datetime,
    unit_code: str | None = None,
    out: Path | None = None,
    file_format: FileFormat = FileFormat.XLSX,
) -> list[IssuedForm]:
    """Issue the forms of a plan's units (or of one) for a period.

    Files are written before the ledger rows: a crash between them leaves files that the next call
    finds right, never a promise without a form.

    Args:
        settings: Settings.
        engine: Ledger.
        plan: The plan.
        period: Code of the reporting period.
        now: Instant of issue, UTC; what became known later is not shown.
        unit_code: Only this unit.
        out: Folder that gets a copy of each form, named `<plan_key>-<period>-<unit_code>`.
        file_format: Workbook, CSV or JSON.

    Returns:
        The forms in the plan's order of units; `path` is the copy where `out` is given.

    Raises:
        UsageError: the period cannot be read; `unit_code` is unknown or has nothing to report.
    """
    units = [unit_code] if unit_code else reporting_units(plan)
    known = known_of(settings, engine, plan, period, units, now)
    written = []
    for unit in units:
        contents = form_contents(plan, unit, period_of(period), known.of_unit(unit).shown)
        content = form_bytes(file_format, contents, offered(contents, known), is_sample=settings.is_sample)
        path = form_path(settings, plan.plan_key, period, unit, file_format)
        written.append(_write(contents, path, content))
    promised = _note_issues(engine, written, now)
    issued = [_issued(form, promised) for form in written]
    return issued if out is None else [_copied(form, out) for form in issued]


def issue_form(
    settings: Settings, engine: sa.Engine, plan: Plan, unit_code: str, period: str, now: dt.datetime
) -> IssuedForm:
    """Issue one unit's form as a workbook; see `issue_forms`."""
    (form,) = issue_forms(settings, engine, plan, period, now, unit_code)
    return form


def _write(contents: FormContents, path: Path, content: bytes) -> _Written:
    is_changed = not path.exists() or path.read_bytes() != content
    if is_changed:
        write_durably(path, lambda handle: handle.write(content))
    return _Written(contents, path, hashlib.sha256(content).hexdigest(), is_changed)


def _promised(connection: sa.Connection, written: Sequence[_Written]) -> dict[str, dt.datetime]:
    """Return the due instants that were promised for those forms that had been issued before."""
    form_ids = [form.contents.identity.form_id for form in written]
    query = sa.select(FORM_ISSUES.c.form_id, FORM_ISSUES.c.due_at).where(FORM_ISSUES.c.form_id.in_(form_ids))
    return {row.form_id: from_instant(row.due_at) for row in connection.execute(query)}


def _note_issues(engine: sa.Engine, written: Sequence[_Written], now: dt.datetime) -> dict[str, dt.datetime]:
    """Note new forms, and old ones that were written anew; returns the due instants promised before this call."""
    with engine.connect() as connection:
        promised = _promised(connection, written)
    if len(promised) == len(written) and not any(form.is_changed for form in written):
        return promised
    with transaction(engine) as connection:
        promised = _promised(connection, written)  # again: another process may have issued them meanwhile
        for form in written:
            is_new = form.contents.identity.form_id not in promised
            if is_new or form.is_changed:
                _note(connection, form, now, is_new=is_new)
    return promised


def _note(connection: sa.Connection, form: _Written, now: dt.datetime, *, is_new: bool) -> None:
    contents, identity = form.contents, form.contents.identity
    if is_new:
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
        action="form_issued" if is_new else "form_renewed",
        subject=identity.form_id,
        form=identity.line,
        file=form.path.name,
        sha256=form.sha256,
        due_rule=contents.due_rule,
    )


def _issued(form: _Written, promised: dict[str, dt.datetime]) -> IssuedForm:
    contents, identity = form.contents, form.contents.identity
    return IssuedForm(
        form_id=identity.form_id,
        plan_key=identity.plan_key,
        unit_code=identity.unit_code,
        period=identity.period,
        path=form.path,
        sha256=form.sha256,
        cells_expected=contents.cells_expected,
        due_at=promised.get(identity.form_id, contents.due_at),
        is_new=identity.form_id not in promised,
    )


def _copied(form: IssuedForm, out: Path) -> IssuedForm:
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{form.plan_key}-{form.period}-{form.path.name}"
    shutil.copyfile(form.path, target)
    return replace(form, path=target)
