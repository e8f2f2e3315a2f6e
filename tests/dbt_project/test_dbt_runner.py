"""`warehouse.dbt` says in one sentence what went wrong, and counts what it did."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.dbt_project.conftest import build_commune
from tests.dbt_project.invented_commune import AS_OF
from warehouse.dbt import run_dbt, run_unit_tests
from warehouse.errors import BuildFailed, StorageFull, WriterBusy
from warehouse.raw import batch_path, write_batch

if TYPE_CHECKING:
    from tests.dbt_project.conftest import Built


def test_the_first_invocation_leaves_the_judged_models_to_the_second(built: Built) -> None:
    assert built.after.models == 4
    assert built.before.models > built.after.models


def test_a_build_without_findings_has_no_failures(built: Built) -> None:
    assert built.before.failures == ()
    assert built.before.tests > 0


def test_every_rule_of_the_models_holds(built: Built) -> None:
    assert run_unit_tests(built.settings, as_of=AS_OF).tests > 50


def test_a_broken_key_stops_the_build_and_names_the_test(built: Built) -> None:
    twice = {
        "suite_run_id": "run-1",
        "check_code": "NUM-01",
        "suite": "figures",
        "period": "2026-06",
        "outcome": "pass",
    }
    write_batch(built.settings, "quality_checks", "twice", [twice])
    try:
        with pytest.raises(BuildFailed, match="unique_combination_fct_quality_checks"):
            run_dbt(built.settings, stage="after_judgement", as_of=AS_OF)
    finally:
        batch_path(built.settings, "quality_checks", "twice").unlink()


def test_a_locked_build_file_is_reported_as_busy(built: Built) -> None:
    with duckdb.connect(str(built.settings.build_file)), pytest.raises(WriterBusy, match="tiến trình khác"):
        build_commune(built.settings)


def test_a_full_disk_is_reported_as_full(built: Built) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # the child inherits it; manifests are larger
    try:
        with pytest.raises(StorageFull, match="đã đầy"):
            build_commune(built.settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
