"""`thuocdo forms`: issue the units' forms."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_rows
from ingestion.forms.issue import issue_forms
from plans.periods import period_of
from plans.reading import find_plan, read_plans
from warehouse.clock import now
from warehouse.ledger import open_ledger
from warehouse.settings import settings_from_environment

group = typer.Typer(no_args_is_help=True, help="Biểu mẫu của đơn vị.")


@group.callback()
def forms() -> None:
    """Biểu mẫu của đơn vị."""


@group.command()
def issue(
    plan: Annotated[str, typer.Option(help="Mã kế hoạch, ví dụ thien-tan-2026.")],
    period: Annotated[str, typer.Option(help="Kỳ báo cáo, ví dụ 2026-06.")],
    out: Annotated[Path, typer.Option(help="Thư mục nhận biểu mẫu.")],
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị; bỏ trống: mọi đơn vị.")] = None,
    as_json: Json = False,
) -> None:
    """Phát hành biểu mẫu của một kỳ; phát hành lại không làm thay đổi gì."""
    settings = settings_from_environment()
    asked = period_of(period).code
    found = find_plan(read_plans(settings.plans_folder), plan)
    issued = issue_forms(settings, open_ledger(settings), found, asked, now(settings), unit_code=unit)
    out.mkdir(parents=True, exist_ok=True)
    copies = [Path(shutil.copy(form.path, out / f"{plan}-{asked}-{form.path.name}")) for form in issued]
    rows = [
        {"form_id": form.form_id, "cells": form.cells_expected, "due_at": form.due_at, "file": copy}
        for form, copy in zip(issued, copies, strict=True)
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(
            "Biểu mẫu đã phát hành",
            {"form_id": "Mã biểu", "cells": "Số ô", "due_at": "Hạn nộp (UTC)", "file": "Tệp"},
            rows,
        )


def add_commands(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="forms")
