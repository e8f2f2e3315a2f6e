"""Hold the unit that a file states beside a figure against the unit of the indicator (reliability F37).

A figure in tỷ đồng under an indicator in triệu đồng would be wrong a thousandfold without looking
wrong: where the units differ in scale, the figure is refused, never converted by guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.reading.locate import cell_at, cell_beside, cells_with_text
from ingestion.normalise.numbers import has_scale_word, money_scale
from ingestion.normalise.text import clean, fold
from plans.records import ValueKind

if TYPE_CHECKING:
    from ingestion.cage import CagedFile
    from ingestion.forms.contents import IndicatorRow
    from ingestion.forms.reading.locate import LocatedCell, LocatedRow

PERCENT = "%"
_PERCENT_NAMES = frozenset(fold(name) for name in (PERCENT, "phần trăm", "tỷ lệ %", "tỷ lệ (%)"))
_LINE_LABELS = tuple(fold(label) for label in ("Đơn vị tính:", "ĐVT:"))
_EACH_ROW = fold("như từng dòng")


def unit_line(caged: CagedFile) -> LocatedCell | None:
    """Return the cell that states one unit for the whole table ("Đơn vị tính: triệu đồng"), if there is one."""
    for sheet, row, column, text in cells_with_text(caged):
        if fold(text).startswith(_LINE_LABELS):
            cell = cell_beside(sheet, row, column) if fold(text) in _LINE_LABELS else cell_at(sheet, row, column)
            if _stated(cell) not in {"", _EACH_ROW}:
                return cell
    return None


def unit_problem(item: IndicatorRow, stated: LocatedCell) -> Finding | None:
    """Return NUM-02 where a stated unit differs in scale from the indicator's; names of things may differ."""
    found, asked = _stated(stated), fold(item.unit)
    if not found or not asked or found == asked:
        return None
    is_percent = found in _PERCENT_NAMES
    if is_percent == (asked in _PERCENT_NAMES) and (is_percent or _is_same_scale(found, asked)):
        return None
    return finding("NUM-02", sheet=stated.sheet, cell=stated.address, found=clean(stated.text), expected=item.unit)


def states_money_unit(item: IndicatorRow, row: LocatedRow, line: LocatedCell | None) -> bool:
    """Tell whether it is said somewhere in what unit of money a row's figure is."""
    if item.kind is not ValueKind.MONEY:
        return True
    value = row.cells["value"]
    is_worded = isinstance(value.raw, str) and has_scale_word(value.raw)
    is_in_label = bool(item.unit) and fold(item.unit) in fold(row.label.text)
    return is_worded or is_in_label or bool(row.cells["unit"].text) or line is not None


def _stated(cell: LocatedCell) -> str:
    text = fold(cell.text)
    for label in _LINE_LABELS:
        text = text.removeprefix(label).strip()
    return text.strip("() ")


def _is_same_scale(found: str, asked: str) -> bool:
    if money_scale(found) is not None or money_scale(asked) is not None:
        return money_scale(found) == money_scale(asked)
    return has_scale_word(found) == has_scale_word(asked)
