"""What people see of the command line: one clear sentence, the contracted exit code, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from warehouse.settings import PROJECT, Settings
from warehouse.writer import writer_slot

if TYPE_CHECKING:
    from collections.abc import Callable

    Thuocdo = Callable[..., subprocess.CompletedProcess[str]]

DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 3


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def thuocdo(home: Path) -> Thuocdo:
    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("THUOCDO_")}
        environment |= {"THUOCDO_HOME": str(home), "THUOCDO_NOW": "2026-06-15T18:00:00", "COLUMNS": "500"}
        environment |= {f"THUOCDO_{name.upper()}": value for name, value in settings.items()}
        command = [str(Path(sys.executable).parent / "thuocdo"), *arguments]
        return subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)

    return run


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return what was said; fails when it is more than a line or looks like a traceback."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    return lines[0]


def broken_plan(folder: Path) -> Path:
    text = (PROJECT / "plans" / "thanh-thuy-2026.yml").read_text(encoding="utf-8")
    path = folder / "thanh-thuy-2026.yml"
    path.write_text(text.replace("value_kind: ratio", "value_kind: tỷ lệ", 1), encoding="utf-8")
    return path


def test_a_broken_plan_file_is_refused_with_its_field(thuocdo: Thuocdo, tmp_path: Path) -> None:
    done = thuocdo("plans", "check", str(broken_plan(tmp_path)))
    said = one_sentence(done)
    assert done.returncode == REFUSED
    assert "thanh-thuy-2026.yml" in said
    assert "value_kind" in said


def test_every_plan_of_the_project_is_valid(thuocdo: Thuocdo) -> None:
    done = thuocdo("plans", "check", "--json")
    assert done.returncode == DONE
    assert len(json.loads(done.stdout)) == 5


@pytest.mark.parametrize("period", ["2026-13", "06/2026", "2026-Q5", "tháng 6"])
def test_an_unknown_period_is_a_usage_error_that_shows_the_shapes(
    thuocdo: Thuocdo, tmp_path: Path, period: str
) -> None:
    done = thuocdo("forms", "issue", "--plan", "thien-tan-2026", "--period", period, "--out", str(tmp_path))
    assert done.returncode == USAGE
    assert "2026-06" in one_sentence(done)


def test_an_unknown_plan_is_a_usage_error_that_lists_the_plans(
    thuocdo: Thuocdo,
) -> None:
    done = thuocdo("board", "--plan", "xa-la-2026")
    assert done.returncode == USAGE
    assert "thien-tan-2026" in one_sentence(done)


def test_an_unknown_unit_is_a_usage_error(thuocdo: Thuocdo, tmp_path: Path) -> None:
    arguments = ("--plan", "thien-tan-2026", "--period", "2026-06", "--unit", "khong-co", "--out", str(tmp_path))
    done = thuocdo("forms", "issue", *arguments)
    assert done.returncode == USAGE
    assert "khong-co" in one_sentence(done)


def test_a_busy_writer_is_one_sentence_and_may_be_tried_again(thuocdo: Thuocdo, home: Path) -> None:
    with writer_slot(Settings(home=home)):
        done = thuocdo("build", writer_wait_seconds="0.2")
    assert done.returncode == FAILED
    assert "[WRT-01]" in one_sentence(done)


def test_a_full_disk_is_one_sentence_and_nothing_is_changed(thuocdo: Thuocdo, home: Path) -> None:
    done = thuocdo("build", free_space_mib=str(1 << 40))
    assert done.returncode == FAILED
    assert "[DSK-01]" in one_sentence(done)
    assert not (home / "warehouse" / "published").exists()


def test_a_disk_that_fills_while_writing_is_one_sentence(home: Path) -> None:
    """A file-size limit is what a full disk looks like to a write: EFBIG instead of ENOSPC."""
    home.mkdir(parents=True)
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); "
        "from cli.main import outcome_of; sys.exit(outcome_of(['build']))"
    )
    environment = {**os.environ, "THUOCDO_HOME": str(home), "THUOCDO_NOW": "2026-06-15T18:00:00", "COLUMNS": "500"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == FAILED
    assert "[DSK-01]" in one_sentence(done)
    assert list(home.rglob("*.part")) == []


def test_asking_before_the_first_build_says_what_to_do(
    thuocdo: Thuocdo,
) -> None:
    done = thuocdo("query", "select 1")
    assert done.returncode == FAILED
    assert "thuocdo build" in one_sentence(done)


def test_a_file_that_is_not_there_is_a_usage_error(thuocdo: Thuocdo) -> None:
    done = thuocdo("submit", "khong-co.xlsx")
    assert done.returncode == USAGE
    assert "khong-co.xlsx" in one_sentence(done)


def test_a_hostile_file_is_refused_with_a_receipt(thuocdo: Thuocdo, tmp_path: Path) -> None:
    path = tmp_path / "bieu.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(604))
    done = thuocdo("submit", str(path), "--unit", "thien-tan-2026/kinh-te", "--json")
    assert done.returncode == REFUSED
    (receipt,) = json.loads(done.stdout)
    assert receipt["outcome"] == "rejected"
    assert receipt["findings"][0]["code"] == "FMT-11"
    assert set(receipt) >= {"file", "receipt_id", "sha256", "plan_key", "unit_code", "period", "revision"}


def test_an_error_asked_for_as_json_is_json(thuocdo: Thuocdo) -> None:
    done = thuocdo("board", "--plan", "xa-la-2026", "--json")
    assert done.returncode == USAGE
    assert json.loads(done.stdout)["error"]["code"] == "USE-01"


@pytest.mark.parametrize("arguments", [["bay"], ["board"], ["query", "--format", "xml", "select 1"]])
def test_a_wrong_command_line_is_a_usage_error(thuocdo: Thuocdo, arguments: list[str]) -> None:
    done = thuocdo(*arguments)
    assert done.returncode == USAGE
    assert "Traceback" not in done.stderr
