"""Keep the house: check the audit chain, remind units of missing cells, bring the outcomes into the snapshot.

**Triage notes.** A broken audit chain (`REC-01`) means that somebody edited the ledger by hand:
keep the file aside, call the system's keeper, do not go on. Reminders that fail name the entry of
the address book to mend (`SET-01`) or the mail server (`SRC-01`). All steps but the first may be
cleared and run again at any time; nothing here changes a figure.
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

    @task
    def send_reminders() -> None:
        """Remind units of the cells that are outstanding: T-5, T-1, T+1, T+3 working days, each step once."""
        from ingestion.chasing.notifier import notifiers
        from ingestion.chasing.send import send_reminders as send
        from plans.reading import read_plans
        from warehouse.clock import now
        from warehouse.ledger import open_ledger

        with step("maintenance", "send_reminders") as (settings, told):
            plans = read_plans(settings.plans_folder)
            sent = send(settings, open_ledger(settings), plans, notifiers(settings), now(settings))
            told.rows_in = told.rows_out = len(sent)

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

    check_evidence() >> send_reminders() >> refresh_outcomes()


maintenance()
