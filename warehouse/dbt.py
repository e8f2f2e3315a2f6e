"""The only place that starts dbt.

dbt always runs in a child process: inside our own it would keep the lock on the DuckDB file after it returns
(dbt-duckdb, seen with 1.11.1), and nothing could be published. One build is two invocations: before the judgement of
Great Expectations, and after it (models tagged `after_judgement`, which read the verdicts and the flags).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from warehouse.errors import BuildFailed, StorageFull, WriterBusy
from warehouse.raw import ensure_tables
from warehouse.settings import PROJECT
from warehouse.storage import DISK_FULL

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings

Stage = Literal["before_judgement", "after_judgement"]

DBT_PROJECT = PROJECT / "dbt_project"
AFTER_JUDGEMENT = "tag:after_judgement"
LOCKED = ("Could not set lock on file", "Conflicting lock is held")
FAILED = {"error", "fail", "runtime error", "partial success"}
NAMED_AT_MOST = 5


@dataclass(frozen=True)
class DbtResult:
    """What one dbt invocation did."""

    models: int
    tests: int
    failures: tuple[str, ...]
    """Checks of severity `warn` that did not hold; a failure that stops the build is raised instead."""
    seconds: float


def run_dbt(
    settings: Settings,
    *,
    stage: Stage,
    as_of: dt.date,
    as_known_at: dt.datetime | None = None,
    build_file: Path | None = None,
) -> DbtResult:
    """Build the models of one stage into the build file, with the seeds and the data tests they need.

    Args:
        settings: Where the raw Parquet lies; memory and threads of DuckDB.
        stage: `before_judgement` builds everything but the models tagged `after_judgement`; the other one those.
        as_of: The day in Vietnam that the build speaks of.
        as_known_at: Leave out what was known later than this instant; None leaves nothing out.
        build_file: The DuckDB file to write; the settings' own by default.

    Raises:
        BuildFailed: a model or a test failed; the message names it.
        WriterBusy: another process holds the DuckDB file.
        StorageFull: the disk has no room.
    """
    ensure_tables(settings)
    file = build_file or settings.build_file
    file.parent.mkdir(parents=True, exist_ok=True)
    selection = ["--select", AFTER_JUDGEMENT] if stage == "after_judgement" else ["--exclude", AFTER_JUDGEMENT]
    arguments = ["build", *selection, "--exclude-resource-type", "unit_test", "--full-refresh"]
    return _run(settings, arguments, build_variables(settings, as_of, as_known_at), file)


def run_unit_tests(settings: Settings, *, as_of: dt.date) -> DbtResult:
    """Run the unit tests of the models against a build file that already holds them.

    Production builds leave them out: they test rules, not data. Raises like `run_dbt`.
    """
    arguments = ["test", "--select", "test_type:unit"]
    return _run(settings, arguments, build_variables(settings, as_of), settings.build_file)


def build_variables(settings: Settings, as_of: dt.date, as_known_at: dt.datetime | None = None) -> dict[str, Any]:
    """Return the variables that every dbt command of the project needs (`dbt_project.yml`, vars)."""
    return {
        "as_of": as_of.isoformat(),
        "as_known_at": as_known_at.astimezone(dt.UTC).isoformat() if as_known_at else "",
        # The folder stands inside an SQL text.
        "raw_folder": str(settings.raw).replace("'", "''"),
        "is_sample": settings.is_sample,
    }


def _run(settings: Settings, arguments: list[str], variables: dict[str, Any], file: Path) -> DbtResult:
    folder = settings.path("warehouse", "dbt")
    target, logs = folder / "target", folder / "logs"
    results = target / "run_results.json"
    results.unlink(missing_ok=True)  # an invocation that dies early must not be judged by the one before it
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors", "--no-version-check"),
        *arguments,
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(target), "--log-path", str(logs)),
        *("--vars", json.dumps(variables)),
    ]
    started = time.monotonic()
    process = subprocess.run(  # noqa: S603 - our own interpreter, arguments made here
        command, env=_environment(settings, file), capture_output=True, text=True, encoding="utf-8", check=False
    )
    seconds = time.monotonic() - started
    outcomes = json.loads(results.read_text(encoding="utf-8"))["results"] if results.exists() else []
    if process.returncode != 0:
        raise _failure(outcomes, process.stdout + process.stderr, file, logs)
    return DbtResult(
        models=sum(outcome["unique_id"].startswith("model.") for outcome in outcomes),
        tests=sum(outcome["unique_id"].startswith(("test.", "unit_test.")) for outcome in outcomes),
        failures=tuple(_node(outcome) for outcome in outcomes if outcome["status"] == "warn"),
        seconds=round(seconds, 3),
    )


def _environment(settings: Settings, file: Path) -> dict[str, str]:
    return os.environ | {
        "THUOCDO_BUILD_FILE": str(file),
        "THUOCDO_MEMORY_LIMIT": settings.memory_limit,
        "THUOCDO_THREADS": str(settings.threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
    }


def _node(outcome: dict[str, Any]) -> str:
    return str(outcome["unique_id"]).split(".")[2]


def _failure(
    outcomes: list[dict[str, Any]], output: str, file: Path, logs: Path
) -> BuildFailed | WriterBusy | StorageFull:
    """Say in one sentence why dbt stopped."""
    failed = [outcome for outcome in outcomes if outcome["status"] in FAILED]
    told = output + "".join(outcome["message"] or "" for outcome in failed)
    if any(sign in told for sign in LOCKED):
        return WriterBusy(
            f"Tệp kho {file} đang được tiến trình khác ghi. Chưa có gì thay đổi; hãy thử lại sau ít phút.",
            file=str(file),
        )
    if any(sign in told for sign in DISK_FULL):
        return StorageFull(
            f"Ổ đĩa đã đầy khi dựng kho {file}: bản đang phục vụ không đổi. Hãy giải phóng chỗ trống rồi chạy lại.",
            file=str(file),
        )
    if not failed:
        last = " ".join(output.split())[-400:] or "không có thông báo"
        return BuildFailed(
            f"dbt dừng trước khi dựng mô hình: {last}. Bản đang phục vụ không đổi. Xem nhật ký: {logs / 'dbt.log'}.",
            nodes=[],
        )
    names = [_node(outcome) for outcome in failed]
    shown = ", ".join(names[:NAMED_AT_MOST]) + (
        f" và {len(names) - NAMED_AT_MOST} bước khác" * (len(names) > NAMED_AT_MOST)
    )
    reason = " ".join(str(failed[0]["message"] or "").split())[:300]
    return BuildFailed(
        f"Dựng kho không thành công ở {shown}: {reason}. Bản đang phục vụ không đổi. "
        f"Hãy sửa dữ liệu hoặc quy tắc ở bước đó rồi dựng lại; nhật ký: {logs / 'dbt.log'}.",
        nodes=names,
    )
