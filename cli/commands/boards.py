"""`thuocdo board`: where a plan stands, indicator by indicator, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import read_day, read_instant
from cli.board import print_board, read_board
from cli.output import Json, complain, print_json
from plans.reading import find_plan, read_plans
from warehouse.clock import today
from warehouse.publish import current_snapshot, snapshot_path
from warehouse.reading import opened
from warehouse.settings import Settings, settings_from_environment

if TYPE_CHECKING:
    from pathlib import Path


def add_commands(app: typer.Typer) -> None:
    """Add the board to the program."""
    app.command()(board)


def board(
    plan: Annotated[str, typer.Option(help="Mã kế hoạch.")],
    as_of: Annotated[str | None, typer.Option(help="Nhìn tại ngày (2026-06-15).")] = None,
    as_known_at: Annotated[str | None, typer.Option(help="Chỉ dùng những gì đã biết tới thời điểm này.")] = None,
    as_json: Json = False,
) -> None:
    """Bảng tiến độ của một kế hoạch: chỉ tiêu, giá trị, mục tiêu, trạng thái, xu hướng."""
    settings = settings_from_environment()
    find_plan(read_plans(settings.plans_folder), plan)
    with opened(_warehouse_file(settings, as_of, as_known_at)) as connection:
        found = read_board(connection, plan)
    if as_json:
        print_json(found)
    else:
        print_board(found)


def _warehouse_file(settings: Settings, as_of: str | None, as_known_at: str | None) -> Path:
    """Return the published snapshot, or an old one re-created from raw and ledger."""
    day = read_day(as_of) if as_of else None
    if as_known_at is None and (day is None or day.isoformat() == current_snapshot(settings).as_of):
        return snapshot_path(settings)
    from expectations.judged_build import recreate  # heavy, and seldom asked for

    known_at = read_instant(as_known_at) if as_known_at else None
    complain("Đang dựng lại kho dữ liệu tại thời điểm được hỏi…")
    return recreate(settings, day or today(settings), known_at)
