"""The benchmark of forms still runs: every way gives the same cells, and a small month writes its rows."""

from __future__ import annotations

import subprocess
import sys

from warehouse.settings import PROJECT


def run(script: str, *arguments: str) -> str:
    command = [sys.executable, str(PROJECT / "benchmarks" / script), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=PROJECT).stdout


def test_every_way_of_reading_gives_the_same_cells() -> None:
    told = run("read_forms.py", "--files", "2", "--rounds", "1")
    assert told.count("reused, 2 lanes") == 2


def test_a_small_month_is_read_judged_and_written() -> None:
    told = run("thirty_thousand.py", "--files", "60")
    assert "60.0" in next(line for line in told.splitlines() if "accepted forms" in line)
