"""Read a form that the cage has opened: which form it is, who sent it, what every row says.

All or nothing (rule R17): every bad cell is named, and one error refuses the whole form.
Identity comes from the channel; what the form says must agree with it (IDN-01).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import FormContents, IndicatorRow, TaskRow, form_contents
from ingestion.forms.figures import judge_indicator, judge_task
from ingestion.forms.layout import (
    FORM_CODE,
    IDENTITY_LABEL,
    INDICATOR_SHEET,
    KNOWN_VERSIONS,
    NATURES,
    TASK_SHEET,
    TEMPLATE_VERSION,
    FormIdentity,
)
from ingestion.forms.locate import LocatedForm, LocatedRow, locate_form
from ingestion.forms.personal import personal_data
from ingestion.forms.records import ParsedForm, Sender
from ingestion.normalise.text import fold
from plans.periods import period_of
from plans.reporters import reporting_units
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from ingestion.cage import CagedFile
    from plans.records import Plan

SHEETS = {"indicator": INDICATOR_SHEET, "task": TASK_SHEET}
LISTED_BLANKS = 12
Item = IndicatorRow | TaskRow


def read_form(caged: CagedFile, plans: Mapping[str, Plan], sender: Sender) -> ParsedForm:
    """Read a form.

    Args:
        caged: What the cage read.
        plans: Every plan by key.
        sender: Whom the channel knows the file to be from.

    Returns:
        The answers with every finding; no answers where the form or the sender is refused.
    """
    located = locate_form(caged)
    identity, about_identity = _identity(located)
    findings = personal_data(caged) or about_identity
    if identity is None or findings:
        return ParsedForm(identity, (), (), findings)
    contents, findings = _contents(identity, plans, sender)
    findings += located.findings
    if contents is None or any(found.severity == "error" for found in findings):
        return ParsedForm(identity, (), (), findings)
    return _judged(contents, located, findings)


def matched_rows(
    contents: FormContents, located: LocatedForm
) -> dict[str, tuple[dict[str, LocatedRow], list[Finding]]]:
    """Match the rows that were found with the rows that were asked, for each part of the form."""
    return {
        "indicator": _match(contents.indicators, located.rows("indicator"), "indicator"),
        "task": _match(contents.tasks, located.rows("task"), "task"),
    }


def _identity(located: LocatedForm) -> tuple[FormIdentity | None, tuple[Finding, ...]]:
    distinct = list(dict.fromkeys(identity for identity, _ in located.identities))
    if not distinct:
        problem = finding(
            "TPL-01", found=f"không có dòng “{IDENTITY_LABEL}” hợp lệ", expected=f"{FORM_CODE}-{TEMPLATE_VERSION}"
        )
        return None, (problem,)
    identity, others = distinct[0], distinct[1:]
    if others:
        place = next(cell for found, cell in located.identities if found == others[0])
        problem = finding(
            "TPL-01", sheet=place.sheet, cell=place.address, found=f"hai mã biểu, mã thứ hai {others[0].line}",
            expected=identity.line,
        )  # fmt: skip
        return None, (problem,)
    if identity.form_code.lower() != FORM_CODE or identity.template_version not in KNOWN_VERSIONS:
        version = f"{identity.form_code}-{identity.template_version}"
        return identity, (finding("TPL-01", found=version, expected=f"{FORM_CODE}-{TEMPLATE_VERSION}"),)
    return identity, ()


def _contents(
    identity: FormIdentity, plans: Mapping[str, Plan], sender: Sender
) -> tuple[FormContents | None, tuple[Finding, ...]]:
    """Return what the form was asked, or why it cannot be told."""
    if not sender.agrees_with(identity.plan_key, identity.unit_code):
        said = f"{identity.plan_key}/{identity.unit_code}"
        return None, (finding("IDN-01", found=said, expected=sender.shown),)
    plan = plans.get(identity.plan_key)
    if plan is None:
        return None, (_unknown("mã kế hoạch", identity.plan_key, ", ".join(sorted(plans))),)
    senders = reporting_units(plan)
    if identity.unit_code not in senders:
        return None, (_unknown("mã đơn vị", identity.unit_code, ", ".join(senders)),)
    try:
        period = period_of(identity.period)
    except UsageError:
        return None, (_unknown("kỳ báo cáo", identity.period, "2026-06, 2026-Q2, 2026-H1, 2026-M9, 2026"),)
    # The file's own identity: a form of an earlier version keeps its id, and with it the due day it was promised.
    return replace(form_contents(plan, identity.unit_code, period, {}), identity=identity), ()


def _unknown(what: str, found: str, known: str) -> Finding:
    return finding("COD-01", found=found, expected=known, what=what)


def _judged(contents: FormContents, located: LocatedForm, about_form: tuple[Finding, ...]) -> ParsedForm:
    nature, about_nature = _nature(located)
    matched = matched_rows(contents, located)
    (indicator_rows, indicator_findings), (task_rows, task_findings) = matched["indicator"], matched["task"]
    findings = [*about_form, *about_nature, *indicator_findings, *task_findings]
    observations, reports = [], []
    for indicator in contents.indicators:
        if indicator.key in indicator_rows:
            observation, about = judge_indicator(indicator, indicator_rows[indicator.key], nature)
            observations.append(observation)
            findings += about
    for task in contents.tasks:
        if task.key in task_rows:
            report, about = judge_task(task, task_rows[task.key])
            reports.append(report)
            findings += about
    parsed = ParsedForm(contents.identity, tuple(observations), tuple(reports), tuple(findings))
    completeness = () if parsed.is_refused else _completeness(parsed, contents)
    return ParsedForm(contents.identity, parsed.observations, parsed.task_reports, parsed.findings + completeness)


def _nature(located: LocatedForm) -> tuple[str | None, tuple[Finding, ...]]:
    cell = located.nature
    listed = ", ".join(f"“{choice}”" for choice in NATURES)
    if not located.rows("indicator"):
        return None, ()
    if cell is None or not cell.text:
        place = {"sheet": cell.sheet, "cell": cell.address} if cell else {}
        return None, (finding("CHO-02", expected=listed, **place),)
    known = {fold(choice): nature for choice, nature in NATURES.items()}
    if fold(cell.text) in known:
        return known[fold(cell.text)], ()
    return None, (finding("CHO-01", sheet=cell.sheet, cell=cell.address, found=cell.text, expected=listed),)


def _completeness(parsed: ParsedForm, contents: FormContents) -> tuple[Finding, ...]:
    """Tell of blank answers; a form without a single answer is no report (NIL-01)."""
    if parsed.cells_filled == 0:
        return (finding("NIL-01", expected=str(contents.cells_expected)),)
    blank = [answer.cell for answer in parsed.answers if answer.value_status == "missing"]
    if not blank:
        return ()
    listed = ", ".join(blank[:LISTED_BLANKS]) + (", …" if len(blank) > LISTED_BLANKS else "")
    return (finding("BLK-01", found=str(len(blank)), expected=listed),)


def _match(
    items: tuple[IndicatorRow, ...] | tuple[TaskRow, ...], rows: tuple[LocatedRow, ...], part: str
) -> tuple[dict[str, LocatedRow], list[Finding]]:
    """Give every asked row its found row: by hidden key, else by number and name together."""
    asked: dict[str, Item] = {item.key: item for item in items}
    if asked and not rows:
        return {}, [finding("TPL-01", found="không có bảng số liệu", expected=f"trang “{SHEETS[part]}”")]
    by_name = {(str(item.number), fold(item.label)): item.key for item in items}
    matched: dict[str, LocatedRow] = {}
    findings: list[Finding] = []
    for row in rows:
        key = row.key or by_name.get((row.number, fold(row.label.text)))
        if key is None:
            findings += _stray(row)
        elif key not in asked:
            findings.append(_at_key(row, "COD-01", found=key, expected="các dòng của biểu này", what="mã dòng"))
        elif key in matched:
            first = matched[key].label.address
            findings.append(_at_key(row, "KEY-01", found=asked[key].label, expected=f"ô {first}"))
        else:
            matched[key] = row
            findings += _label_problem(row, asked[key])
    findings += [
        finding("TPL-02", sheet=rows[0].label.sheet, expected=item.label) for item in items if item.key not in matched
    ]
    return matched, findings


def _at_key(row: LocatedRow, code: str, **facts: str) -> Finding:
    return finding(code, sheet=row.label.sheet, cell=row.label.address, **facts)


def _label_problem(row: LocatedRow, item: Item) -> list[Finding]:
    """A label that belongs to another row means that names and keys were shifted against each other."""
    if not row.label.text or fold(row.label.text) == fold(item.label):
        return []
    return [_at_key(row, "TPL-04", found=row.label.text, expected=item.label)]


def _stray(row: LocatedRow) -> list[Finding]:
    """A row that the form does not have: a heading is let be, a figure in it is not."""
    figures = [
        row.cells[key]
        for key in ("numerator", "denominator", "value", "state", "percent")
        if key in row.cells and row.cells[key].text
    ]
    return [
        finding("TPL-03", sheet=cell.sheet, cell=cell.address, found=cell.text)
        for cell in figures
        if isinstance(cell.raw, int | float)
    ]
