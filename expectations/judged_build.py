"""Write, audit, publish: the one sequence that turns raw data into a published snapshot.

Three steps, each usable alone and idempotent: `build_marts`, `judge_figures`,
`publish_snapshot`. A failure in any of them publishes nothing (design 2.5).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pydantic import SecretStr

from expectations.flags import keep_flags
from expectations.frames import JUDGED, read_frame
from expectations.judge import judge
from plans.reading import read_catalogue, read_plans
from plans.tables import write_plan_tables
from warehouse.clock import now, today
from warehouse.dbt import run_dbt
from warehouse.duck import duck_engine
from warehouse.ledger import open_ledger
from warehouse.ledger_copy import copy_flags, copy_ledger
from warehouse.publish import current_snapshot, publish
from warehouse.raw import replace_table
from warehouse.reconcile import reconcile
from warehouse.writer import writer_slot

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from expectations.judge import Judgement
    from warehouse.settings import Settings


def build(settings: Settings, as_of: dt.date | None = None) -> str:
    """Run the whole sequence; returns the id of the published snapshot."""
    build_marts(settings, as_of)
    judge_figures(settings, as_of)
    return publish_snapshot(settings, as_of)


def build_marts(settings: Settings, as_of: dt.date | None = None) -> tuple[int, int]:
    """Bring plans and ledger to raw and build every mart but the judged ones; returns (raw rows, models)."""
    day = as_of or today(settings)
    ledger = open_ledger(settings)
    with writer_slot(settings):
        rows = copy_ledger(settings, ledger)
        plans = read_plans(settings.plans_folder)
        rows += write_plan_tables(settings, plans.values(), read_catalogue(settings.plans_folder), day)
        result = run_dbt(settings, stage="before_judgement", as_of=day)
        reconcile(settings, ledger)
    return rows, result.models


def judge_figures(settings: Settings, as_of: dt.date | None = None) -> tuple[int, int]:
    """Judge the figures, keep verdicts and flags, build the marts that hold them; returns (rows judged, flags)."""
    day = as_of or today(settings)
    ledger = open_ledger(settings)
    with writer_slot(settings):
        engine = duck_engine(settings.build_file, read_only=True)
        with engine.connect() as connection:
            frames = {suite: read_frame(connection, suite) for suite in JUDGED}
        judgement = judge(frames, day, now(settings), settings.data_docs)
        _write_verdicts(settings, judgement, day)
        keep_flags(ledger, judgement.failures, now(settings))
        copy_flags(settings, ledger)
        run_dbt(settings, stage="after_judgement", as_of=day)
    return sum(map(len, frames.values())), len(judgement.failures)


def publish_snapshot(settings: Settings, as_of: dt.date | None = None) -> str:
    """Publish the judged build; returns the snapshot id."""
    return publish(settings, open_ledger(settings), as_of or today(settings), now(settings)).snapshot_id


def refresh_outcomes(settings: Settings) -> str:
    """Bring the outcomes of steps after the build into a snapshot with the same figures; returns its id.

    Raises NotPublished before the first build: there is no snapshot to refresh.
    """
    current_snapshot(settings)
    ledger = open_ledger(settings)
    with writer_slot(settings):
        copy_ledger(settings, ledger)
        run_dbt(settings, stage="after_judgement", as_of=today(settings))
    return publish_snapshot(settings)


SHARED_RAW = ("observations", "task_reports", "dossiers", "quality_checks")


def recreate(settings: Settings, as_of: dt.date, known_at: dt.datetime | None) -> Path:
    """Build the warehouse as it stood on a day, from what was known by an instant; returns its file.

    Works in a folder of its own on links to the raw batches, which never change; neither the
    build file nor the published snapshot is touched (design 2.6).
    """
    name = f"{as_of}_{known_at:%Y%m%dT%H%M%SZ}" if known_at else f"{as_of}"
    ledger_url = SecretStr(settings.ledger_address)
    apart = settings.model_copy(update={"home": settings.path("recreated", name), "ledger_url": ledger_url})
    ledger = open_ledger(settings)
    with writer_slot(apart):
        apart.raw.mkdir(parents=True, exist_ok=True)
        for table in SHARED_RAW:
            if not (apart.raw / table).exists():
                (apart.raw / table).symlink_to(settings.raw / table)
        copy_ledger(apart, ledger)
        plans = read_plans(settings.plans_folder)
        write_plan_tables(apart, plans.values(), read_catalogue(settings.plans_folder), as_of)
        run_dbt(apart, stage="before_judgement", as_of=as_of, as_known_at=known_at)
        run_dbt(apart, stage="after_judgement", as_of=as_of, as_known_at=known_at)
    return apart.build_file


def _write_verdicts(settings: Settings, judgement: Judgement, as_of: dt.date) -> None:
    rows = [
        {
            "suite_run_id": hashlib.sha256(f"{verdict.rule.suite}|{as_of}".encode()).hexdigest()[:12],
            "check_code": verdict.rule.code,
            "suite": verdict.rule.suite,
            "period": verdict.period,
            "outcome": verdict.outcome,
            "failing_count": verdict.failing_count,
            "checked_count": verdict.checked_count,
            "severity": verdict.rule.severity,
            "description_vi": verdict.rule.label_vi,
        }
        for verdict in judgement.verdicts
    ]
    replace_table(settings, "quality_checks", rows)
