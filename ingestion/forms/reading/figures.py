"""Judge the answers of one row: figures, choices, and the rules between them.

Every bad cell gives a finding; none stops the reading of the next, so that a unit mends all of
them at once. The rules RUL-xx are those of the form itself; what needs other periods, other
units or the portal is judged later, on the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import decimal_shown
from ingestion.forms.layout import NIL_MARK, TASK_STATES, TEXT_CHOICES, YES_NO_CHOICES
from ingestion.forms.reading.units import unit_problem
from ingestion.forms.records import Observation, TaskReport
from ingestion.normalise.numbers import Figure, FigureKind, parse_figure, written_state
from ingestion.normalise.text import clean, examine, fold
from plans.records import ValueKind

if TYPE_CHECKING:
    from ingestion.forms.contents import IndicatorRow, TaskRow
    from ingestion.forms.reading.locate import LocatedCell, LocatedRow

HUNDRED = Decimal(100)
STORED = Decimal("0.0001")
NIL_TEXTS = frozenset(fold(text) for text in (NIL_MARK, "Không phát sinh", "KPS"))
CHOICES = {ValueKind.YES_NO: YES_NO_CHOICES, ValueKind.TEXT: TEXT_CHOICES}
FIGURE_KINDS: Mapping[ValueKind, FigureKind] = {
    ValueKind.RATIO: "ratio",
    ValueKind.GROWTH: "growth",
    ValueKind.COUNT: "count",
    ValueKind.INDEX: "index",
    ValueKind.MONEY: "money",
}
_EVERY_CHOICE = frozenset(fold(text) for text in (*TASK_STATES, *YES_NO_CHOICES, *TEXT_CHOICES, NIL_MARK))
Judged = tuple[Observation, tuple[Finding, ...]]


def judge_indicator(item: IndicatorRow, row: LocatedRow, nature: str | None) -> Judged:
    """Read one indicator's answer; returns it with every finding about its cells."""
    nil, findings = _nil_mark(row.cells["nil"])
    note, about_note = _note(row.cells.get("note"))
    answer = _chosen if item.kind in CHOICES else _measured
    observation, about_value = answer(item, row)
    observation = replace(observation, number_nature=nature, note=note)
    if nil:
        observation, contradiction = _as_nil_return(observation, row)
        about_value = (*about_value, *contradiction)
    return observation, (*about_value, *findings, *about_note, *_unit_of_row(item, row))


def _unit_of_row(item: IndicatorRow, row: LocatedRow) -> tuple[Finding, ...]:
    problem = unit_problem(item, row.cells["unit"]) if "unit" in row.cells else None
    return (problem,) if problem else ()


def judge_task(item: TaskRow, row: LocatedRow) -> tuple[TaskReport, tuple[Finding, ...]]:
    """Read one task's answer; returns it with every finding about its cells."""
    state_cell, percent_cell = row.cells["state"], row.cells["percent"]
    is_dash = written_state(state_cell.text) == "missing" and not state_cell.is_broken
    state_text, about_state = (None, ()) if is_dash else _choice(state_cell, TASK_STATES)
    percent, about_percent = _figure(percent_cell, "ratio")
    note, about_note = _note(row.cells.get("note"))
    state = TASK_STATES[state_text] if state_text else None
    findings = (*about_state, *about_percent, *about_note)
    if percent.value is not None and not about_state:
        findings += _state_againstpercent_of(state, percent.value, state_cell)
    status = _task_status(state, percent, failed=any(found.severity == "error" for found in findings))
    report = TaskReport(item.key, state, percent.value, note, status, state_cell.sheet, state_cell.address)
    return report, findings


def _task_status(state: str | None, percent: Figure, *, failed: bool) -> str:
    if failed:
        return "error"
    if state == "not_applicable":
        return "not_applicable"
    return "missing" if state is None and percent.value is None else "reported"


def _state_againstpercent_of(state: str | None, percent: Decimal, cell: LocatedCell) -> tuple[Finding, ...]:
    shown = decimal_shown(percent)
    if state is None:
        return (_told("RUL-07", cell, shown),)
    fits = {"not_started": percent == 0, "in_progress": percent < HUNDRED, "done": percent == HUNDRED}
    if fits.get(state, True):
        return ()
    return (_told("RUL-06", cell, cell.text, shown),)


def _chosen(item: IndicatorRow, row: LocatedRow) -> Judged:
    """Read an answer that is picked from a list."""
    cell = row.cells["value"]
    state = written_state(cell.text)
    text, findings = (None, ()) if state and not cell.is_broken else _choice(cell, CHOICES[item.kind])
    status = "error" if findings else "reported" if text else state or "missing"
    return _observation(item, cell, text=text, status=status), findings + _unused_cells(row)


def _measured(item: IndicatorRow, row: LocatedRow) -> Judged:
    """Read an answer that is a figure."""
    cell = row.cells["value"]
    value, findings = _figure(cell, FIGURE_KINDS[item.kind], item.unit or None)
    if item.kind is not ValueKind.RATIO:
        return _observation(item, cell, value=value.value, status=value.status), findings + _unused_cells(row)
    numerator, about_numerator = part_figure(row.cells["numerator"])
    denominator, about_denominator = part_figure(row.cells["denominator"])
    findings += about_numerator + about_denominator
    if any(found.severity == "error" for found in findings):
        return _observation(item, cell, status="error"), findings
    if numerator is None and denominator is None:
        return _observation(item, cell, value=value.value, status=value.status), findings
    problem = _ratio_problem(row, numerator, denominator, value.value)
    if problem or numerator is None or denominator is None:
        return _observation(item, cell, status="error"), findings + ((problem,) if problem else ())
    computed = percent_of(numerator, denominator) if denominator else None
    status = "missing" if computed is None else "reported"
    return (
        _observation(item, cell, value=computed, status=status, numerator=numerator, denominator=denominator),
        findings,
    )


