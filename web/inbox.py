"""Read what waits for people from the published snapshot: flags, and forms that are outstanding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from web.marts import FLAGS, INDICATORS, OBLIGATIONS, UNITS

if TYPE_CHECKING:
    from web.snapshot import Reader, Row

FLAG_STATES = ("open", "waived", "fixed")
SEVERITIES = ("block", "warn", "info")


@dataclass(frozen=True)
class Outstanding:
    """Forms of a plan that somebody waits for, the earliest due first."""

    overdue: list[Row]
    awaited: list[Row]
    incomplete: list[Row]


def read_flags(reader: Reader, plan_key: str, severity: str | None = None) -> dict[str, list[Row]]:
    """List the flags of a plan by state: blocking before warning before note, the newest period first."""
    flag, indicator, unit = FLAGS.c, INDICATORS.c, UNITS.c
    gravity = sa.case({name: place for place, name in enumerate(SEVERITIES)}, value=flag.severity)
    query = (
        sa.select(
            FLAGS,
            sa.func.coalesce(indicator.measure_vi, indicator.name_vi).label("indicator_name"),
            unit.unit_name,
        )
        .outerjoin_from(
            FLAGS,
            INDICATORS,
            (flag.plan_key == indicator.plan_key) & (flag.indicator_code == indicator.indicator_code),
        )
        .outerjoin(UNITS, (flag.plan_key == unit.plan_key) & (flag.unit_code == unit.unit_code))
        .where(flag.plan_key == plan_key)
        .order_by(gravity, flag.period.desc(), indicator.sort_no, flag.flag_id)
    )
    rows = reader.rows(query if severity is None else query.where(flag.severity == severity))
    return {state: [row for row in rows if row["state"] == state] for state in FLAG_STATES}


def read_outstanding(reader: Reader, plan_key: str) -> Outstanding:
    """List what a plan waits for: overdue forms, forms not yet due, received forms with empty cells."""
    rows = _obligations(reader, OBLIGATIONS.c.plan_key == plan_key)
    return Outstanding(
        overdue=[row for row in rows if row["status"] == "missing"],
        awaited=[row for row in rows if row["status"] == "not_due"],
        incomplete=[row for row in rows if row["received_at"] and row["cells_filled"] < row["cells_expected"]],
    )


def unit_obligations(reader: Reader, plan_key: str, unit_code: str) -> dict[tuple[str, str], Row]:
    """Return what became of a unit's forms, by form code and period."""
    rows = _obligations(reader, OBLIGATIONS.c.plan_key == plan_key, OBLIGATIONS.c.unit_code == unit_code)
    return {(row["form_code"], row["period"]): row for row in rows}


def _obligations(reader: Reader, *conditions: sa.ColumnElement[bool]) -> list[Row]:
    form = OBLIGATIONS.c
    return reader.rows(
        sa.select(OBLIGATIONS, UNITS.c.unit_name)
        .outerjoin_from(OBLIGATIONS, UNITS, (form.plan_key == UNITS.c.plan_key) & (form.unit_code == UNITS.c.unit_code))
        .where(*conditions)
        .order_by(form.due_on, UNITS.c.unit_name, form.unit_code, form.form_code, form.period)
    )
