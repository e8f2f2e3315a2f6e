"""`thuocdo forms`: issue the units' forms, and say what the JSON form looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_rows, say
from ingestion.forms.issue import issue_forms
from ingestion.forms.writing.formats import FileFormat
from ingestion.forms.writing.text_forms import write_json_schema
from plans.periods import period_of
from plans.reading import find_plan, read_plans
from warehouse.clock import now
from warehouse.ledger import open_ledger
from warehouse.settings import settings_from_environment

group = typer.Typer(no_args_is_help=True, help="Biểu mẫu của đơn vị.")
COLUMNS = {"form_id": "Mã biểu", "cells": "Số ô", "due_at": "Hạn nộp (UTC)", "file": "Tệp"}


@group.callback()
def forms() -> None:
    """Biểu mẫu của đơn vị."""


@group.command()
def issue(
    plan: Annotated[str, typer.Option(help="Mã kế hoạch, ví dụ thien-tan-2026.")],
    period: Annotated[str, typer.Option(help="Kỳ báo cáo, ví dụ 2026-06.")],
    out: Annotated[Path, typer.Option(help="Thư mục nhận biểu mẫu.")],
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị; bỏ trống: mọi đơn vị.")] = None,
    file_format: Annotated[
        FileFormat,
        typer.Option("--format", help="xlsx: bảng tính; csv, json: cho đơn vị có phần mềm riêng (cùng nội dung)."),
    ] = FileFormat.XLSX,
    as_json: Json = False,
) -> None:
    """Phát hành biểu mẫu của một kỳ; phát hành lại chỉ cập nhật ô điền sẵn, mã biểu không đổi."""
    settings = settings_from_environment()
    asked = period_of(period).code
    found = find_plan(read_plans(settings.plans_folder), plan)
    issued = issue_forms(settings, open_ledger(settings), found, asked, now(settings), unit, out, file_format)
    rows = [
        {"form_id": form.form_id, "cells": form.cells_expected, "due_at": form.due_at, "file": form.path}
        for form in issued
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows("Biểu mẫu đã phát hành", COLUMNS, rows)


@group.command()
def schema(
    out: Annotated[Path, typer.Option(help="Tệp nhận lược đồ JSON của biểu dạng JSON.")], as_json: Json = False
) -> None:
    """Ghi lược đồ (JSON Schema) của biểu dạng JSON."""
    write_json_schema(out)
    if as_json:
        print_json({"file": out})
    else:
        say(f"Đã ghi {out}.")


def add_commands(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="forms")