def _ratio_problem(
    row: LocatedRow, numerator: Decimal | None, denominator: Decimal | None, value: Decimal | None
) -> Finding | None:
    """Hold the three cells of a ratio against each other; returns the first rule that they break."""
    if numerator is None:
        return _told("RUL-04", row.cells["numerator"], "mẫu số", "tử số")
    if denominator is None:
        return _told("RUL-04", row.cells["denominator"], "tử số", "mẫu số")
    if numerator > denominator:
        return _told("RUL-01", row.cells["numerator"], decimal_shown(numerator), decimal_shown(denominator))
    if denominator == 0:
        return None if _is_nil(row) else _told("RUL-03", row.cells["denominator"], "0")
    computed = percent_of(numerator, denominator)
    if value is not None and not is_same_ratio(value, computed):
        return _told("RUL-02", row.cells["value"], decimal_shown(value), decimal_shown(computed))
    return None


def percent_of(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Return a share in percent points, at the scale of stored figures."""
    return (numerator * HUNDRED / denominator).quantize(STORED, ROUND_HALF_UP)


def _figure(cell: LocatedCell, kind: FigureKind, unit: str | None = None) -> tuple[Figure, tuple[Finding, ...]]:
    if cell.is_broken:
        return Figure(None, "error"), (_broken(cell),)
    figure = parse_figure(cell.raw, kind, cell.number_format, unit=unit, sheet=cell.sheet, cell=cell.address)
    return figure, (figure.finding,) if figure.finding else ()


def part_figure(cell: LocatedCell) -> tuple[Decimal | None, tuple[Finding, ...]]:
    """Read a numerator or denominator: as a count, else (money, hours, hectares) as any figure from 0 up."""
    figure, findings = _figure(cell, "count")
    if any(found.code == "NUM-02" for found in findings):
        figure, findings = _figure(cell, "index")
    return figure.value, findings


def is_choice(text: str) -> bool:
    """Tell whether a text is one of the choices that some cell of the form offers."""
    return fold(text) in _EVERY_CHOICE


def _broken(cell: LocatedCell) -> Finding:
    return _told("NUM-03", cell, cell.text or "chưa có kết quả tính")


def _told(code: str, cell: LocatedCell, found: str, expected: str | None = None) -> Finding:
    return finding(code, sheet=cell.sheet, cell=cell.address, found=found, expected=expected)


def is_same_ratio(written: Decimal, computed: Decimal) -> bool:
    """Tell whether a written percentage is the computed one, rounded or cut at its own last decimal."""
    exponent = written.normalize().as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return abs(written - computed) < Decimal(1).scaleb(-min(decimals, 4))


def _as_nil_return(observation: Observation, row: LocatedRow) -> Judged:
    """Turn an answer marked "không phát sinh" into a nil return; a figure beside the mark contradicts it."""
    if observation.value_status == "error":
        return observation, ()
    if observation.value is None and not observation.value_text:
        return replace(observation, value_status="nil_return"), ()
    place = row.cells["nil"]
    shown = observation.value_text or decimal_shown(observation.value or Decimal(0))
    return replace(observation, value_status="error"), (_told("RUL-05", place, shown),)


def _is_nil(row: LocatedRow) -> bool:
    return fold(row.cells["nil"].text) in NIL_TEXTS


def _nil_mark(cell: LocatedCell) -> tuple[bool, tuple[Finding, ...]]:
    if not cell.text:
        return False, ()
    if fold(cell.text) in NIL_TEXTS:
        return True, ()
    return False, (_told("CHO-01", cell, cell.text, f"“{NIL_MARK}”"),)


def _choice(cell: LocatedCell, choices: Iterable[str]) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the choice as the list spells it, or None for an empty cell."""
    if cell.is_broken:
        return None, (_broken(cell),)
    if not cell.text:
        return None, ()
    spelled = {fold(choice): choice for choice in choices}
    if fold(cell.text) in spelled:
        return spelled[fold(cell.text)], ()
    listed = ", ".join(f"“{choice}”" for choice in choices)
    return None, (_told("CHO-01", cell, cell.text, listed),)


def _note(cell: LocatedCell | None) -> tuple[str | None, tuple[Finding, ...]]:
    if cell is None or not cell.text:
        return None, ()
    problem = examine(cell.text, sheet=cell.sheet, cell=cell.address)
    return clean(cell.text) or None, (problem,) if problem else ()


def _unused_cells(row: LocatedRow) -> tuple[Finding, ...]:
    """Tell of figures in cells that this kind of indicator does not use."""
    return tuple(
        _told("TPL-05", cell, cell.text) for cell in (row.cells["numerator"], row.cells["denominator"]) if cell.text
    )


def _observation(
    item: IndicatorRow,
    cell: LocatedCell,
    *,
    status: str,
    value: Decimal | None = None,
    text: str | None = None,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
) -> Observation:
    return Observation(
        indicator_code=item.key,
        numerator=numerator,
        denominator=denominator,
        value=value,
        value_text=text,
        value_status=status,
        number_nature=None,
        note=None,
        sheet=cell.sheet,
        cell=cell.address,
    )
