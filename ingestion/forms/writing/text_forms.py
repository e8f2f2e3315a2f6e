"""A form as CSV and as JSON: the same contract as the workbook, for units with systems of their own.

Both are read back by the reader of workbooks: CSV by the same titles, JSON by the columns' names
(`ingestion.forms.layout`). What the JSON form looks like is published as `docs/form.schema.json`.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from ingestion.forms.contents import form_subtitle
from ingestion.forms.layout import (
    IDENTITY_LABEL,
    INDICATOR_COLUMNS,
    INDICATOR_INPUTS,
    NATURE_LABEL,
    NATURES,
    NIL_MARK,
    SAMPLE_BANNER,
    TASK_COLUMNS,
    TASK_INPUTS,
    TASK_STATES,
    TEXT_CHOICES,
    YES_NO_CHOICES,
)
from ingestion.forms.writing.filling import NATURE_CELL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ingestion.forms.contents import FormContents, IndicatorRow, TaskRow
    from ingestion.forms.layout import Column
    from ingestion.forms.writing.filling import Answer, Filling

Figure = int | float | str | None
BYTE_ORDER_MARK = "\ufeff"
PREFILLED_LABEL = "Đã điền sẵn:"


class Entry(BaseModel):
    """A row of the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(description="Mã dòng; không được sửa")
    label: str = Field(description="Tên dòng, để đọc; không được sửa")
    prefilled_from: str | None = Field(default=None, description="Nguồn của ô được điền sẵn; để trống nếu không có")


class IndicatorEntry(Entry):
    """An indicator; all of `numerator`, `denominator`, `value` and `nil` empty means: no data yet, which is not 0."""

    unit: str = Field(description="Đơn vị tính")
    target: str = Field(description="Mục tiêu gần nhất, để đọc")
    previous: str = Field(description="Kết quả kỳ trước, để đọc")
    numerator: Figure = Field(description="Tử số; chỉ với chỉ tiêu tỷ lệ")
    denominator: Figure = Field(description="Mẫu số; chỉ với chỉ tiêu tỷ lệ")
    value: Figure = Field(
        description="Kết quả: số (tỷ lệ theo thang 0-100), hoặc một lựa chọn: "
        + ", ".join(dict.fromkeys((*YES_NO_CHOICES, *TEXT_CHOICES)))
    )
    nil: str | None = Field(description=f"“{NIL_MARK}” nếu trong kỳ không phát sinh", pattern=f"^{NIL_MARK}$")
    note: str | None = Field(description="Ghi chú; không ghi thông tin cá nhân")


class TaskEntry(Entry):
    """A task."""

    deadline: str = Field(description="Thời hạn, để đọc")
    product: str = Field(description="Sản phẩm, để đọc")
    previous: str = Field(description="Trạng thái kỳ trước, để đọc")
    state: str | None = Field(description="Trạng thái", json_schema_extra={"enum": [*TASK_STATES, None]})
    percent: Figure = Field(description="% hoàn thành, từ 0 đến 100")
    note: str | None = Field(description="Ghi chú, sản phẩm đạt được")


class JsonForm(BaseModel):
    """Biểu báo cáo của một đơn vị trong một kỳ (Thước Đo)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: str = Field(description="Mã biểu; giữ nguyên khi gửi lại")
    period: str = Field(description="Kỳ báo cáo, để đọc; mã biểu mới quyết định kỳ")
    unit: str = Field(description="Mã đơn vị, để đọc; mã biểu mới quyết định đơn vị")
    notice: str | None = Field(default=None, description="Điều cần biết về biểu này")
    number_nature: str | None = Field(description="Loại số liệu", json_schema_extra={"enum": [*NATURES, None]})
    indicators: tuple[IndicatorEntry, ...]
    tasks: tuple[TaskEntry, ...]


def json_form(contents: FormContents, filling: Filling, *, is_sample: bool) -> str:
    """Return a form as JSON."""
    nature = filling.answers.get(NATURE_CELL)
    form = JsonForm(
        form=contents.identity.line,
        period=contents.period.code,
        unit=contents.unit.code,
        notice=SAMPLE_BANNER if is_sample else None,
        number_nature=None if nature is None else str(nature),
        indicators=tuple(
            IndicatorEntry(**_facts("indicator", row, INDICATOR_COLUMNS, INDICATOR_INPUTS, filling))
            for row in contents.indicators
        ),
        tasks=tuple(TaskEntry(**_facts("task", row, TASK_COLUMNS, TASK_INPUTS, filling)) for row in contents.tasks),
    )
    return form.model_dump_json(indent=1) + "\n"


def json_schema() -> str:
    """Return the JSON Schema of the JSON form, as it is published."""
    return json.dumps(JsonForm.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


def write_json_schema(path: Path) -> None:
    """Write the JSON Schema of the JSON form."""
    path.write_text(json_schema(), encoding="utf-8")


def csv_form(contents: FormContents, filling: Filling, *, is_sample: bool) -> str:
    """Return a form as CSV for Vietnamese Excel: UTF-8 with its mark, semicolons between cells."""
    rows = [*_csv_head(contents, filling, is_sample=is_sample)]
    if contents.indicators:
        rows += _csv_table("indicator", contents.indicators, INDICATOR_COLUMNS, INDICATOR_INPUTS, filling)
    if contents.tasks:
        rows += _csv_table("task", contents.tasks, TASK_COLUMNS, TASK_INPUTS, filling)
    width = max(map(len, rows))
    text = io.StringIO()
    # Every line is as wide as the widest: the separator is told from the first line alone.
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([*row, *[""] * (width - len(row))] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


def _csv_head(contents: FormContents, filling: Filling, *, is_sample: bool) -> Iterator[list[str]]:
    yield [f"{IDENTITY_LABEL} {contents.identity.line}"]
    yield [f"{contents.plan.commune_name} - {contents.unit.name}"]
    yield [form_subtitle(contents)]
    if is_sample:
        yield [SAMPLE_BANNER]
    for source in dict.fromkeys(filling.prefilled.values()):
        keys = dict.fromkeys(key for (_, key, _), text in filling.prefilled.items() if text == source)
        yield [f"{PREFILLED_LABEL} {', '.join(keys)}. {source}"]
    yield [NATURE_LABEL, _csv_cell(filling.answers.get(NATURE_CELL))]


def _csv_table(
    part: str,
    items: Iterable[IndicatorRow | TaskRow],
    columns: Sequence[Column],
    inputs: Sequence[str],
    filling: Filling,
) -> Iterator[list[str]]:
    yield [column.title for column in columns]
    for item in items:
        facts = _facts(part, item, columns, inputs, filling) | {"number": item.number}
        yield [_csv_cell(facts[column.key]) for column in columns]


def _facts(
    part: str, item: IndicatorRow | TaskRow, columns: Sequence[Column], inputs: Sequence[str], filling: Filling
) -> dict[str, Any]:
    """Return a row by column name: what is printed, and what stands in its input cells."""
    facts: dict[str, Any] = {}
    sources = []
    for column in columns:
        cell = (part, item.key, column.key)
        if column.key in inputs:
            facts[column.key] = filling.answers.get(cell)
            sources.append(filling.prefilled.get(cell))
        elif column.key != "number":
            facts[column.key] = getattr(item, column.key)
    return facts | {"prefilled_from": next((source for source in sources if source), None)}


def _csv_cell(value: Answer | None) -> str:
    return "" if value is None else str(value)
