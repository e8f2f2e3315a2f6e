"""Issue every unit's form for a reporting period.

Each plan's units get one workbook that holds only their own cells. Issuing again changes nothing
while nothing new is known; once the portal's records or last period's answers have moved on, the
same form is renewed with them. So the forms of the current month are issued every morning, after
the night's dossiers were pulled and built.

**Triage notes.** A failure here hurts units before their deadline: nobody can download the
form. Look at the task's last log line: it names the plan file or the folder. Nothing needs
cleaning up; mend the cause and clear the task. A full disk is told as such.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import dag, task

from dag_common.defaults import DEFAULT_ARGS, START, on_time, run_conf
from dag_common.steps import step
from dag_common.tags import Tag


@dag(
    schedule=on_time("30 6 * * *"),  # 06:30 every day: forms wait for the units, with what the night brought
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=dt.timedelta(hours=1),
    default_args=DEFAULT_ARGS,
    tags=[Tag.STAGE_FORMS, Tag.IMPACT_TIER_1],
    doc_md=__doc__,
)
def issue_forms() -> None:
    """Wire the one step."""

    @task
    def write_forms() -> int:
        """Issue the forms of the period (conf `period`, else the current month)."""
        from ingestion.forms.issue import issue_forms as issue
        from plans.reading import read_plans
        from warehouse.clock import now, today
        from warehouse.ledger import open_ledger

        with step("issue_forms", "write_forms") as (settings, told):
            period = run_conf("period") or f"{today(settings):%Y-%m}"
            plans = read_plans(settings.plans_folder)
            ledger = open_ledger(settings)
            told.rows_in = len(plans)
            forms = [form for plan in plans.values() for form in issue(settings, ledger, plan, period, now(settings))]
            told.rows_out = sum(form.is_new for form in forms)
            told.message = f"{period}: {len(forms)} biểu mẫu, {told.rows_out} mới"
            return len(forms)

    write_forms()


issue_forms()
