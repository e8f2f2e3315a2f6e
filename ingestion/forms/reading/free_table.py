"""Read a table that is no issued form but names our indicators: taken where it is certain, never guessed.

The channel must know plan and unit; the file must state its period. A row is an indicator only where
its name is the indicator's own (folded, `labels.label_key`) and no other's. A name that comes near
is refused with the question "có phải …?", and so is every other figure while an indicator of the unit
is still without a row, because it may be that one. Rows of other units, and of nobody, are told and
not taken. What the table does not list is missing, not zero.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import row_label
from ingestion.forms.layout import FormIdentity
from ingestion.forms.reading.identity import contents_of
from ingestion.forms.reading.labels import label_key
from ingestion.forms.reading.matching import Matched, answers_in, at_label, match
from ingestion.forms.reading.stated_period import stated_period
from ingestion.forms.reading.units import states_money_unit, unit_line, unit_problem
from ingestion.normalise.text import examine
from plans.reporters import reported_tasks, reporter_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingestion.cage import CagedFile
    from ingestion.forms.contents import FormContents
    from ingestion.forms.reading.locate import LocatedCell, LocatedForm, LocatedRow
    from ingestion.forms.reading.matching import Item
    from ingestion.forms.records import Sender
    from plans.records import Plan

NEAR = 0.75
"""From this likeness on a name is asked about by itself (difflib's ratio; project rule)."""
ASKED_ABOUT = 3
COMPARED_LENGTH = 200
LISTED_ROWS = 8


def free_contents(
    caged: CagedFile, located: LocatedForm, plans: Mapping[str, Plan], sender: Sender
) -> tuple[FormIdentity | None, FormContents | None, tuple[Finding, ...]]:
    """Return for which form a free table stands in, or why that is not certain.

    Args:
        caged: What the cage read.
        located: The tables that were found; at least one.
        plans: Every plan by key.
        sender: A sender that the channel knows wholly.
    """
    period, findings = stated_period(caged, located)
    if period is None or sender.plan_key is None or sender.unit_code is None:
        return None, None, findings
    identity = FormIdentity(sender.plan_key, sender.unit_code, period)
    contents, findings = contents_of(identity, plans, sender)
    advice = finding("FRE-01", sheet=located.tables[0].sheet, found=period, expected=identity.line)
    return identity, contents, (*findings, advice)


def match_free_rows(caged: CagedFile, located: LocatedForm, contents: FormContents) -> dict[str, Matched]:
    """Match the rows of free tables with what the unit is asked, part by part, with every doubt about them."""
    indicators = match(contents.indicators, located.rows("indicator"))
    tasks = match(contents.tasks, located.rows("task"))
    about_indicators = (
        *indicators.findings,
        *_about_strays(contents.indicators, indicators, _others_indicators(contents)),
        *_about_units(contents, indicators, unit_line(caged)),
    )
    about_tasks = (*tasks.findings, *_about_strays(contents.tasks, tasks, _others_tasks(contents)))
    return {
        "indicator": replace(indicators, findings=about_indicators),
        "task": replace(tasks, findings=about_tasks),
    }


def _about_units(contents: FormContents, matched: Matched, line: LocatedCell | None) -> list[Finding]:
    """Hold the unit that is stated for the whole table against every row; money needs one stated somewhere."""
    findings: list[Finding] = []
    for item in contents.indicators:
        row = matched.rows.get(item.key)
        if row is None or row.cells["unit"].text or not row.cells["value"].text:
            continue
        problem = unit_problem(item, line) if line else None
        if problem is None and not states_money_unit(item, row, line):
            cell = row.cells["value"]
            wanted = f"ghi rõ đơn vị, ví dụ {item.unit or 'đồng'}"
            problem = finding("NUM-02", sheet=cell.sheet, cell=cell.address, found=cell.text, expected=wanted)
        findings += [problem] if problem and problem not in findings else []
    return findings


def _others_indicators(contents: FormContents) -> set[str]:
    plan, unit = contents.plan, contents.identity.unit_code
    return {label_key(row_label(item)) for item in plan.indicators if reporter_of(plan, item) != unit}


def _others_tasks(contents: FormContents) -> set[str]:
    plan, unit = contents.plan, contents.identity.unit_code
    return {label_key(item.name) for item in reported_tasks(plan) if reporter_of(plan, item) != unit}


def _about_strays(items: Sequence[Item], matched: Matched, others: set[str]) -> list[Finding]:
    """Refuse rows that may be meant as one of the unit's own; tell of those that are not taken."""
    waiting = [item for item in items if item.key not in matched.rows]
    findings: list[Finding] = []
    left_out: list[LocatedRow] = []
    for row in matched.strays:
        if not answers_in(row):
            continue
        odd = examine(row.label.text, sheet=row.label.sheet, cell=row.label.address)
        if odd is not None and odd.severity == "error":
            findings.append(odd)
        elif label_key(row.label.text) in others or not waiting:
            left_out.append(row)
        else:
            asked = " hay ".join(f"“{name}”" for name in _candidates(row, waiting))
            findings.append(at_label(row, "FRE-03", found=row.label.text or "(dòng không tên)", expected=asked))
    if left_out:
        cells = ", ".join(row.label.address for row in left_out[:LISTED_ROWS])
        more = f" và {len(left_out) - LISTED_ROWS} dòng khác" if len(left_out) > LISTED_ROWS else ""
        findings.append(finding("FRE-04", sheet=left_out[0].label.sheet, found=cells + more))
    return findings


def _candidates(row: LocatedRow, waiting: Sequence[Item]) -> list[str]:
    """Return the names that a row may mean: those that are near, else the first that are waiting for a row."""
    keys = {label_key(item.label)[:COMPARED_LENGTH]: item.label for item in waiting}
    near = difflib.get_close_matches(label_key(row.label.text)[:COMPARED_LENGTH], keys, ASKED_ABOUT, NEAR)
    return [keys[key] for key in near] or [item.label for item in waiting[:ASKED_ABOUT]]
