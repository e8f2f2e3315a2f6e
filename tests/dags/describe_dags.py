"""Load the DAG folder with the real Airflow and print what it found as JSON: the child process of the DAG tests.

A process of its own, because Airflow reads AIRFLOW_HOME once, when it is first imported, and other tests of the same
session may have imported it already.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag

HEAVY = ("pandas", "httpx", "duckdb", "dbt", "great_expectations", "openpyxl", "python_calamine", "pyarrow")


def describe(folder: Path) -> dict[str, Any]:
    """Return import errors, DAGs with their tasks, and the heavy modules that loading them brought in."""
    before = set(sys.modules)
    bag = DagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    return {
        "import_errors": bag.import_errors,
        "heavy_modules": sorted(name for name in HEAVY if name in set(sys.modules) - before),
        "dags": {dag_id: _dag(dag) for dag_id, dag in bag.dags.items()},
    }


def _dag(dag: Any) -> dict[str, Any]:
    return {
        "file": Path(dag.fileloc).name,
        "tags": sorted(dag.tags),
        "doc_md": dag.doc_md or "",
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "timeout_seconds": dag.dagrun_timeout.total_seconds() if dag.dagrun_timeout else None,
        "timezone": str(dag.timezone),
        "tasks": {task.task_id: _task(task) for task in dag.tasks},
    }


def _task(task: Any) -> dict[str, Any]:
    return {
        "owner": task.owner,
        "retries": task.retries,
        "timeout_seconds": task.execution_timeout.total_seconds() if task.execution_timeout else None,
        "pool": task.pool,
        "tells_failure": bool(task.on_failure_callback),
    }


if __name__ == "__main__":
    sys.stdout.write("DESCRIBED" + json.dumps(describe(Path(sys.argv[1]))) + "\n")
