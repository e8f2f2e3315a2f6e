"""The benchmark of a million dossiers, with ten thousand: it runs, and its counts agree. No figure is timed here."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from warehouse.settings import PROJECT

DOSSIERS = 10_000
GIBIBYTE = 1024


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    script = [sys.executable, "benchmarks/million_dossiers.py", "--rounds", "1", "--unpublished"]
    done = subprocess.run(
        [*script, "--dossiers", str(DOSSIERS)], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_dossier_of_the_portal_is_pulled_once_and_counted_alike_by_portal_raw_and_mart(
    report: dict[str, Any],
) -> None:
    assert report["pull"]["rows"] == report["pull"]["rows_of_bare"] == pytest.approx(DOSSIERS, rel=0.1)
    assert report["differences"] == []


def test_pull_and_build_stay_below_a_gibibyte(report: dict[str, Any]) -> None:
    assert 0 < report["pull"]["peak_mib"]["product"] < GIBIBYTE
    assert 0 < report["build"]["peak_mib"]["product"] < GIBIBYTE


def test_the_steps_of_a_pull_add_up_to_the_whole(report: dict[str, Any]) -> None:
    shares = report["pull"]["share_of_steps"]
    assert sum(shares.values()) == pytest.approx(1, abs=0.01)
    assert min(shares.values()) >= 0
