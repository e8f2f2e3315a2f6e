"""Exit codes and errors of every command: one sentence in Vietnamese, JSON when asked for, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from cli.commands import query as query_module
from cli.main import MODULES, program
from plans.reading import PLANS_FOLDER
from tests.cli.conftest import assert_refused
from tests.ingestion.office import PLAN_KEY
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Command
    from warehouse.settings import Settings

USAGE = [
    ["board"],
    ["nothing"],
    ["plans", "chek"],
    ["plans", "check", "--bogus"],
    ["query", "select 1", "--format", "xml"],
    ["slip", "R-1", "R-2"],
    ["submit"],
    ["flags", "waive", "F-1", "--reason", "đúng"],
    ["forms", "issue", "--plan"],
    ["--bogus"],
]
ERRORS = [
    (["board", "--plan", "xa-la-2026"], 2, "USE-01"),
    (["board", "--plan", PLAN_KEY, "--as-of", "hôm qua"], 2, "USE-01"),
    (["board", "--plan", PLAN_KEY, "--as-known-at", "hôm qua"], 2, "USE-01"),
    (["board", "--plan", PLAN_KEY], 1, "PUB-01"),
    (["build", "--as-of", "2026-13-01"], 2, "USE-01"),
    (["forms", "issue", "--plan", "xa-la-2026", "--period", "2026-06", "--out", "out"], 2, "USE-01"),
    (["forms", "issue", "--plan", PLAN_KEY, "--period", "2026-13", "--out", "out"], 2, "USE-01"),
    (["forms", "issue", "--plan", PLAN_KEY, "--period", "tháng 6", "--out", "out"], 2, "USE-01"),
    (
        ["forms", "issue", "--plan", PLAN_KEY, "--period", "2026-06", "--unit", "xã lạ", "--out", "out"],
        2,
        "USE-01",
    ),
    (["submit", "khong-co.xlsx"], 2, "USE-01"),
    (["receipts", "--plan", "xa-la-2026"], 2, "USE-01"),
    (["receipts", "--period", "2026-M8"], 2, "USE-01"),
    (["slip", "R-none"], 2, "USE-01"),
    (["collect", "--source", "không có"], 2, "USE-01"),
    (["flags"], 1, "PUB-01"),
    (["flags", "--plan", "xa-la-2026"], 2, "USE-01"),
    (["flags", "--period", "2026-00"], 2, "USE-01"),
    (["flags", "waive", "F-none", "--reason", "đúng", "--by", "ai"], 2, "USE-01"),
    (["flags", "waive", "F-none", "--reason", " ", "--by", "ai"], 2, "USE-01"),
    (["extract", "create", "--plan", PLAN_KEY, "--period", "2026-06"], 1, "PUB-01"),
    (["extract", "create", "--plan", PLAN_KEY, "--period", "x"], 2, "USE-01"),
    (["extract", "approve", "--plan", PLAN_KEY, "--period", "2026-06", "--by", "ai"], 2, "USE-01"),
    (["extract", "deliver", "--plan", PLAN_KEY, "--period", "2026-06"], 2, "USE-01"),
    (["extract", "verify", "--plan", PLAN_KEY, "--period", "2026-06"], 2, "USE-01"),
    (["query", "select 1"], 1, "PUB-01"),
    (["backup", "verify", "khong-co"], 2, "USE-01"),
    (["backup", "restore", "khong-co"], 2, "USE-01"),
    (["plans", "check", "khong-co.yml"], 3, "PLAN-01"),
]


def commands_of(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk the program: every command, and every group that is one itself."""
    children = getattr(group, "commands", {})
    if path and (not children or group.invoke_without_command):
        yield path, group
    for name, command in children.items():
        yield from commands_of(command, (*path, name))


def test_every_command_takes_json() -> None:
    found = dict(commands_of(typer.main.get_command(program([]))))
    assert {path[0] for path in found} == set(MODULES)
    without = [path for path, command in found.items() if not any("--json" in option.opts for option in command.params)]
    assert without == []


