"""The main job, one month of it, through a real Airflow: it ends well, and rebuilding changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.canaries import canaries_below

PROJECT = Path(__file__).parents[2]
LAST_DAY = "2026-01-31"
STORES = {
    "Airflow's metadata": "airflow/airflow.db",
    "Airflow's logs": "airflow/logs/**/*.log",
    "backup": "backups/*/landing/**/*",
    "build file": "warehouse/build.duckdb",
    "Data Docs": "data_docs/**/*.html",
    "extract": "extracts/**/*.xlsx",
    "issued form": "forms/**/*.xlsx",
    "landing": "landing/**/*",
    "ledger": "ledger.db",
    "log": "logs/*.log",
    "published snapshot": "warehouse/published/*.duckdb",
    "raw dossiers": "raw/dossiers/*.parquet",
}
"""Where a citizen's text could have been kept; the scan must have had each of them before it."""
PLANS = {"dan-tien-2025", "khuc-thua-du-2025", "thang-binh-2025", "thanh-thuy-2026", "thien-tan-2026"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def thuocdo(home: Path, *arguments: str, now: str | None = None) -> Any:
    environment = {**os.environ, "THUOCDO_HOME": str(home)} | ({"THUOCDO_NOW": now} if now else {})
    command = [str(Path(sys.executable).parent / "thuocdo"), *arguments, "--json"]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the state folder of a job run for one month."""
    folder = tmp_path_factory.mktemp("whole-job")
    (folder / "job.json").write_text(json.dumps(thuocdo(folder, "run", "--as-of", LAST_DAY)))
    return folder


def job(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "job.json").read_text())
    return found


def test_every_plan_gets_an_extract_whose_files_agree(home: Path) -> None:
    extracts = thuocdo(home, "extract", "list")
    assert {extract["plan_key"] for extract in extracts} == PLANS
    assert {extract["revision"] for extract in extracts} == {1}
    for extract in extracts:
        verified = thuocdo(home, "extract", "verify", "--plan", extract["plan_key"], "--period", extract["period"])
        assert verified["problems"] == []


def test_every_step_of_every_dag_left_an_outcome(home: Path) -> None:
    rows = thuocdo(home, "query", "select distinct dag_id, step, outcome from fct_pipeline_outcomes order by all")
    assert {row["outcome"] for row in rows} <= {"done", "nothing_to_do"}
    assert {(row["dag_id"], row["step"]) for row in rows} >= {
        ("issue_forms", "write_forms"),
        ("collect_submissions", "take_in_files"),
        ("collect_dossiers", "pull_portals"),
        ("build_warehouse", "build_marts"),
        ("build_warehouse", "judge_figures"),
        ("build_warehouse", "publish_snapshot"),
        ("provincial_extract", "write_extracts"),
        ("maintenance", "check_evidence"),
    }


def test_every_posted_letter_has_the_outcome_of_the_answer_key(home: Path) -> None:
    key = json.loads((home / "sample" / "answer_key.json").read_text())
    expected = {letter["sha256"]: letter["expected_outcome"] for letter in key["letters"] if letter["sha256"]}
    receipts = thuocdo(home, "receipts")
    assert len(receipts) > len(PLANS)
    assert {receipt["receipt_id"]: _before_deadline(receipt) for receipt in receipts} == {
        receipt["receipt_id"]: expected[receipt["sha256"]].removesuffix("_with_warnings") for receipt in receipts
    }


def _before_deadline(receipt: dict[str, Any]) -> str:
    """Return the outcome without the warnings: the key's outcomes hold for a letter collected in time."""
    return str(receipt["outcome"]).removesuffix("_with_warnings")


@pytest.fixture(scope="module")
def rebuilt(home: Path) -> dict[str, Any]:
    """Return what `thuocdo rebuild` says after the job."""
    found: dict[str, Any] = thuocdo(home, "rebuild", now=f"{LAST_DAY}T18:00:00")
    return found


def test_what_is_done_later_in_a_sample_folder_still_says_that_its_figures_are_made_up(
    home: Path, rebuilt: dict[str, Any]
) -> None:
    flagged = thuocdo(home, "query", "select distinct is_synthetic from rpt_provincial_extract")
    assert flagged == [{"is_synthetic": True}]


def test_a_rebuild_from_landing_and_ledger_gives_the_same_figures(home: Path, rebuilt: dict[str, Any]) -> None:
    assert rebuilt["rows"] > 0
    assert rebuilt["snapshot_id"] == job(home)["snapshot_id"]


@pytest.mark.usefixtures("rebuilt")
def test_no_citizen_s_text_stands_anywhere_after_pull_build_extract_and_backup(home: Path) -> None:
    thuocdo(home, "backup", "create")
    assert {name for name, pattern in STORES.items() if not any(home.glob(pattern))} == set()
    assert canaries_below(home) == {}
