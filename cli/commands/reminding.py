"""`thuocdo remind`: send the reminders that are due today."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import Json, print_json, print_rows, say
from ingestion.chasing.notifier import notifiers
from ingestion.chasing.send import Sent, send_reminders
from plans.reading import find_plan, read_plans
from warehouse.clock import now
from warehouse.ledger import open_ledger
from warehouse.settings import settings_from_environment

COLUMNS = {
    "plan_key": "Kế hoạch",
    "period": "Kỳ",
    "unit_code": "Đơn vị",
    "step": "Bước",
    "due_on": "Hạn nộp",
    "working_days_left": "Ngày làm việc còn lại",
    "cells_outstanding": "Ô còn thiếu",
    "audience": "Người nhận",
}


def remind(
    plan: Annotated[str | None, typer.Option(help="Mã kế hoạch; bỏ trống: mọi kế hoạch.")] = None,
    as_json: Json = False,
) -> None:
    """Gửi thư nhắc những ô còn thiếu, mỗi bước một lần (T-5, T-1, T+1, T+3 ngày làm việc)."""
    settings = settings_from_environment()
    plans = read_plans(settings.plans_folder)
    if plan:
        find_plan(plans, plan)
    sent = send_reminders(settings, open_ledger(settings), plans, notifiers(settings), now(settings), plan)
    if as_json:
        print_json([_row(one) | {"subject": one.message.subject, "cells": one.reminder.cells} for one in sent])
    elif sent:
        print_rows("Thư nhắc đã gửi", COLUMNS, [_row(one) | {"audience": ", ".join(_roles(one))} for one in sent])
    else:
        say("Hôm nay không có thư nhắc nào phải gửi.")


def _row(sent: Sent) -> dict[str, object]:
    reminder = sent.reminder
    return {
        "form_id": reminder.form_id,
        "plan_key": reminder.plan_key,
        "unit_code": reminder.unit_code,
        "period": reminder.period,
        "step": reminder.step,
        "due_on": reminder.due_on,
        "working_days_left": reminder.working_days_left,
        "cells_outstanding": len(reminder.cells),
        "audience": _roles(sent),
    }


def _roles(sent: Sent) -> list[str]:
    return [role.value for role in sent.reminder.audience]


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(remind)
