"""Who fills in which cells: the one rule that turns leads into forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.records import TaskOrigin, UnitKind

if TYPE_CHECKING:
    from plans.records import Indicator, Plan, Task

NOT_A_SENDER = {UnitKind.COLLECTIVE, UnitKind.OUTSIDE, UnitKind.COMMITTEE, UnitKind.PARTY_BODY}
"""Kinds that hand in no form: sets that the plan does not list, bodies above, UBND xã itself."""


def reporter_of(plan: Plan, item: Indicator | Task) -> str:
    """Return the unit that fills in an item's cells.

    `reported_by` where the file says so; else the first lead that is a unit of its own;
    else (collective lead, or none printed) the plan's focal unit, which gathers the reports.
    """
    if item.reported_by:
        return item.reported_by
    leads = [code for code in item.lead_units if plan.unit(code).kind not in NOT_A_SENDER]
    return leads[0] if leads else plan.focal_unit


def reported_tasks(plan: Plan) -> tuple[Task, ...]:
    """Return the tasks that forms ask about: the listed ones, or the duties where no list exists."""
    listed = tuple(task for task in plan.tasks if task.origin is TaskOrigin.LISTED)
    return listed or tuple(task for task in plan.tasks if task.origin is TaskOrigin.DUTY)


def reporting_units(plan: Plan) -> list[str]:
    """List the units that get a form, in the plan's order."""
    asked = {reporter_of(plan, indicator) for indicator in plan.indicators}
    asked |= {reporter_of(plan, task) for task in reported_tasks(plan)}
    return [unit.code for unit in plan.units if unit.code in asked]
