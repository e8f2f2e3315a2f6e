"""Pull dossier data from the public-service portals, minimised before anything is stored.

Incremental by last update with an overlap; pulling again changes nothing. A portal that
answers against its contract fails the run, and yesterday's data stays; the others are still
pulled. Back-fill: trigger with `since` (a day; reads again from there on, adds what is missing)
and, if not all of them, `portal`. A back-fill and the daily run take turns.

**Triage notes.** `SRC-01` (portal does not answer) is retried and harmless for a day. `SRC-02`
(contract broken, count check failed) is never retried: compare the portal file in `portals/`
with what the portal sends, tell the portal's operator. No citizen's data is in the logs.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import Param, dag, task

from dag_common.assets import DOSSIERS
from dag_common.defaults import DEFAULT_ARGS, INTAKE_POOL, START, on_time, run_conf
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=on_time("30 5 * * *"),  # 05:30 every day, before the office opens
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=2),
    default_args=DEFAULT_ARGS,
    params={
        "since": Param(None, type=["null", "string"], format="date", title="Kéo lại từ ngày (YYYY-MM-DD)"),
        "portal": Param(None, type=["null", "string"], title="Chỉ kéo cổng này"),
    },
    tags=[Tag.STAGE_PORTAL, Tag.IMPACT_TIER_2],
    doc_md=__doc__,
)
def collect_dossiers() -> None:
    """Wire the one step."""

    @task(pool=INTAKE_POOL, outlets=[DOSSIERS])
    def pull_portals() -> int:
        """Pull every portal of the portals folder once, or again from a day on."""
        from ingestion.portal.collect import collect_portals
        from plans.reading import read_plans
        from warehouse.clock import now
        from warehouse.ledger import open_ledger

        with step("collect_dossiers", "pull_portals") as (settings, told):
            plans, day = read_plans(settings.plans_folder), run_conf("since")
            since = dt.date.fromisoformat(day) if day else None
            ledger, portal = open_ledger(settings), run_conf("portal")
            pulls = collect_portals(settings, ledger, plans, now(settings), portal, since).values()
            told.rows_in = sum(pull.rows_in for pull in pulls)
            told.rows_out = sum(pull.rows_out for pull in pulls)
            return told.rows_out

    pull_portals()


collect_dossiers()