def test_every_command_says_in_vietnamese_what_it_does() -> None:
    from tests.wording import assert_vietnamese

    for _, command in commands_of(typer.main.get_command(program([]))):
        assert_vietnamese(command.help)


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_command_line_that_is_not_understood_is_one_vietnamese_sentence(
    thuocdo: Command, arguments: list[str]
) -> None:
    assert_refused(thuocdo(*arguments), 2, "USE-01")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"), ERRORS, ids=lambda value: " ".join(value) if isinstance(value, list) else None
)
def test_an_error_is_one_sentence_and_the_contracted_exit_code(
    thuocdo: Command, arguments: list[str], exit_code: int, code: str
) -> None:
    told = thuocdo(*arguments)
    assert_refused(told, exit_code, code)
    assert told.out == ""


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"), ERRORS, ids=lambda value: " ".join(value) if isinstance(value, list) else None
)
def test_an_error_is_json_when_json_was_asked_for(
    thuocdo: Command, arguments: list[str], exit_code: int, code: str
) -> None:
    told = thuocdo(*arguments, "--json")
    assert told.exit_code == exit_code
    assert told.content["error"]["code"] == code
    assert told.content["error"]["message"] in told.err


def test_an_unknown_plan_names_the_plans_there_are(thuocdo: Command) -> None:
    told = thuocdo("receipts", "--plan", "xa-la-2026", plans_folder=str(PLANS_FOLDER))
    assert "dan-tien-2025, khuc-thua-du-2025, thang-binh-2025, thanh-thuy-2026, thien-tan-2026" in told.err


def test_an_unexpected_error_is_a_sentence_and_a_log_for_the_keeper(
    thuocdo: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(query_module, "run_query", fail)
    told = thuocdo("query", "select 1", "--json")
    log = settings.path("logs", "unexpected.log")
    assert_refused(told, 1, "ERR-00")
    assert told.content["error"]["facts"] == {"log": str(log)}
    assert "RuntimeError: something nobody thought of" in log.read_text()


def test_an_unexpected_error_is_told_even_where_no_log_can_be_written(
    thuocdo: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.root.mkdir()
    settings.path("logs").write_text("a file where the folder should be")
    monkeypatch.setattr(query_module, "run_query", lambda *_arguments: 1 / 0)
    assert_refused(thuocdo("query", "select 1"), 1, "ERR-00")


def test_a_wrong_setting_is_told_by_its_name(thuocdo: Command) -> None:
    told = thuocdo("receipts", threads="nhiều")
    assert_refused(told, 2, "SET-01")
    assert "THUOCDO_THREADS" in told.err


def test_a_state_folder_that_cannot_be_used_is_no_traceback(thuocdo: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert_refused(thuocdo("receipts", home=str(tmp_path / "file")), 1, "ERR-00")


def test_stopping_by_hand_is_told_calmly(thuocdo: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(query_module, "run_query", interrupted)
    told = thuocdo("query", "select 1")
    assert (told.exit_code, told.out) == (1, "")
    assert told.err == "Đã dừng theo yêu cầu; những gì đã tiếp nhận vẫn còn nguyên.\n"


def test_asking_for_help_is_no_error(thuocdo: Command) -> None:
    assert thuocdo("--help").exit_code == 0
    assert thuocdo("extract", "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [[], ["plans"], ["backup"]], ids=str)
def test_a_group_without_a_command_shows_its_help(thuocdo: Command, arguments: list[str]) -> None:
    told = thuocdo(*arguments)
    assert told.exit_code == 2
    assert "Usage: thuocdo" in told.out
    assert told.err == ""


def run_process(home: Path, shell: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "THUOCDO_HOME": str(home), "BIN": str(Path(sys.executable).parent)}
    return subprocess.run(
        ["bash", "-c", shell], env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )


def test_the_installed_program_gives_its_exit_code_to_the_shell(tmp_path: Path) -> None:
    done = run_process(tmp_path, "$BIN/thuocdo query 'select 1' --json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "PUB-01"
    assert done.stderr.startswith("[PUB-01] ")


def test_a_reader_who_has_seen_enough_causes_no_traceback(published_home: Path) -> None:
    rows = "select * from range(200000)"
    done = run_process(published_home, f"$BIN/thuocdo query '{rows}' --format csv | head -1")
    assert done.stdout == "range\n"
    assert done.stderr == ""
