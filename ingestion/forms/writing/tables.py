"""The two tables of a form: the unit's indicators, and its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ingestion.forms.layout import (
    FIGURE_COLUMNS,
    INDICATOR_COLUMNS,
    INDICATOR_INPUTS,
    INDICATOR_SHEET,
    NATURE_LABEL,
    NATURES,
    NIL_MARK,
    TASK_COLUMNS,
    TASK_INPUTS,
    TASK_SHEET,
    TASK_STATES,
    TEXT_CHOICES,
    YES_NO_CHOICES,
)
from ingestion.forms.writing.book import FIRST_ROW, NUMBER_FORMATS, row_height
from ingestion.forms.writing.filling import NATURE_CELL
from ingestion.forms.writing.furniture import open_sheet, write_header, write_section, write_signatures
from ingestion.forms.writing.rules import InputRules
from plans.records import ValueKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsxwriter.worksheet import Worksheet

    from ingestion.forms.contents import IndicatorRow, TaskRow
    from ingestion.forms.layout import Column
    from ingestion.forms.writing.book import Book

Item = TypeVar("Item", "IndicatorRow", "TaskRow")


def write_indicators(book: Book) -> None:
    """Write the sheet of indicators, grouped as the plan groups them."""
    sheet = open_sheet(book, INDICATOR_SHEET, INDICATOR_COLUMNS, "BÁO CÁO KẾT QUẢ THỰC HIỆN CHỈ TIÊU")
    sheet.write_string(8, 1, NATURE_LABEL, book.formats["right"])
    book.put_answer(sheet, 8, 2, NATURE_CELL)
    rules = InputRules()
    rules.add(8, 2, {"validate": "list", "source": list(NATURES)})
    last = len(INDICATOR_COLUMNS) - 2
    sheet.write_string(9, last, "Đơn vị tính: như từng dòng", book.formats["right"])
    write_header(book, sheet, INDICATOR_COLUMNS)
    for row, item in _in_sections(book, sheet, book.contents.indicators, INDICATOR_COLUMNS):
        _write_indicator(book, sheet, row, item, rules)
    rules.write(sheet)
    write_signatures(book, sheet, row + 2, (1, 5, 9))


def _in_sections(
    book: Book, sheet: Worksheet, items: tuple[Item, ...], columns: Sequence[Column]
) -> Iterator[tuple[int, Item]]:
    """Give each item with its row, below the heading of its section."""
    row, section = FIRST_ROW, None
    for item in items:
        if item.section != section:
            row, section = write_section(book, sheet, row, item.section, columns), item.section
        yield row, item
        row += 1


def _write_indicator(book: Book, sheet: Worksheet, row: int, item: IndicatorRow, rules: InputRules) -> None:
    shown = {"number": item.number, "label": item.label, "unit": item.unit, "target": item.target}
    shown |= {"previous": item.previous, "key": item.key}
    for number, column in enumerate(INDICATOR_COLUMNS):
        cell = ("indicator", item.key, column.key)
        if column.key in shown:
            book.put(sheet, row, number, shown[column.key], "label" if column.key == "label" else "centre")
            book.pin(sheet, row, number, cell)
        elif column.key in {"numerator", "denominator"} and item.kind is not ValueKind.RATIO:
            book.put(sheet, row, number, None, "closed")
        elif column.key in INDICATOR_INPUTS:
            shape = NUMBER_FORMATS.get(item.kind, "") if column.key == "value" else ""
            book.put_answer(sheet, row, number, cell, shape)
            if rule := _rule_of(column.key, item.kind):
                rules.add(row, number, rule)
    told = book.put_sentences(sheet, row, len(INDICATOR_COLUMNS), "indicator", item.key)
    note = str(book.filling.answers.get(("indicator", item.key, "note"), ""))
    texts = ((item.label, 50), (item.target, 20), (item.previous, 11), (item.unit, 10), (note, 25), (told, 44))
    sheet.set_row(row, row_height(*texts))


def _rule_of(column: str, kind: ValueKind) -> dict[str, Any] | None:
    """Help the hand: drop-down lists, and a warning (not a stop) for a figure that cannot be meant."""
    if column == "nil":
        return {"validate": "list", "source": [NIL_MARK]}
    if column == "value" and kind is ValueKind.YES_NO:
        return {"validate": "list", "source": list(YES_NO_CHOICES)}
    if column == "value" and kind is ValueKind.TEXT:
        return {"validate": "list", "source": list(TEXT_CHOICES)}
    if column in FIGURE_COLUMNS and kind is not ValueKind.GROWTH:
        return {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_type": "warning",
            "error_title": "Kiểm tra lại số",
            "error_message": "Ô này nhận một số từ 0 trở lên. Tỷ lệ ghi theo thang 0–100 (92,5), không ghi 0,925.",
        }
    return None


def write_tasks(book: Book) -> None:
    """Write the sheet of tasks."""
    sheet = open_sheet(book, TASK_SHEET, TASK_COLUMNS, "BÁO CÁO TIẾN ĐỘ THỰC HIỆN NHIỆM VỤ")
    write_header(book, sheet, TASK_COLUMNS)
    rules = InputRules()
    for row, item in _in_sections(book, sheet, book.contents.tasks, TASK_COLUMNS):
        _write_task(book, sheet, row, item, rules)
    rules.write(sheet)
    write_signatures(book, sheet, row + 2, (1, 4, 7))


def _write_task(book: Book, sheet: Worksheet, row: int, item: TaskRow, rules: InputRules) -> None:
    shown = {"number": item.number, "label": item.label, "deadline": item.deadline, "product": item.product}
    shown |= {"previous": item.previous, "key": item.key}
    for number, column in enumerate(TASK_COLUMNS):
        if column.key in shown:
            book.put(sheet, row, number, shown[column.key], "label" if column.key == "label" else "centre")
        elif column.key in TASK_INPUTS:
            book.put_answer(sheet, row, number, ("task", item.key, column.key))
        if column.key == "state":
            rules.add(row, number, {"validate": "list", "source": list(TASK_STATES)})
        if column.key == "percent":
            limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
            limits |= {"error_type": "warning", "error_message": "Tỷ lệ hoàn thành từ 0 đến 100."}
            rules.add(row, number, limits)
    told = book.put_sentences(sheet, row, len(TASK_COLUMNS), "task", item.key)
    note = str(book.filling.answers.get(("task", item.key, "note"), ""))
    texts = ((item.label, 58), (item.product, 25), (item.deadline, 18), (item.previous, 13), (note, 31), (told, 44))
    sheet.set_row(row, row_height(*texts))
