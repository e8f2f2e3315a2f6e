"""`thuocdo backup`: create, verify and restore backups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, say
from ingestion.intake import finish_open_receipts
from plans.reading import read_plans
from warehouse.backup import create_backup, restore_backup, verify_backup
from warehouse.clock import now
from warehouse.ledger import open_ledger
from warehouse.settings import settings_from_environment

group = typer.Typer(no_args_is_help=True, help="Sao lưu và khôi phục.")
Folder = Annotated[Path, typer.Argument(help="Thư mục bản sao lưu.")]


@group.command()
def create(as_json: Json = False) -> None:
    """Sao lưu tệp gốc, sổ cái và số liệu thô, kèm mã băm."""
    settings = settings_from_environment()
    if settings.ledger_url is None:
        finish_open_receipts(settings, open_ledger(settings), read_plans(settings.plans_folder), now(settings))
    made = create_backup(settings, now(settings))
    if as_json:
        print_json(made)
    else:
        say(f"Đã sao lưu {made.files} tệp ({made.bytes // 1024} KiB) vào {made.folder}")


@group.command()
def verify(folder: Folder, as_json: Json = False) -> None:
    """Kiểm tra một bản sao lưu."""
    count = verify_backup(folder)
    if as_json:
        print_json({"folder": folder, "files": count})
    else:
        say(f"{folder}: đủ {count} tệp, đúng mã băm.")


@group.command()
def restore(folder: Folder, as_json: Json = False) -> None:
    """Khôi phục; trạng thái hiện tại được cất riêng, không bị xóa."""
    settings = settings_from_environment()
    aside = restore_backup(settings, folder, now(settings))
    if as_json:
        print_json({"restored_from": folder, "set_aside": aside})
    else:
        say(f"Đã khôi phục từ {folder}. Trạng thái cũ ở {aside}. Hãy chạy `thuocdo rebuild` để dựng lại kho.")


def add_commands(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="backup")
