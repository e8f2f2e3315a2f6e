"""`thuocdo query`: analysts' SQL on the published snapshot."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.output import Json, as_cell, print_csv, print_json, print_rows
from warehouse.reading import query as run_query
from warehouse.settings import settings_from_environment


class Format(StrEnum):
    """How a query's answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(query)


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
