"""Turn plan records into the rows of the raw plan tables (`warehouse.raw.RAW_TABLES`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from plans.periods import default_regime, is_working_day, next_report, period_of, periods_of
from plans.records import Frequency
from plans.reporters import reported_tasks, reporter_of, reporting_units
from warehouse.raw import replace_table
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plans.records import Catalogue, DueDay, Plan, Provenance
    from warehouse.settings import Settings

LIST_SEPARATOR = "; "
ALIAS_SEPARATOR = " | "
Row = dict[str, Any]


def write_plan_tables(settings: Settings, plans: Iterable[Plan], catalogue: Catalogue, as_of: dt.date) -> int:
    """Write every raw plan table whole; returns the number of rows."""
    plans = list(plans)
    tables: dict[str, list[Row]] = {
        "plans": [_plan_row(settings, plan) for plan in plans],
        "units": [row for plan in plans for row in _unit_rows(plan)],
        "indicators": [row for plan in plans for row in _indicator_rows(plan)],
        "targets": [row for plan in plans for row in _target_rows(plan)],
        "tasks": [row for plan in plans for row in _task_rows(plan)],
        "reporting_rules": [row for plan in plans for row in _rule_rows(plan)],
        "doubts": [row for plan in plans for row in _doubt_rows(plan)],
        "canonical_indicators": _canonical_rows(catalogue),
        "reporting_periods": [row for plan in plans for row in _period_rows(plan, as_of)],
        "calendar_days": list(_calendar_rows(as_of)),
    }
    return sum(replace_table(settings, table, rows) for table, rows in tables.items())


def _where(provenance: Provenance | None, notes: Iterable[str] = ()) -> Row:
    return {
        "source_file": provenance.file if provenance else None,
        "source_section": provenance.section if provenance else None,
        "source_number": provenance.number if provenance else None,
        "notes": LIST_SEPARATOR.join(notes) or None,
    }


def _plan_row(settings: Settings, plan: Plan) -> Row:
    row = plan.model_dump(include={
        "plan_key", "commune_code", "province_code", "commune_name", "title", "document_number", "issued_text",
        "issued_on", "valid_from", "valid_to", "validity_note", "issuing_agency", "focal_unit", "source_file",
    })  # fmt: skip
    return row | {
        "supersedes": LIST_SEPARATOR.join(old.document_number for old in plan.supersedes) or None,
        "legal_bases": LIST_SEPARATOR.join(basis.text for basis in plan.legal_bases) or None,
        "file_sha256": sha256_of(settings.plans_folder / f"{plan.plan_key}.yml"),
    }


def _unit_rows(plan: Plan) -> Iterable[Row]:
    asked = set(reporting_units(plan))
    for unit in plan.units:
        yield {
            "plan_key": plan.plan_key,
            "unit_code": unit.code,
            "unit_name": unit.name,
            "unit_kind": unit.kind.value,
            "aliases": ALIAS_SEPARATOR.join(unit.aliases) or None,
            "is_reporting": unit.code in asked,
            **_where(unit.provenance, unit.notes),
        }


def _indicator_rows(plan: Plan) -> Iterable[Row]:
    for number, indicator in enumerate(plan.indicators, start=1):
        yield {
            "plan_key": plan.plan_key,
            "indicator_code": indicator.code,
            "sort_no": number,
            "canonical_code": indicator.canonical_code,
            "stt": indicator.stt,
            "section": indicator.section,
            "name_vi": indicator.name,
            "measure_vi": indicator.measure,
            "unit_of_measure": indicator.unit_of_measure,
            "value_kind": indicator.value_kind.value,
            "direction": indicator.direction.value,
            "lead_units": LIST_SEPARATOR.join(indicator.lead_units) or None,
            "lead_text": indicator.lead_text,
            "reporter_unit": reporter_of(plan, indicator),
            "figure_of_record": indicator.figure_of_record.value,
            "source_note": indicator.source_note,
            "blank_cells": LIST_SEPARATOR.join(f"{cell.year}: {cell.text}" for cell in indicator.blank_cells) or None,
            **_where(indicator.provenance, indicator.notes),
        }


def _target_rows(plan: Plan) -> Iterable[Row]:
    for indicator in plan.indicators:
        for number, target in enumerate(indicator.targets, start=1):
            yield {
                "plan_key": plan.plan_key,
                "indicator_code": indicator.code,
                "target_no": number,
                "target_year": target.year,
                "due_on": target.due_on,
                "comparator": target.comparator.value if target.comparator else None,
                "target_value": target.value,
                "target_value_upper": target.value_upper,
                "unit": target.unit,
                "qualifier": target.qualifier,
                "target_text": target.text,
                "is_quantitative": target.is_quantitative,
                **_where(target.provenance or indicator.provenance, target.notes),
            }


def _task_rows(plan: Plan) -> Iterable[Row]:
    reported = {task.code for task in reported_tasks(plan)}
    for number, task in enumerate(plan.tasks, start=1):
        yield {
            "plan_key": plan.plan_key,
            "task_code": task.code,
            "sort_no": number,
            "task_origin": task.origin.value,
            "stt": task.stt,
            "task_group": task.group,
            "name_vi": task.name,
            "lead_units": LIST_SEPARATOR.join(task.lead_units) or None,
            "lead_text": task.lead_text,
            "coordinating_units": LIST_SEPARATOR.join(task.coordinating_units) or None,
            "coordinating_text": task.coordinating_text,
            "product": task.product,
            "deadline_text": task.deadline.text,
            "deadline_kind": task.deadline.kind.value,
            "due_from": task.deadline.due_from,
            "due_on": task.deadline.due_on,
            "indicators": LIST_SEPARATOR.join(task.indicators) or None,
            "reporter_unit": reporter_of(plan, task),
            "is_reported": task.code in reported,
            **_where(task.provenance, task.notes),
        }


def _rule_rows(plan: Plan) -> Iterable[Row]:
    for rule in plan.reporting_rules:
        yield {
            "plan_key": plan.plan_key,
            "rule_code": rule.code,
            "reporter_units": LIST_SEPARATOR.join(rule.reporter_units),
            "reporter": rule.reporter_text,
            "recipient": rule.recipient,
            "frequency": rule.frequency.value,
            "deadline_text": rule.deadline_text,
            "due_rule": due_rule(rule.due) if rule.due else None,
            **_where(rule.provenance, rule.notes),
        }


def due_rule(due: DueDay) -> str:
    """Write a due day as text: `before day 20` (of the period's last month), `before 05/06`."""
    day = f"{due.day:02d}/{due.month:02d}" if due.month else f"day {due.day}"
    return f"{'before' if due.is_before else 'by'} {day}"


def _doubt_rows(plan: Plan) -> Iterable[Row]:
    for doubt in plan.doubts:
        yield {
            "plan_key": plan.plan_key,
            "doubt_code": doubt.code,
            "about": doubt.about,
            "printed": doubt.printed or None,
            "doubt_vi": doubt.doubt,
            **_where(doubt.provenance),
        }


def _canonical_rows(catalogue: Catalogue) -> list[Row]:
    rows = []
    for indicator in catalogue.indicators:
        row = indicator.model_dump(mode="python", exclude={"code", "sources"})
        row |= {"value_kind": indicator.value_kind.value, "direction": indicator.direction.value}
        rows.append(row | {"canonical_code": indicator.code, "sources": LIST_SEPARATOR.join(indicator.sources) or None})
    return rows


def _period_rows(plan: Plan, as_of: dt.date) -> Iterable[Row]:
    """List every period of last year and this one, of all frequencies, with the report that comes next."""
    regime = default_regime()
    upcoming = next_report(plan, as_of).period
    last_year = as_of.replace(year=as_of.year - 1, day=1)
    listed = {period for frequency in Frequency for period in periods_of(frequency, last_year)}
    for period in sorted(listed | {period_of(upcoming)}):
        counts_from, counts_to = regime.window(period)
        yield {
            "plan_key": plan.plan_key,
            "period": period.code,
            "frequency": period.frequency.value,
            "starts_on": period.starts_on,
            "ends_on": period.ends_on,
            "counts_from": counts_from,
            "counts_to": counts_to,
            "is_next_report": period.code == upcoming,
        }


def _calendar_rows(as_of: dt.date) -> Iterable[Row]:
    """List the days, worked or not, from where last year's January begins to count to the end of next year."""
    first, _ = default_regime().window(period_of(f"{as_of.year - 1}-01"))
    for step in range((dt.date(as_of.year + 1, 12, 31) - first).days + 1):
        day = first + dt.timedelta(days=step)
        yield {"day": day, "is_working_day": is_working_day(day)}
