"""`thuocdo build`, `query`, `rebuild`, `run`: the warehouse and the whole job."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.commands.boards import read_day
from cli.job import run_whole_job
from cli.output import Json, as_cell, print_csv, print_json, print_rows, say
from expectations.judged_build import build as build_snapshot
from ingestion.rebuild import rebuild_raw
from plans.reading import read_plans
from warehouse.ledger import open_ledger
from warehouse.reading import query as run_query
from warehouse.settings import settings_from_environment


class Format(StrEnum):
    """How a query's answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def add_commands(app: typer.Typer) -> None:
    """Add the warehouse commands to the program."""
    app.command()(build)
    app.command()(query)
    app.command()(rebuild)
    app.command()(run)


def build(
    as_of: Annotated[str | None, typer.Option(help="Ngày tính (2026-06-15); mặc định hôm nay.")] = None,
    as_json: Json = False,
) -> None:
    """Dựng kho (dbt), phán xét số liệu (Great Expectations), công bố."""
    snapshot_id = build_snapshot(settings_from_environment(), read_day(as_of) if as_of else None)
    if as_json:
        print_json({"snapshot_id": snapshot_id})
    else:
        say(f"Đã công bố bản dữ liệu {snapshot_id}.")


def query(
    sql: Annotated[str, typer.Argument(help="Câu SQL trên bản đã công bố (chỉ đọc).")],
    output: Annotated[Format, typer.Option("--format", help="Dạng in kết quả.")] = Format.TABLE,
    as_json: Json = False,
) -> None:
    """Hỏi bản dữ liệu đã công bố bằng SQL; không ai phải chờ ai."""
    answer = run_query(settings_from_environment(), sql)
    if as_json or output is Format.JSON:
        print_json(answer.records())
    elif output is Format.CSV:
        print_csv(answer.columns, answer.rows)
    else:
        shown = [{name: as_cell(value) for name, value in record.items()} for record in answer.records()]
        print_rows(f"{len(shown)} dòng", {name: name for name in answer.columns}, shown)


def rebuild(as_json: Json = False) -> None:
    """Dựng lại toàn bộ kho từ tệp gốc và sổ cái."""
    settings = settings_from_environment()
    rows = rebuild_raw(settings, open_ledger(settings), read_plans(settings.plans_folder))
    snapshot_id = build_snapshot(settings)
    if as_json:
        print_json({"rows": rows, "snapshot_id": snapshot_id})
    else:
        say(f"Đã đọc lại {rows} dòng từ tệp gốc và công bố bản dữ liệu {snapshot_id}.")


def run(
    as_of: Annotated[str, typer.Option(help="Ngày kết thúc của sáu tháng minh họa.")] = "2026-06-15",
    as_json: Json = False,
) -> None:
    """Chạy toàn bộ công việc qua các DAG của Airflow trên năm kế hoạch."""
    result = run_whole_job(settings_from_environment(), read_day(as_of))
    if as_json:
        print_json(result)
