"""Talk to Airflow's REST API as the commands need it: trigger, wait, pause, pools."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from warehouse.airflow.environment import LOOPBACK, USER
from warehouse.errors import SourceUnavailable, ThuocDoError

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 0.4
FINISHED = {"success", "failed"}


@dataclass(frozen=True)
class DagRun:
    """One run of one DAG."""

    dag_id: str
    run_id: str
    state: str


class AirflowClient:
    """A signed-in client of the API server on the loopback address."""

    def __init__(self, port: int, password: str) -> None:
        """Remember where to talk to; the first call signs in."""
        self._http = httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=30, trust_env=False)
        self._password = password

    def wait_until_ready(self, dag_ids: frozenset[str], timeout: float, is_alive: Callable[[], None]) -> None:
        """Wait until the server answers and has parsed the DAGs; raises SourceUnavailable."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            is_alive()
            try:
                if not self._http.headers.get("Authorization"):
                    self._sign_in()
                known = {dag["dag_id"] for dag in self._call("GET", "/api/v2/dags", params={"limit": 100})["dags"]}
                if dag_ids <= known:
                    return
            except (httpx.TransportError, httpx.HTTPStatusError):
                pass  # not up yet: the loop's deadline decides
            time.sleep(POLL_SECONDS)
        raise SourceUnavailable(f"Airflow không sẵn sàng sau {timeout:.0f} giây. Xem nhật ký trong thư mục logs.")

    def _sign_in(self) -> None:
        answer = self._http.post("/auth/token", json={"username": USER, "password": self._password})
        answer.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._http.request(method, path, **options)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._sign_in()
            answer = self._http.request(method, path, **options)
        answer.raise_for_status()
        return dict(answer.json())

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool if it is not there."""
        known = {pool["name"] for pool in self._call("GET", "/api/v2/pools")["pools"]}
        if name not in known:
            body = {"name": name, "slots": slots, "description": description}
            self._call("POST", "/api/v2/pools", json=body)

    def pause(self, dag_id: str, *, is_paused: bool) -> None:
        """Hold a DAG, or let it run."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": is_paused})

    def trigger(self, dag_id: str, conf: dict[str, str]) -> DagRun:
        """Start a run of a DAG."""
        body = {"logical_date": None, "conf": conf}
        run = self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        return DagRun(dag_id, run["dag_run_id"], run["state"])

    def run_ids(self, dag_id: str) -> set[str]:
        """List the ids of all runs of a DAG."""
        return {run.run_id for run in self._runs(dag_id)}

    def _runs(self, dag_id: str) -> list[DagRun]:
        query = {"limit": 100, "order_by": "-run_after"}
        found = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns", params=query)["dag_runs"]
        return [DagRun(dag_id, run["dag_run_id"], run["state"]) for run in found]

    def wait(self, run: DagRun, timeout: float, is_alive: Callable[[], None]) -> None:
        """Wait for the end of a run; raises ThuocDoError naming the failed task."""
        deadline = time.monotonic() + timeout
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}"
        while time.monotonic() < deadline:
            is_alive()
            state = self._call("GET", path)["state"]
            if state in FINISHED:
                if state == "failed":
                    raise ThuocDoError(self._why_failed(run), dag_id=run.dag_id, run_id=run.run_id)
                return
            time.sleep(POLL_SECONDS)
        raise ThuocDoError(f"Lượt chạy {run.dag_id} chưa xong sau {timeout:.0f} giây.", run_id=run.run_id)

    def wait_for_new_run(self, dag_id: str, before: set[str], timeout: float, is_alive: Callable[[], None]) -> DagRun:
        """Wait until an asset has started a run that was not there before; returns it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            is_alive()
            new = [run for run in self._runs(dag_id) if run.run_id not in before]
            if new:
                return new[0]
            time.sleep(POLL_SECONDS)
        raise ThuocDoError(f"Airflow không tự khởi động {dag_id} sau {timeout:.0f} giây.", dag_id=dag_id)

    def _why_failed(self, run: DagRun) -> str:
        tasks = self._call("GET", f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances")
        failed = sorted(task["task_id"] for task in tasks["task_instances"] if task["state"] == "failed")
        return (
            f"Lượt chạy {run.dag_id} không thành công ở bước {', '.join(failed) or '(không rõ)'}. "
            f"Xem thư mục alerts và 'Triage notes' của DAG; số liệu đã công bố không thay đổi."
        )
