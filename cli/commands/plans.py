"""`thuocdo plans`: check plan files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_rows, say
from plans.reading import plan_files, read_catalogue, read_plan, unknown_canonical_codes, unmeasured_records
from plans.schema import write_json_schema
from warehouse.errors import PlanRefused
from warehouse.settings import settings_from_environment

group = typer.Typer(no_args_is_help=True, help="Tệp kế hoạch.")
COLUMNS = {
    "plan_key": "Kế hoạch",
    "units": "Đơn vị",
    "indicators": "Chỉ tiêu",
    "targets": "Mục tiêu",
    "tasks": "Nhiệm vụ",
    "reporting_rules": "Chế độ báo cáo",
    "doubts": "Điểm nghi vấn",
}


@group.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Tệp cần kiểm tra; bỏ trống: mọi kế hoạch.")] = None,
    as_json: Json = False,
) -> None:
    """Kiểm tra tệp kế hoạch theo lược đồ và danh mục chỉ tiêu chung."""
    folder = settings_from_environment().plans_folder
    plans = [read_plan(path) for path in files or plan_files(folder)]
    catalogue = read_catalogue(folder)
    unknown = unknown_canonical_codes(plans, catalogue)
    if unknown:
        raise PlanRefused(
            f"Có {len(unknown)} mã chỉ tiêu chung không có trong plans/catalogue.yml: {'; '.join(unknown)}. "
            "Hãy thêm vào danh mục hoặc bỏ canonical_code.",
            problems=unknown,
        )
    unmeasured = unmeasured_records(plans, catalogue)
    if unmeasured:
        raise PlanRefused(
            f"Có {len(unmeasured)} chỉ tiêu lấy số từ hồ sơ nhưng hồ sơ không đo được: {'; '.join(unmeasured)}. "
            "Hãy bỏ figure_of_record hoặc gắn canonical_code có dossier_rate trong plans/catalogue.yml.",
            problems=unmeasured,
        )
    rows = [
        {
            "plan_key": plan.plan_key,
            "units": len(plan.units),
            "indicators": len(plan.indicators),
            "targets": sum(len(indicator.targets) for indicator in plan.indicators),
            "tasks": len(plan.tasks),
            "reporting_rules": len(plan.reporting_rules),
            "doubts": len(plan.doubts),
        }
        for plan in plans
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows("Kế hoạch hợp lệ", COLUMNS, rows)


@group.command()
def schema(out: Annotated[Path, typer.Option(help="Tệp ghi JSON Schema.")], as_json: Json = False) -> None:
    """Ghi JSON Schema của tệp kế hoạch để trình soạn thảo gợi ý và báo lỗi."""
    write_json_schema(out)
    if as_json:
        print_json({"file": out})
    else:
        say(f"Đã ghi {out}")


def add_commands(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="plans")
