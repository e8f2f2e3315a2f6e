"""`thuocdo flags`: what the checks say of the figures, and people's answers."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import Json, print_json, print_rows, say
from expectations.flags import waive_flag
from plans.periods import period_of
from plans.reading import find_plan, read_plans
from warehouse.clock import now
from warehouse.ledger import open_ledger
from warehouse.reading import published, rows_of
from warehouse.settings import settings_from_environment

group = typer.Typer(invoke_without_command=True, help="Cảnh báo về số liệu.")
COLUMNS = {
    "flag_id": "Mã",
    "severity": "Mức",
    "plan_key": "Kế hoạch",
    "period": "Kỳ",
    "unit_code": "Đơn vị",
    "indicator_code": "Chỉ tiêu",
    "rule_code": "Quy tắc",
    "explanation_vi": "Giải thích",
    "state": "Trạng thái",
}


@group.callback(invoke_without_command=True)
def flags(
    context: typer.Context,
    plan: Annotated[str | None, typer.Option(help="Mã kế hoạch.")] = None,
    period: Annotated[str | None, typer.Option(help="Kỳ báo cáo.")] = None,
    state: Annotated[str | None, typer.Option(help="open, waived hoặc fixed.")] = None,
    as_json: Json = False,
) -> None:
    """Liệt kê cảnh báo trong bản dữ liệu đã công bố."""
    if context.invoked_subcommand:
        return
    settings = settings_from_environment()
    if plan:
        find_plan(read_plans(settings.plans_folder), plan)
    asked = {"plan_key": plan, "period": period_of(period).code if period else None, "state": state}
    equal = {column: value for column, value in asked.items() if value}
    with published(settings) as connection:
        rows = rows_of(connection, "fct_quality_flags", "plan_key", "period", "severity", "flag_id", **equal)
    if as_json:
        print_json(rows)
    else:
        print_rows("Cảnh báo", COLUMNS, rows)


@group.command()
def waive(
    flag: Annotated[str, typer.Argument(help="Mã cảnh báo.")],
    reason: Annotated[str, typer.Option(help="Vì sao số liệu đúng.")],
    by: Annotated[str, typer.Option(help="Ai xác nhận.")],
    as_json: Json = False,
) -> None:
    """Xác nhận một số liệu là đúng, kèm lý do; có hiệu lực ở lần dựng kho kế tiếp."""
    settings = settings_from_environment()
    waive_flag(open_ledger(settings), flag, reason, by, now(settings))
    if as_json:
        print_json({"flag_id": flag, "state": "waived"})
    else:
        say(f"Đã ghi xác nhận cho cảnh báo {flag}. Chạy `thuocdo build` để bản công bố phản ánh xác nhận này.")


def add_commands(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="flags")
