"""Pull dossier data from the public-service portals, minimised before anything is stored.

Incremental by last update with an overlap; pulling again changes nothing. A portal that
answers against its contract stops the run, and yesterday's data stays.

**Triage notes.** `SRC-01` (portal does not answer) is retried and harmless for a day. `SRC-02`
(contract broken, count check failed) is never retried: compare the portal file in `portals/`
with what the portal sends, tell the portal's operator. No citizen's data is in the logs.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import dag, task

from dag_common.assets import DOSSIERS
from dag_common.defaults import DEFAULT_ARGS, INTAKE_POOL, START, on_time
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=on_time("30 5 * * *"),  # 05:30 every day, before the office opens
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=2),
    default_args=DEFAULT_ARGS,
    tags=[Tag.STAGE_PORTAL, Tag.IMPACT_TIER_2],
    doc_md=__doc__,
)
def collect_dossiers() -> None:
    """Wire the one step."""

    @task(pool=INTAKE_POOL, outlets=[DOSSIERS])
    def pull_portals() -> int:
        """Pull every portal of the portals folder once."""
        from ingestion.portal.pull import pull_dossiers
        from ingestion.portal.records import read_portals
        from plans.reading import read_plans
        from warehouse.clock import now
        from warehouse.ledger import open_ledger

        with step("collect_dossiers", "pull_portals") as (settings, told):
            plans = read_plans(settings.plans_folder)
            ledger = open_ledger(settings)
            pulls = [
                pull_dossiers(settings, ledger, portal, plans.values(), now(settings))
                for portal in read_portals(settings.portals_folder).values()
            ]
            told.rows_in = sum(pull.rows_in for pull in pulls)
            told.rows_out = sum(pull.rows_out for pull in pulls)
            return told.rows_out

    pull_portals()


collect_dossiers()
