"""`thuocdo run`: the whole job through Airflow."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.arguments import read_day
from cli.job import run_whole_job
from cli.output import Json, people_on_stderr, print_json
from warehouse.settings import settings_from_environment


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(run)


def run(
    as_of: Annotated[str, typer.Option(help="Ngày kết thúc của sáu tháng minh họa.")] = "2026-06-15",
    as_json: Json = False,
) -> None:
    """Chạy toàn bộ công việc qua các DAG của Airflow trên năm kế hoạch."""
    if as_json:
        people_on_stderr()
    result = run_whole_job(settings_from_environment(), read_day(as_of))
    if as_json:
        print_json(result)
