"""Take in what units have handed in: land, gate, cage, parse, ledger, raw Parquet, receipts.

Every file gets an outcome within the run. A file that is still being written is left for the
next run; a crash leaves open receipts, which the next run finishes first.

**Triage notes.** A failure here means that units wait for receipts; no file is lost, all lie
in the landing folder. A red task names the file only by its receipt. Clear the task once the
cause (disk, ledger) is mended. Rejected files are not failures: see `thuocdo receipts`.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import dag, task

from dag_common.assets import SUBMISSIONS
from dag_common.defaults import DEFAULT_ARGS, INTAKE_POOL, START, on_time
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=on_time("*/15 7-18 * * 1-6"),  # every 15 minutes in office hours, Saturday included
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=2),
    default_args=DEFAULT_ARGS,
    tags=[Tag.STAGE_INTAKE, Tag.IMPACT_TIER_1],
    doc_md=__doc__,
)
def collect_submissions() -> None:
    """Wire the steps."""

    @task(pool=INTAKE_POOL, outlets=[SUBMISSIONS])
    def take_in_files() -> dict[str, int]:
        """Take in the drop folder; XCom carries counts of outcomes only."""
        from collections import Counter

        from ingestion.channels.drop_folder import collect_drop_folder
        from plans.reading import read_plans
        from warehouse.clock import now
        from warehouse.ledger import open_ledger

        with step("collect_submissions", "take_in_files") as (settings, told):
            plans = read_plans(settings.plans_folder)
            results = collect_drop_folder(settings, open_ledger(settings), plans, now(settings))
            outcomes = Counter(result.outcome for result in results)
            told.rows_in = len(results)
            told.rows_out = outcomes["accepted"] + outcomes["accepted_with_warnings"]
            told.message = ", ".join(f"{outcome}: {count}" for outcome, count in sorted(outcomes.items()))
            return dict(outcomes)

    @task(pool=INTAKE_POOL, outlets=[SUBMISSIONS])
    def take_in_channels() -> dict[str, int]:
        """Take in what waits on servers; apart from the drop folder, which a dead server must not stop."""
        from collections import Counter

        from airflow.sdk.exceptions import AirflowSkipException

        from ingestion.channels.fetch import collect_channels
        from plans.reading import read_plans
        from warehouse.clock import now
        from warehouse.ledger import open_ledger

        with step("collect_submissions", "take_in_channels") as (settings, told):
            ledger, plans = open_ledger(settings), read_plans(settings.plans_folder)
            results = collect_channels(settings, ledger, plans, now(settings))
            outcomes = Counter(result.outcome for result in results)
            told.rows_in, told.rows_out = len(results), outcomes["accepted"] + outcomes["accepted_with_warnings"]
        if not results:
            raise AirflowSkipException("Không có gì mới trên các kênh: không cần dựng lại kho.")
        return dict(outcomes)

    take_in_files()
    take_in_channels()


collect_submissions()
