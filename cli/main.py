"""The `thuocdo` command: wires arguments to the packages, turns errors into one sentence and an exit code."""

from __future__ import annotations

import errno
import importlib
import logging
import sys
import traceback

import click
import typer

from cli.output import ERR, print_json
from warehouse.errors import StorageFull, ThuocDoError
from warehouse.settings import settings_from_environment
from warehouse.storage import write_durably

USAGE_EXIT = 2
FAILED_EXIT = 1

MODULES = {
    "plans": "plans",
    "forms": "forms",
    "submit": "intake",
    "receipts": "intake",
    "slip": "intake",
    "collect": "intake",
    "build": "building",
    "rebuild": "building",
    "board": "boards",
    "flags": "flags",
    "extract": "extracts",
    "query": "query",
    "backup": "backups",
    "run": "run",
}
"""Which module holds a command: only that one is loaded, so that a question is answered at once."""


def program(arguments: list[str]) -> typer.Typer:
    """Return the program with the commands that these arguments can mean (all of them for help)."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Thước Đo: xã đang ở đâu trên từng chỉ tiêu, nhiệm vụ của kế hoạch thực hiện Nghị quyết 57-NQ/TW.",
    )
    app.callback()(lambda: None)
    named = MODULES.get(next(iter(arguments), ""))
    for module in [named] if named else dict.fromkeys(MODULES.values()):
        importlib.import_module(f"cli.commands.{module}").add_commands(app)
    return app


def run() -> None:
    """Run the command line; every error is one clear sentence and a contracted exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    sys.exit(outcome_of(sys.argv[1:]))


def outcome_of(arguments: list[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 usage, 3 input refused."""
    wants_json = "--json" in arguments
    try:
        code = program(arguments)(arguments, standalone_mode=False)
    except ThuocDoError as error:
        return _told(error, wants_json=wants_json)
    except click.UsageError as error:
        return _say_usage(error, wants_json=wants_json)
    except click.Abort:
        ERR.print("Đã dừng theo yêu cầu; những gì đã tiếp nhận vẫn còn nguyên.")
        return FAILED_EXIT
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return _told(
                StorageFull("Ổ đĩa đã đầy: chưa có gì thay đổi. Hãy giải phóng chỗ trống rồi chạy lại."),
                wants_json=wants_json,
            )
        return _unexpected(error)
    except Exception as error:
        return _unexpected(error)
    return code if isinstance(code, int) else 0


def _told(error: ThuocDoError, *, wants_json: bool) -> int:
    if wants_json:
        print_json({"error": {"code": error.code, "message": error.message, "facts": error.facts}})
    ERR.print(f"[{error.code}] {error.message}", markup=False)
    return error.exit_code


def _say_usage(error: click.UsageError, *, wants_json: bool) -> int:
    where = error.ctx.command_path if error.ctx else "thuocdo"
    message = f"Lệnh chưa đúng: {error.format_message()} Xem cách dùng: `{where} --help`."
    if wants_json:
        print_json({"error": {"code": "USE-02", "message": message, "facts": {}}})
    ERR.print(message, markup=False)
    return USAGE_EXIT


def _unexpected(error: BaseException) -> int:
    """Keep the traceback for the keeper of the system; tell people where it is."""
    log = settings_from_environment().path("logs", "unexpected.log")
    content = "".join(traceback.format_exception(error)).encode()
    write_durably(log, lambda handle: handle.write(content))
    ERR.print(
        f"Có lỗi ngoài dự kiến; những gì đã tiếp nhận vẫn còn nguyên. Chi tiết cho người quản trị: {log}", markup=False
    )
    return FAILED_EXIT
