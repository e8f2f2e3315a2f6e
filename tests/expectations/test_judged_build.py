"""Write, audit, publish on the five real plans: a build that fails at any step publishes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from expectations import judged_build
from expectations.frames import JUDGED, read_frame
from expectations.judged_build import build, judge_figures, refresh_outcomes
from expectations.rules import all_rules
from plans.reading import read_plans
from tests.expectations.frames_of_rules import FAILING, HONEST, SILENT, frame_of
from warehouse.dbt import DbtResult
from warehouse.duck import duck_engine
from warehouse.errors import BuildFailed, NotPublished
from warehouse.ledger import broken_audit_entries, open_ledger
from warehouse.ledger_tables import SNAPSHOTS
from warehouse.publish import current_snapshot, snapshot_path
from warehouse.raw import batch_path
from warehouse.reading import query

if TYPE_CHECKING:
    from warehouse.settings import Settings

pytestmark = pytest.mark.slow


def test_a_build_publishes_every_plan(built_settings: Settings) -> None:
    plans = query(built_settings, "select plan_key from dim_plans order by 1").rows
    assert [key for (key,) in plans] == sorted(read_plans(built_settings.plans_folder))
    assert current_snapshot(built_settings).as_of == "2026-06-15"


def test_a_build_is_told_in_the_ledger(built_settings: Settings) -> None:
    ledger = open_ledger(built_settings)
    with ledger.connect() as connection:
        assert connection.scalars(sa.select(SNAPSHOTS.c.snapshot_id)).all() == [
            current_snapshot(built_settings).snapshot_id
        ]
    assert broken_audit_entries(ledger) == []


def test_every_rule_finds_its_columns_in_its_judgement_model(built_settings: Settings) -> None:
    with duck_engine(built_settings.build_file, read_only=True).connect() as connection:
        columns = {suite: set(read_frame(connection, suite).columns) for suite in JUDGED}
    for rule in all_rules():
        assert {rule.column, f"{rule.column}_observed", f"{rule.column}_expected"} <= columns[rule.suite], rule.code


def test_a_verdict_that_is_kept_names_check_period_and_counts(
    own_built_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged_build, "read_frame", lambda _connection, suite: frame_of(suite))
    monkeypatch.setattr(judged_build, "run_dbt", lambda *_arguments, **_options: None)
    _, failing = judge_figures(own_built_settings)
    verdicts = pq.read_table(batch_path(own_built_settings, "quality_checks", "all")).to_pylist()
    assert {verdict["check_code"] for verdict in verdicts} == {rule.code for rule in all_rules()}
    assert sum(verdict["failing_count"] for verdict in verdicts) == failing
    outcomes = {(verdict["period"], verdict["outcome"]) for verdict in verdicts}
    assert outcomes == {(FAILING, "fail"), (HONEST, "pass"), (SILENT, "not_applicable")}


@pytest.mark.parametrize("step", ["reconcile", "judge", "keep_flags", "publish"])
def test_a_step_that_fails_publishes_nothing(
    own_built_settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = current_snapshot(own_built_settings)

    def fail(*_arguments: object, **_options: object) -> None:
        raise BuildFailed("hỏng")

    monkeypatch.setattr(judged_build, "run_dbt", lambda *_arguments, **_options: DbtResult(0, 0, (), 0))
    monkeypatch.setattr(judged_build, step, fail)
    with pytest.raises(BuildFailed):
        build(own_built_settings)
    assert current_snapshot(own_built_settings) == before


def test_a_model_that_fails_publishes_nothing(own_built_settings: Settings) -> None:
    before, served = current_snapshot(own_built_settings), snapshot_path(own_built_settings).read_bytes()
    damaged = batch_path(own_built_settings, "dossiers", "damaged")
    damaged.write_bytes(b"PAR1 this is no table PAR1")
    with pytest.raises(BuildFailed, match="Bản đang phục vụ không đổi"):
        build(own_built_settings)
    assert current_snapshot(own_built_settings) == before
    assert snapshot_path(own_built_settings).read_bytes() == served


def test_there_is_nothing_to_refresh_before_the_first_build(settings: Settings) -> None:
    with pytest.raises(NotPublished):
        refresh_outcomes(settings)
    assert not settings.build_file.exists()
