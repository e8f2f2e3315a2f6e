"""The whole job, told month by month: every step is a run of a real Airflow DAG.

Six months are lived again with the runs' own clock (`conf.now`): forms are issued, units
hand in, the portal is pulled. Builds are held meanwhile and let go at the end, when the
last pull's asset starts the build, and the build's snapshot starts the extracts.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from cli.board import print_board, read_board
from cli.output import OUT, say
from ingestion.portal.simulator.process import start_simulator
from ingestion.sample import deliver_due_letters, prepare_letters
from ingestion.sample.mark import mark_synthetic
from plans.periods import months_between
from plans.reading import read_plans
from warehouse.airflow.environment import credentials, free_port
from warehouse.airflow.service import AirflowService
from warehouse.clock import VIETNAM
from warehouse.extracts.registry import extract_of, list_extracts
from warehouse.ledger import open_ledger
from warehouse.publish import current_snapshot, snapshot_path
from warehouse.reading import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plans.records import Plan
    from warehouse.settings import Settings

FIRST_PERIOD = "2026-01"
COLLECTION_DAYS = (15, 19, 27)
"""Days of a month on which the sample's drop folder is emptied: before, at and after the deadlines."""
RUN_SECONDS = 600.0


@dataclass(frozen=True)
class JobResult:
    """What the whole job left behind."""

    snapshot_id: str
    seconds: float
    warehouse: Path
    data_docs: Path
    extracts: list[str]


def run_whole_job(settings: Settings, as_of: dt.date) -> JobResult:
    """Run the whole job up to `as_of` and print boards, flags, what is outstanding, and where things are."""
    started = time.monotonic()
    mark_synthetic(settings)
    end = dt.datetime.combine(as_of, dt.time(18), VIETNAM)
    password = SecretStr(credentials(settings).password)
    sample = settings.model_copy(
        update={
            "now": end,
            "is_sample": True,
            "is_driven": True,
            "portal_password": password,
        }
    )
    plans = read_plans(sample.plans_folder)
    say(f"Thước Đo: {len(plans)} kế hoạch, kỳ {FIRST_PERIOD} … {as_of:%Y-%m}; dữ liệu ở {sample.root}")
    with start_simulator(password) as address:
        sample = sample.model_copy(update={"portal_address": address})
        with AirflowService(sample, free_port()).running() as airflow:
            say("Airflow và cổng dịch vụ công giả lập đã sẵn sàng (127.0.0.1).")
            story = _Story(sample, airflow, end)
            story.live_months(plans)
            story.build_and_extract()
    _print_result(sample, plans)
    snapshot = current_snapshot(sample)
    return JobResult(
        snapshot_id=snapshot.snapshot_id,
        seconds=round(time.monotonic() - started, 1),
        warehouse=snapshot_path(sample),
        data_docs=sample.data_docs / "index.html",
        extracts=[str(extract_of(sample, record).folder) for record in list_extracts(open_ledger(sample))],
    )


class _Story:
    """The months as they are lived, one DAG run after the other, with progress told."""

    def __init__(self, settings: Settings, airflow: AirflowService, end: dt.datetime) -> None:
        self._settings = settings
        self._airflow = airflow
        self._end = end
        self._started = time.monotonic()

    def live_months(self, plans: dict[str, Plan]) -> None:
        """Issue, deliver and collect month by month, with builds held."""
        client = self._airflow.client
        for dag_id in ("build_warehouse", "provincial_extract"):
            client.pause(dag_id, is_paused=True)
        for dag_id in ("issue_forms", "collect_submissions", "collect_dossiers", "maintenance"):
            client.pause(dag_id, is_paused=False)
        ledger = open_ledger(self._settings)
        for period in months_between(FIRST_PERIOD, f"{self._end:%Y-%m}"):
            self._run("issue_forms", _morning(period.starts_on), period=period.code)
            letters = prepare_letters(self._settings, ledger, plans, period.code)
            self._tell(f"{period.code}: {len(letters)} biểu được đơn vị điền (số liệu tổng hợp)")
            for moment in self._collection_moments(period.starts_on):
                posted = deliver_due_letters(self._settings, moment)
                self._run("collect_submissions", moment, told=f"{posted} tệp tới thư mục nộp")

    def _collection_moments(self, first_day: dt.date) -> Iterator[dt.datetime]:
        for day in COLLECTION_DAYS:
            moment = dt.datetime.combine(first_day.replace(day=day), dt.time(17), VIETNAM)
            if moment <= self._end:
                yield moment

    def build_and_extract(self) -> None:
        """Let builds go; the pull's asset starts the build, the snapshot's asset the extracts."""
        client, alive = self._airflow.client, self._airflow.check_alive
        before = {dag_id: client.run_ids(dag_id) for dag_id in ("build_warehouse", "provincial_extract")}
        for dag_id in before:
            client.pause(dag_id, is_paused=False)
        self._run("collect_dossiers", self._end)
        for dag_id, known in before.items():
            run = client.wait_for_new_run(dag_id, known, RUN_SECONDS, alive)
            client.wait(run, RUN_SECONDS, alive)
            self._tell(f"{dag_id}: xong (Airflow tự khởi động khi có dữ liệu mới)")
        self._run("maintenance", self._end)

    def _run(self, dag_id: str, moment: dt.datetime, told: str = "", **conf: str) -> None:
        run = self._airflow.client.trigger(dag_id, {"now": moment.isoformat(), **conf})
        self._airflow.client.wait(run, RUN_SECONDS, self._airflow.check_alive)
        self._tell(f"{dag_id} ({moment:%d/%m/%Y}) {told}")

    def _tell(self, sentence: str) -> None:
        say(f"[{time.monotonic() - self._started:6.1f} s] {sentence}")


def _morning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(8), VIETNAM)


def _print_result(settings: Settings, plans: dict[str, Plan]) -> None:
    with opened(snapshot_path(settings)) as connection:
        for plan_key in plans:
            print_board(read_board(connection, plan_key))
    OUT.rule("Kết quả nằm ở đâu")
    for record in list_extracts(open_ledger(settings)):
        say(f"Gói trích xuất: {extract_of(settings, record).folder} ({record.state})")
    say(f"Trang kiểm tra dữ liệu (Great Expectations): {settings.data_docs / 'index.html'}")
    say(f"Kho dữ liệu đã công bố: {snapshot_path(settings)}")
    say('Hỏi kho: thuocdo query "select * from fct_indicator_progress limit 5"')
