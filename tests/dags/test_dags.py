"""The DAG folder as Airflow sees it: every DAG loads, is named, owned, tagged, bounded, explained, and only wires."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dag_common.tags import Tag
from warehouse.airflow.service import DAG_IDS, POOLS
from warehouse.settings import PROJECT

FOLDER = PROJECT / "dags"
FILES = sorted(FOLDER.glob("*.py"))
IDS = [path.stem for path in FILES]
EXPECTED_IDS = {
    "issue_forms",
    "collect_submissions",
    "collect_dossiers",
    "build_warehouse",
    "provincial_extract",
    "maintenance",
}
WRITER_POOL = "warehouse_writer"
WRITES_THE_WAREHOUSE = {"expectations.judged_build", "warehouse.publish", "warehouse.dbt", "warehouse.writer"}
"""A task that imports one of these holds the build file or the published pointer (design 2.4)."""
MAY_IMPORT_AT_THE_TOP = {"__future__", "datetime", "typing", "airflow.sdk", "dag_common"}
LINES_AT_MOST = 80
OWNER = "phong-vhxh"


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the installed Airflow finds in the folder, seen from a process with a home of its own."""
    home = tmp_path_factory.mktemp("airflow")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "THUOCDO"))}
    environment = kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "THUOCDO_HOME": str(home / "state"),
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(FOLDER)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    program = [sys.executable, str(Path(__file__).with_name("describe_dags.py")), str(FOLDER)]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("DESCRIBED"))
    found: dict[str, Any] = json.loads(line.removeprefix("DESCRIBED"))
    return found


def top_level_modules(tree: ast.Module) -> set[str]:
    """Modules that a file imports when Airflow parses it (imports inside functions come later)."""
    modules: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module or "")
    return modules


def dag_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def writing_tasks(tree: ast.Module) -> set[str]:
    """Names of the task functions that import something that writes the warehouse."""
    return {
        task.name
        for dag in dag_functions(tree)
        for task in dag.body
        if isinstance(task, ast.FunctionDef)
        if any(isinstance(node, ast.ImportFrom) and node.module in WRITES_THE_WAREHOUSE for node in ast.walk(task))
    }


@pytest.fixture(params=FILES, ids=IDS)
def source(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def tree(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"))


@pytest.fixture(params=sorted(EXPECTED_IDS))
def dag(request: pytest.FixtureRequest, described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = described["dags"][request.param]
    return found


def test_every_file_of_the_folder_loads(described: dict[str, Any]) -> None:
    assert described["import_errors"] == {}


def test_the_folder_holds_exactly_the_six_dags(described: dict[str, Any]) -> None:
    assert set(described["dags"]) == EXPECTED_IDS
    assert set(IDS) == EXPECTED_IDS


def test_the_service_waits_for_the_same_dags() -> None:
    assert DAG_IDS == EXPECTED_IDS


def test_loading_the_dags_brings_in_no_heavy_package(described: dict[str, Any]) -> None:
    assert described["heavy_modules"] == []


def test_a_dag_is_named_after_its_file_and_its_function(
    source: Path, tree: ast.Module, described: dict[str, Any]
) -> None:
    assert [function.name for function in dag_functions(tree)] == [source.stem]
    assert described["dags"][source.stem]["file"] == source.name


def test_a_dag_file_is_short(source: Path) -> None:
    assert len(source.read_text(encoding="utf-8").splitlines()) <= LINES_AT_MOST


def test_a_dag_file_imports_only_what_wiring_needs(tree: ast.Module) -> None:
    modules = top_level_modules(tree)
    assert {module for module in modules if not module.startswith("dag_common.")} - MAY_IMPORT_AT_THE_TOP == set()


def test_a_dag_file_opens_no_file(tree: ast.Module) -> None:
    names = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) if isinstance(node.func, ast.Name)}
    assert "open" not in names


def test_a_dag_s_page_ends_with_its_triage_notes(dag: dict[str, Any]) -> None:
    paragraphs = dag["doc_md"].strip().split("\n\n")
    assert len(paragraphs) > 1
    assert paragraphs[-1].startswith("**Triage notes.** ")
    assert len(paragraphs[-1].split()) > 20


def test_a_dag_has_one_stage_one_impact_and_no_other_tag(dag: dict[str, Any]) -> None:
    assert set(dag["tags"]) <= {tag.value for tag in Tag}
    assert sorted(tag.split("/")[0] for tag in dag["tags"]) == ["impact", "stage"]


def test_every_tag_is_used(described: dict[str, Any]) -> None:
    assert {tag for dag in described["dags"].values() for tag in dag["tags"]} == {tag.value for tag in Tag}


def test_a_dag_runs_once_at_a_time_and_never_for_the_past(dag: dict[str, Any]) -> None:
    assert dag["catchup"] is False
    assert dag["max_active_runs"] == 1
    assert dag["timeout_seconds"] > 0
    assert dag["timezone"] == "Asia/Ho_Chi_Minh"


def test_every_task_has_an_owner_retries_a_time_limit_and_tells_when_it_fails(dag: dict[str, Any]) -> None:
    assert dag["tasks"]
    for name, task in dag["tasks"].items():
        assert task["owner"] == OWNER, name
        assert task["retries"] >= 1, name
        assert 0 < task["timeout_seconds"] <= dag["timeout_seconds"], name
        assert task["tells_failure"], name


def test_exactly_the_tasks_that_write_the_warehouse_wait_for_the_one_writer_slot(
    source: Path, tree: ast.Module, described: dict[str, Any]
) -> None:
    tasks = described["dags"][source.stem]["tasks"]
    assert {name for name, task in tasks.items() if task["pool"] == WRITER_POOL} == writing_tasks(tree)


def test_some_tasks_write_the_warehouse() -> None:
    writers = {name for path in FILES for name in writing_tasks(ast.parse(path.read_text(encoding="utf-8")))}
    assert writers == {"build_marts", "judge_figures", "publish_snapshot", "refresh_outcomes"}


def test_the_writer_pool_has_one_slot_and_every_used_pool_is_made(described: dict[str, Any]) -> None:
    used = {task["pool"] for dag in described["dags"].values() for task in dag["tasks"].values()}
    assert used - set(POOLS) <= {"default_pool"}
    assert POOLS[WRITER_POOL][0] == 1
