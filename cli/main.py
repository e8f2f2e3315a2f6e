"""The `thuocdo` command: wires arguments to the packages, turns errors into one sentence and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import traceback

import typer

from cli.output import complain, print_json
from cli.usage import usage_sentence
from warehouse.errors import StorageFull, ThuocDoError, UsageError
from warehouse.settings import settings_from_environment
from warehouse.storage import is_disk_full, write_durably

USAGE_EXIT = 2
FAILED_EXIT = 1
INTERRUPTED = 130
"""What the command library returns after Ctrl+C."""

MODULES = {
    "plans": "plans",
    "forms": "forms",
    "submit": "intake",
    "receipts": "intake",
    "slip": "intake",
    "collect": "intake",
    "remind": "reminding",
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
    try:
        code = outcome_of(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough (`thuocdo receipts | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED_EXIT
    sys.exit(code)


def outcome_of(arguments: list[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 usage, 3 input refused."""
    wants_json = "--json" in arguments
    try:
        code = program(arguments)(arguments, prog_name="thuocdo", standalone_mode=False)
    except ThuocDoError as error:
        return _told(error, wants_json=wants_json)
    except typer.TyperException as error:
        return _say_usage(error, wants_json=wants_json)
    except BrokenPipeError:
        raise
    except Exception as error:
        if is_disk_full(error):
            full = StorageFull("Ổ đĩa đã đầy: chưa có gì thay đổi. Hãy giải phóng chỗ trống rồi chạy lại.")
            return _told(full, wants_json=wants_json)
        return _unexpected(error, wants_json=wants_json)
    if code == INTERRUPTED:
        complain("Đã dừng theo yêu cầu; những gì đã tiếp nhận vẫn còn nguyên.")
        return FAILED_EXIT
    return code if isinstance(code, int) else 0


def _told(error: ThuocDoError, *, wants_json: bool) -> int:
    if wants_json:
        print_json({"error": {"code": error.code, "message": error.message, "facts": error.facts}})
    complain(f"[{error.code}] {error.message}")
    return error.exit_code


def _say_usage(error: typer.TyperException, *, wants_json: bool) -> int:
    """Say what is wrong with the command line; a group without a command has printed its help already."""
    if error.message or error.format_message():
        context = getattr(error, "ctx", None)
        told = UsageError(usage_sentence(error.format_message(), context.command_path if context else "thuocdo"))
        return _told(told, wants_json=wants_json)
    return USAGE_EXIT


def _unexpected(error: BaseException, *, wants_json: bool) -> int:
    """Keep the traceback for the keeper of the system; tell people where it is."""
    told = ThuocDoError("Có lỗi ngoài dự kiến; những gì đã tiếp nhận vẫn còn nguyên. Hãy báo người quản trị.")
    content = "".join(traceback.format_exception(error)).encode()
    with contextlib.suppress(OSError, ThuocDoError):  # the disk may be full, the state folder out of reach
        log = settings_from_environment().path("logs", "unexpected.log")
        write_durably(log, lambda handle: handle.write(content))
        told = ThuocDoError(f"{told.message} Chi tiết: {log}", log=str(log))
    return _told(told, wants_json=wants_json)
