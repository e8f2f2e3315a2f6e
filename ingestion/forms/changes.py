"""What a revision changes: every input cell that says something else than the revision before it."""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import FormContents, IndicatorRow, TaskRow, decimal_shown
from ingestion.forms.layout import INDICATOR_COLUMNS, NATURE_LABEL, NATURES, NIL_MARK, TASK_COLUMNS, TASK_STATES
from ingestion.forms.reading.locate import locate_form
from ingestion.forms.reading.matching import matched_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingestion.cage import CagedFile
    from ingestion.forms.layout import Column
    from ingestion.forms.reading.locate import LocatedRow
    from ingestion.forms.records import ParsedForm
    from ingestion.forms.stored import Row, StoredAnswers

CHANGED = "REV-03"
EMPTY = "(trống)"
LABEL_LENGTH = 90
STATE_NAMES = {state: name for name, state in TASK_STATES.items()}
NATURE_NAMES = {nature: name for name, nature in NATURES.items()}
Said = dict[str, str]
"""What an answer says, as it is shown, by column key."""


def changed_cells(
    caged: CagedFile, contents: FormContents, parsed: ParsedForm, before: StoredAnswers
) -> tuple[Finding, ...]:
    """Name every cell of an accepted form that differs from the revision before: place, label, old and new.

    Cells are compared by what was understood (`92.5` and "92,5" are the same). A result that
    follows from numerator and denominator is no answer of its own.
    """
    located = locate_form(caged)
    rows = {part: found for part, (found, _) in matched_rows(contents, located).items()}
    old_answers = {row["indicator_code"]: row for row in before.observations}
    old_reports = {row["task_code"]: row for row in before.task_reports}
    answers = {answer.indicator_code: vars(answer) for answer in parsed.observations}
    reports = {report.task_code: vars(report) for report in parsed.task_reports}
    told: list[Finding] = []
    for indicator in contents.indicators:
        said = _said_of_answer(old_answers.get(indicator.key)), _said_of_answer(answers.get(indicator.key))
        told += _changes(indicator, rows["indicator"], *said, INDICATOR_COLUMNS)
    for task in contents.tasks:
        said = _said_of_report(old_reports.get(task.key)), _said_of_report(reports.get(task.key))
        told += _changes(task, rows["task"], *said, TASK_COLUMNS)
    was, now = _nature(before.observations), _nature([vars(answer) for answer in parsed.observations])
    if was != now and located.nature:
        place = {"sheet": located.nature.sheet, "cell": located.nature.address}
        told.append(finding(CHANGED, **place, found=now, expected=was, what=NATURE_LABEL.removesuffix(":")))
    return tuple(told)


def _changes(
    item: IndicatorRow | TaskRow, rows: Mapping[str, LocatedRow], was: Said, now: Said, columns: Sequence[Column]
) -> Iterator[Finding]:
    row = rows.get(item.key)
    label = textwrap.shorten(item.label, LABEL_LENGTH, placeholder=" …")
    for column in columns:
        old, new = was.get(column.key, EMPTY), now.get(column.key, EMPTY)
        if row is None or old == new:
            continue
        cell = row.cells.get(column.key, row.label)
        yield finding(
            CHANGED, sheet=cell.sheet, cell=cell.address, found=new, expected=old, what=f"{label} – {column.title}"
        )


def _said_of_answer(answer: Row | None) -> Said:
    if answer is None:
        return {}
    figures = {name: answer[name] for name in ("numerator", "denominator", "value")}
    said = {name: _figure(figure) for name, figure in figures.items() if figure is not None}
    if {"numerator", "denominator"} <= said.keys():
        said.pop("value", None)  # it follows from them
    if answer["value_text"]:
        said["value"] = answer["value_text"]
    if answer["value_status"] == "nil_return":
        said["nil"] = NIL_MARK
    return said | _note(answer["note"])


def _said_of_report(report: Row | None) -> Said:
    if report is None:
        return {}
    said = {"state": STATE_NAMES[report["state"]]} if report["state"] else {}
    if report["percent_done"] is not None:
        said["percent"] = _figure(report["percent_done"])
    return said | _note(report["product_note"])


def _note(text: str | None) -> Said:
    return {"note": text} if text else {}


def _figure(figure: Decimal) -> str:
    # Raw keeps four decimals: what is read again must be told the same way.
    return decimal_shown(figure.quantize(Decimal("0.0001")))


def _nature(answers: Sequence[Row]) -> str:
    return next((NATURE_NAMES[row["number_nature"]] for row in answers if row["number_nature"]), EMPTY)
