"""Keep the house: check the audit chain and the ledger, bring the last steps' outcomes into the snapshot.

**Triage notes.** A broken audit chain (`REC-01`) means that somebody edited the ledger by hand:
keep the file aside, call the system's keeper, do not go on. All other steps may be cleared and
run again at any time; nothing here changes a figure.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import dag, task

from dag_common.defaults import DEFAULT_ARGS, START, WRITER_POOL, on_time
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=on_time("0 20 * * *"),  # 20:00 every day, when nobody works
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=1),
    default_args=DEFAULT_ARGS,
    tags=[Tag.STAGE_UPKEEP, Tag.IMPACT_TIER_2],
    doc_md=__doc__,
)
def maintenance() -> None:
    """Wire the steps."""

    @task
    def check_evidence() -> None:
        """Verify the audit chain and that every landed file still has the bytes it came with."""
        from warehouse.evidence import check_evidence as check

        with step("maintenance", "check_evidence") as (settings, told):
            told.rows_in = told.rows_out = check(settings)

    @task(pool=WRITER_POOL)
    def refresh_outcomes() -> None:
        """Publish the outcomes of the steps that ran after the last build."""
        from expectations.judged_build import refresh_outcomes as refresh
        from warehouse.errors import NotPublished

        with step("maintenance", "refresh_outcomes") as (settings, told):
            try:
                told.message = refresh(settings)
            except NotPublished:
                told.rows_in = 0  # nothing has been built yet: nothing to refresh

    check_evidence() >> refresh_outcomes()


maintenance()
