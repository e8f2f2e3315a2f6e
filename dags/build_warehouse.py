"""Build, judge and publish the warehouse whenever submissions or dossiers have arrived.

Write, audit, publish: dbt builds the marts in the build file, Great Expectations judges the
figures, flags are written, and only then is the new snapshot published by one rename.

**Triage notes.** A failure publishes nothing: everybody goes on reading the last snapshot.
`BLD-01` names the failing model or test; `WRT-01` (another writer) is retried; after a full
disk (`DSK-01`) free space and clear. If ledger and warehouse disagree (`REC-01`): `thuocdo rebuild`.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import dag, task

from dag_common.assets import DOSSIERS, SNAPSHOT, SUBMISSIONS
from dag_common.defaults import DEFAULT_ARGS, START, WRITER_POOL
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=(SUBMISSIONS | DOSSIERS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=2),
    default_args=DEFAULT_ARGS,
    tags=[Tag.STAGE_WAREHOUSE, Tag.IMPACT_TIER_1],
    doc_md=__doc__,
)
def build_warehouse() -> None:
    """Wire the steps."""

    @task(pool=WRITER_POOL)
    def build_marts() -> None:
        """Bring plans and ledger to raw, then build all marts but the judged ones."""
        from expectations.judged_build import build_marts as build

        with step("build_warehouse", "build_marts") as (settings, told):
            told.rows_in, told.rows_out = build(settings)

    @task(pool=WRITER_POOL)
    def judge_figures() -> None:
        """Run the suites, write verdicts and flags, then build the marts that hold them."""
        from expectations.judged_build import judge_figures as judge

        with step("build_warehouse", "judge_figures") as (settings, told):
            told.rows_in, told.rows_out = judge(settings)

    @task(pool=WRITER_POOL, outlets=[SNAPSHOT])
    def publish_snapshot() -> str:
        """Publish by one atomic rename; XCom carries the snapshot id."""
        from expectations.judged_build import publish_snapshot as publish

        with step("build_warehouse", "publish_snapshot") as (settings, told):
            told.message = publish(settings)
            return told.message

    build_marts() >> judge_figures() >> publish_snapshot()


build_warehouse()
