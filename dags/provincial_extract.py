"""Write the extract package of each plan's next reporting date, for data staff to approve.

The same accepted data gives the same bytes; an unchanged extract is not written again. A
figure under a blocking flag is withheld and listed. Nothing leaves before `extract approve`.

**Triage notes.** A failure hurts on the reporting date only. The message names the plan; a
half-written folder has no manifest and is ignored by every reader. Clear the task.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import dag, task

from dag_common.assets import SNAPSHOT
from dag_common.defaults import DEFAULT_ARGS, START
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=SNAPSHOT,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=1),
    default_args=DEFAULT_ARGS,
    tags=[Tag.STAGE_DELIVERY, Tag.IMPACT_TIER_1],
    doc_md=__doc__,
)
def provincial_extract() -> None:
    """Wire the one step."""

    @task
    def write_extracts() -> list[str]:
        """Write one package per plan; XCom carries the export ids."""
        from plans.periods import next_report
        from plans.reading import read_plans
        from warehouse.clock import now, today
        from warehouse.extracts.package import create_extract
        from warehouse.ledger import open_ledger

        with step("provincial_extract", "write_extracts") as (settings, told):
            plans = read_plans(settings.plans_folder)
            ledger = open_ledger(settings)
            upcoming = {key: next_report(plan, today(settings)).period for key, plan in plans.items()}
            extracts = [
                create_extract(settings, ledger, key, period, now(settings)) for key, period in upcoming.items()
            ]
            told.rows_in, told.rows_out = len(plans), sum(extract.is_new for extract in extracts)
            return [extract.export_id for extract in extracts]

    write_extracts()


provincial_extract()
