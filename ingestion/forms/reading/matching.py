"""Match the rows that were found with the rows that were asked: by hidden key, else by their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import IndicatorRow, TaskRow
from ingestion.forms.layout import ANSWER_COLUMNS, INDICATOR_SHEET, TASK_SHEET
from ingestion.forms.reading.figures import is_choice
from ingestion.forms.reading.labels import label_key
from ingestion.forms.reading.totals import is_group, is_total
from ingestion.normalise.numbers import written_state
from ingestion.normalise.text import clean, examine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingestion.forms.contents import FormContents
    from ingestion.forms.reading.locate import LocatedCell, LocatedForm, LocatedRow

SHEETS = {"indicator": INDICATOR_SHEET, "task": TASK_SHEET}
Item = IndicatorRow | TaskRow


@dataclass(frozen=True)
class Matched:
    """The asked rows that were found, by key; the rows that are none of them; what is wrong with the rows.

    Totals and group titles are no strays: they are checked against the rows they sum up.
    """

    rows: Mapping[str, LocatedRow]
    strays: tuple[LocatedRow, ...]
    findings: tuple[Finding, ...]


def match(items: Sequence[Item], rows: Sequence[LocatedRow]) -> Matched:
    """Give every asked row its found row.

    A row without key is taken by its name where one asked row only has that name; where several
    have it, the printed number must agree as well.
    """
    asked = {item.key: item for item in items}
    named = _by_name(items)
    matched: dict[str, LocatedRow] = {}
    strays: list[LocatedRow] = []
    findings: list[Finding] = []
    for row in rows:
        key = row.key or _key_by_name(row, named)
        if key is None:
            strays += [] if is_total(row) or is_group(row) else [row]
        elif key not in asked:
            findings.append(at_label(row, "COD-01", found=key, expected="các dòng của biểu này", what="mã dòng"))
        elif key in matched:
            first = matched[key].label.address
            findings.append(at_label(row, "KEY-01", found=asked[key].label, expected=f"ô {first}"))
        else:
            matched[key] = row
            findings += _label_problem(row, asked[key])
    return Matched(matched, tuple(strays), tuple(findings))


def match_form(
    items: Sequence[Item], rows: Sequence[LocatedRow], part: str
) -> tuple[dict[str, LocatedRow], list[Finding]]:
    """Match the rows of an issued form: every asked row must be there, and no figure in a row of one's own."""
    if items and not rows:
        return {}, [finding("TPL-01", found="không có bảng số liệu", expected=f"trang “{SHEETS[part]}”")]
    matched = match(items, rows)
    findings = list(matched.findings)
    for row in matched.strays:
        findings += [
            finding("TPL-03", sheet=cell.sheet, cell=cell.address, found=cell.text) for cell in answers_in(row)
        ]
    findings += [
        finding("TPL-02", sheet=rows[0].label.sheet, expected=item.label)
        for item in items
        if item.key not in matched.rows
    ]
    return dict(matched.rows), findings


def matched_rows(
    contents: FormContents, located: LocatedForm
) -> dict[str, tuple[dict[str, LocatedRow], list[Finding]]]:
    """Match the rows that were found with the rows that were asked, for each part of an issued form."""
    return {
        "indicator": match_form(contents.indicators, located.rows("indicator"), "indicator"),
        "task": match_form(contents.tasks, located.rows("task"), "task"),
    }


def answers_in(row: LocatedRow) -> list[LocatedCell]:
    """Return the cells of a row that hold a figure, a choice or a nil mark: what would be lost with the row."""
    return [row.cells[key] for key in (*ANSWER_COLUMNS, "nil") if key in row.cells and _is_answer(row.cells[key])]


def at_label(row: LocatedRow, code: str, **facts: str) -> Finding:
    """Make a finding about the name of a row."""
    return finding(code, sheet=row.label.sheet, cell=row.label.address, **facts)


def _is_answer(cell: LocatedCell) -> bool:
    text = clean(cell.text)
    is_said = written_state(text) in {"nil_return", "not_applicable"} or is_choice(text)
    return is_said or any(letter.isdigit() for letter in text)


def _by_name(items: Sequence[Item]) -> dict[str, list[Item]]:
    named: dict[str, list[Item]] = {}
    for item in items:
        named.setdefault(label_key(item.label), []).append(item)
    return named


def _key_by_name(row: LocatedRow, named: Mapping[str, list[Item]]) -> str | None:
    candidates = named.get(label_key(row.label.text), [])
    if len(candidates) > 1:
        candidates = [item for item in candidates if str(item.number) == row.number]
    return candidates[0].key if candidates else None


def _label_problem(row: LocatedRow, item: Item) -> list[Finding]:
    """A label that belongs to another row means that names and keys were shifted against each other."""
    if not row.label.text or label_key(row.label.text) == label_key(item.label):
        return []
    odd = examine(row.label.text, sheet=row.label.sheet, cell=row.label.address)
    if odd is not None and odd.code == "ENC-04":
        return [odd]
    return [at_label(row, "TPL-04", found=row.label.text, expected=item.label)]
