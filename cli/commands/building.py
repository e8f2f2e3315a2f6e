"""`thuocdo build` and `rebuild`: make and publish the warehouse."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.arguments import read_day
from cli.output import Json, print_json, say
from expectations.judged_build import build as build_snapshot
from ingestion.rebuild import rebuild_raw
from plans.reading import read_plans
from warehouse.ledger import open_ledger
from warehouse.settings import settings_from_environment


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(build)
    app.command()(rebuild)


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


def rebuild(as_json: Json = False) -> None:
    """Dựng lại toàn bộ kho từ tệp gốc và sổ cái."""
    settings = settings_from_environment()
    rows = rebuild_raw(settings, open_ledger(settings), read_plans(settings.plans_folder))
    snapshot_id = build_snapshot(settings)
    if as_json:
        print_json({"rows": rows, "snapshot_id": snapshot_id})
    else:
        say(f"Đã đọc lại {rows} dòng từ tệp gốc và công bố bản dữ liệu {snapshot_id}.")
