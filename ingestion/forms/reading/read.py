"""Read a form that the cage has opened: which form it is, who sent it, what every row says.

All or nothing (rule R17): every bad cell is named, and one error refuses the whole form.
Identity comes from the channel; what the form says must agree with it (IDN-01). A file without
an identity line is read as a free table where the channel knows plan and unit (`free_table`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import FormContents
from ingestion.forms.layout import NATURES
from ingestion.forms.reading.figures import judge_indicator, judge_task
from ingestion.forms.reading.free_table import free_contents, match_free_rows
from ingestion.forms.reading.identity import contents_of, contradicted_period, identity_of
from ingestion.forms.reading.locate import LocatedCell, LocatedForm, LocatedRow, locate_form
from ingestion.forms.reading.matching import matched_rows
from ingestion.forms.reading.personal import personal_data
from ingestion.forms.reading.totals import Answered, check_totals
from ingestion.forms.records import ParsedForm, Sender
from ingestion.normalise.text import fold

if TYPE_CHECKING:
    from ingestion.cage import CagedFile
    from plans.records import Plan

LISTED_BLANKS = 12
Rows = Mapping[str, Mapping[str, LocatedRow]]
"""The rows that were found, by part of the form and row key."""


def read_form(caged: CagedFile, plans: Mapping[str, Plan], sender: Sender) -> ParsedForm:
    """Read a form.

    Args:
        caged: What the cage read.
        plans: Every plan by key.
        sender: Whom the channel knows the file to be from.

    Returns:
        The answers with every finding; no answers where the form or the sender is refused.
    """
    personal = personal_data(caged)
    located = locate_form(caged)
    is_free = sender.is_known and _is_free_table(located)
    identity, about_identity = (None, ()) if is_free else identity_of(located)
    findings = personal or about_identity
    if findings:
        return ParsedForm(identity, (), (), findings)
    if identity is None:
        return _read_free_table(caged, located, plans, sender)
    contents, findings = contents_of(identity, plans, sender)
    findings += located.findings
    if contents is not None:
        findings += contradicted_period(caged, located, identity)
    if contents is None or _has_error(findings):
        return ParsedForm(identity, (), (), findings)
    matched = matched_rows(contents, located)
    findings += tuple(found for _, about_rows in matched.values() for found in about_rows)
    return _judged(contents, located, {part: rows for part, (rows, _) in matched.items()}, findings)


def _read_free_table(caged: CagedFile, located: LocatedForm, plans: Mapping[str, Plan], sender: Sender) -> ParsedForm:
    if _has_error(located.findings):
        return ParsedForm(None, (), (), located.findings)
    identity, contents, findings = free_contents(caged, located, plans, sender)
    findings += located.findings
    if contents is None or _has_error(findings):
        return ParsedForm(identity, (), (), findings)
    matched = match_free_rows(caged, located, contents)
    findings += tuple(found for part in matched.values() for found in part.findings)
    return _judged(contents, located, {part: found.rows for part, found in matched.items()}, findings)


def _is_free_table(located: LocatedForm) -> bool:
    """Tell whether a file that is no issued form, not even a spoilt one, holds a table that looks like ours."""
    is_form = located.identities or located.spoilt_identities
    return not is_form and bool(located.tables or _has_error(located.findings))


def _has_error(findings: tuple[Finding, ...]) -> bool:
    return any(found.severity == "error" for found in findings)


def _judged(contents: FormContents, located: LocatedForm, rows: Rows, about_form: tuple[Finding, ...]) -> ParsedForm:
    nature, about_nature = _nature(located)
    findings = [*about_form, *about_nature]
    observations, reports = [], []
    answered: dict[tuple[str, str], Answered] = {}
    for indicator in contents.indicators:
        row = rows["indicator"].get(indicator.key) or _absent(located)
        observation, about = judge_indicator(indicator, row, nature)
        observations.append(observation)
        answered[row.label.sheet, row.label.address] = (indicator, observation)
        findings += about
    for task in contents.tasks:
        report, about_task = judge_task(task, rows["task"].get(task.key) or _absent(located))
        reports.append(report)
        findings += about_task
    findings += check_totals(located.rows("indicator"), answered)
    parsed = ParsedForm(contents.identity, tuple(observations), tuple(reports), tuple(findings))
    completeness = () if parsed.is_refused else _completeness(parsed, contents)
    return replace(parsed, findings=parsed.findings + completeness)


def _absent(located: LocatedForm) -> LocatedRow:
    """Return the blank row of an item that a free table does not list."""
    sheet = located.tables[0].sheet if located.tables else ""
    blank = LocatedCell(sheet, "", None)
    return LocatedRow("", "", blank, defaultdict(lambda: blank))


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
    names = [*(item.label for item in contents.indicators), *(item.label for item in contents.tasks)]
    blank = [
        answer.cell or f"“{name}”"
        for answer, name in zip(parsed.answers, names, strict=True)
        if answer.value_status == "missing"
    ]
    if not blank:
        return ()
    listed = ", ".join(blank[:LISTED_BLANKS]) + (", …" if len(blank) > LISTED_BLANKS else "")
    return (finding("BLK-01", found=str(len(blank)), expected=listed),)
