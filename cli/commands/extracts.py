"""`thuocdo extract`: the package that the province receives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import read_instant
from cli.output import Json, as_plain, print_json, print_rows, say
from plans.periods import period_of
from plans.reading import find_plan, read_plans
from warehouse.clock import now, today
from warehouse.errors import ReconciliationFailed
from warehouse.extracts.delivery import approve_extract, deliver_extract
from warehouse.extracts.package import create_extract
from warehouse.extracts.registry import extract_of, find_extract, list_extracts
from warehouse.extracts.verify import verify_extract
from warehouse.ledger import open_ledger
from warehouse.settings import Settings, settings_from_environment

group = typer.Typer(no_args_is_help=True, help="Gói trích xuất gửi tỉnh.")
PlanKey = Annotated[str, typer.Option("--plan", help="Mã kế hoạch.")]
PeriodCode = Annotated[str, typer.Option("--period", help="Kỳ báo cáo.")]
COLUMNS = {
    "export_id": "Gói",
    "plan_key": "Kế hoạch",
    "period": "Kỳ",
    "revision": "Bản",
    "state": "Trạng thái",
    "folder": "Thư mục",
}


@group.command()
def create(
    plan: PlanKey,
    period: PeriodCode,
    as_known_at: Annotated[str | None, typer.Option(help="Tạo lại theo những gì đã biết tới thời điểm này.")] = None,
    as_json: Json = False,
) -> None:
    """Lập gói trích xuất; cùng số liệu đã nhận thì cùng từng byte."""
    settings = settings_from_environment()
    find_plan(read_plans(settings.plans_folder), plan)
    code = period_of(period).code
    file = _recreated(settings, as_known_at) if as_known_at else None
    made = create_extract(settings, open_ledger(settings), plan, code, now(settings), snapshot_file=file)
    if as_json:
        print_json(made)
    else:
        say(f"{'Đã lập' if made.is_new else 'Không đổi'}: {made.folder} (bản {made.revision}, {made.state})")


@group.command()
def approve(
    plan: PlanKey,
    period: PeriodCode,
    by: Annotated[str, typer.Option(help="Người duyệt.")] = "",
    as_json: Json = False,
) -> None:
    """Duyệt gói mới nhất của kỳ; từ đó kỳ bị khóa."""
    settings = settings_from_environment()
    approved = approve_extract(settings, open_ledger(settings), _which(plan, period), by, now(settings))
    if as_json:
        print_json(approved)
    else:
        say(f"Đã duyệt {approved.export_id}.")


@group.command()
def deliver(plan: PlanKey, period: PeriodCode, as_json: Json = False) -> None:
    """Gửi gói đã duyệt vào hộp gửi; gửi lại không tạo bản thứ hai."""
    settings = settings_from_environment()
    delivered = deliver_extract(settings, open_ledger(settings), _which(plan, period), now(settings))
    if as_json:
        print_json(delivered)
    else:
        say(f"{delivered.export_id}: {delivered.state}")


@group.command()
def verify(plan: PlanKey, period: PeriodCode, as_json: Json = False) -> None:
    """Đối chiếu gói với tờ khai (manifest): tệp, mã băm, số dòng, giá trị giữa các dạng."""
    settings = settings_from_environment()
    export = extract_of(settings, find_extract(open_ledger(settings), _which(plan, period)))
    problems = verify_extract(export.folder)
    if problems:
        raise ReconciliationFailed(
            f"Gói {export.export_id} có {len(problems)} sai lệch: {'; '.join(problems)}. Hãy tạo lại gói.",
            problems=problems,
        )
    if as_json:
        print_json({"export_id": export.export_id, "problems": problems})
    else:
        say(f"{export.export_id}: đủ và đúng.")


@group.command("list")
def list_all(plan: Annotated[str | None, typer.Option(help="Mã kế hoạch.")] = None, as_json: Json = False) -> None:
    """Liệt kê các gói đã lập."""
    settings = settings_from_environment()
    records = list_extracts(open_ledger(settings), plan)
    if as_json:
        print_json(records)
    else:
        print_rows("Gói trích xuất", COLUMNS, [as_plain(extract_of(settings, record)) for record in records])


def _recreated(settings: Settings, as_known_at: str) -> Path:
    from expectations.judged_build import recreate  # heavy, and seldom asked for

    return recreate(settings, today(settings), read_instant(as_known_at))


def _which(plan: str, period: str) -> tuple[str, str]:
    return plan, period_of(period).code


def add_commands(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="extract")
