"""The REST client against a small server that answers as Airflow does: signs in, waits, tells what failed."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from warehouse.airflow import client as client_module
from warehouse.airflow.client import AirflowClient, DagRun
from warehouse.airflow.environment import free_port
from warehouse.errors import SourceUnavailable, ThuocDoError

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "mat-khau"
RUN = DagRun("issue_forms", "manual__1", "queued")
RUNS = "/api/v2/dags/issue_forms/dagRuns"


class FakeAirflow:
    """Answers by method and path; each path may be given several answers, of which the last stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.calls: Counter[str] = Counter()
        self.bodies: dict[str, dict[str, Any]] = {}
        self.token = 0

    def answer(self, call: str, body: dict[str, Any], authorization: str | None) -> tuple[int, dict[str, Any]]:
        self.calls[call] += 1
        self.bodies[call] = body
        if call == "POST /auth/token":
            self.token += 1
            return (201, {"access_token": f"token-{self.token}"}) if body["password"] == PASSWORD else (401, {})
        if authorization != f"Bearer token-{self.token}":
            return 401, {}
        answers = self.answers.get(call)
        if not answers:
            return 404, {}
        return 200, answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def airflow() -> FakeAirflow:
    return FakeAirflow()


@pytest.fixture
def client(airflow: FakeAirflow, monkeypatch: pytest.MonkeyPatch) -> Iterator[AirflowClient]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
            call = f"{self.command} {self.path.split('?')[0]}"
            status, answer = airflow.answer(call, body, self.headers.get("Authorization"))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_GET  # noqa: N815 - the names that the standard library asks for

        def log_message(self, *_arguments: object) -> None:
            """Stay silent."""

    monkeypatch.setattr(client_module, "POLL_SECONDS", 0.01)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield AirflowClient(server.server_port, PASSWORD)
    server.shutdown()
    server.server_close()


def alive() -> None:
    """Every component runs."""


def ready(client: AirflowClient, airflow: FakeAirflow) -> None:
    airflow.answers["GET /api/v2/dags"] = [{"dags": [{"dag_id": RUN.dag_id}]}]
    client.wait_until_ready(frozenset({RUN.dag_id}), 5, alive)


def test_being_ready_means_that_every_dag_is_known(client: AirflowClient, airflow: FakeAirflow) -> None:
    airflow.answers["GET /api/v2/dags"] = [
        {"dags": []},
        {"dags": [{"dag_id": "a"}]},
        {"dags": [{"dag_id": "a"}, {"dag_id": "b"}]},
    ]
    client.wait_until_ready(frozenset({"a", "b"}), 5, alive)
    assert airflow.calls["GET /api/v2/dags"] == 3


def test_an_airflow_that_never_answers_is_told_after_the_wait() -> None:
    with pytest.raises(SourceUnavailable, match="không sẵn sàng"):
        AirflowClient(free_port(), PASSWORD).wait_until_ready(frozenset({"a"}), 0.5, alive)


def test_waiting_stops_at_once_when_a_component_died() -> None:
    def dead() -> None:
        raise ThuocDoError("đã dừng")

    with pytest.raises(ThuocDoError, match="đã dừng"):
        AirflowClient(free_port(), PASSWORD).wait_until_ready(frozenset({"a"}), 60, dead)


def test_a_session_that_ran_out_is_signed_in_anew(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.token += 1  # what the client holds is worth nothing any more
    airflow.answers[f"GET {RUNS}"] = [{"dag_runs": [{"dag_run_id": "r1", "state": "success"}]}]
    assert client.run_ids(RUN.dag_id) == {"r1"}
    assert airflow.calls["POST /auth/token"] == 2


def test_a_run_is_triggered_with_its_conf(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.answers[f"POST {RUNS}"] = [{"dag_run_id": "manual__1", "state": "queued"}]
    assert client.trigger(RUN.dag_id, {"period": "2026-06"}) == RUN
    assert airflow.bodies[f"POST {RUNS}"] == {"logical_date": None, "conf": {"period": "2026-06"}}


def test_waiting_ends_with_the_run(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.answers[f"GET {RUNS}/{RUN.run_id}"] = [{"state": "queued"}, {"state": "running"}, {"state": "success"}]
    client.wait(RUN, 5, alive)
    assert airflow.calls[f"GET {RUNS}/{RUN.run_id}"] == 3


def test_a_failed_run_names_the_task_that_failed(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.answers[f"GET {RUNS}/{RUN.run_id}"] = [{"state": "failed"}]
    tasks = [{"task_id": "read", "state": "success"}, {"task_id": "write_forms", "state": "failed"}]
    airflow.answers[f"GET {RUNS}/{RUN.run_id}/taskInstances"] = [{"task_instances": tasks}]
    with pytest.raises(ThuocDoError, match="ở bước write_forms") as told:
        client.wait(RUN, 5, alive)
    assert told.value.facts == {"dag_id": RUN.dag_id, "run_id": RUN.run_id}


def test_a_run_that_takes_too_long_is_told(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.answers[f"GET {RUNS}/{RUN.run_id}"] = [{"state": "running"}]
    with pytest.raises(ThuocDoError, match="chưa xong"):
        client.wait(RUN, 0.1, alive)


def test_only_a_run_that_was_not_there_before_is_new(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    old, new = {"dag_run_id": "old", "state": "success"}, {"dag_run_id": "new", "state": "queued"}
    airflow.answers[f"GET {RUNS}"] = [{"dag_runs": [old]}, {"dag_runs": [new, old]}]
    assert client.wait_for_new_run(RUN.dag_id, {"old"}, 5, alive).run_id == "new"


def test_a_dag_that_airflow_does_not_start_is_told(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.answers[f"GET {RUNS}"] = [{"dag_runs": []}]
    with pytest.raises(ThuocDoError, match="không tự khởi động issue_forms"):
        client.wait_for_new_run(RUN.dag_id, set(), 0.1, alive)


@pytest.mark.parametrize(("known", "made"), [([], 1), ([{"name": "intake"}], 0)], ids=["absent", "there"])
def test_a_pool_is_made_only_where_there_is_none(
    client: AirflowClient, airflow: FakeAirflow, known: list[dict[str, str]], made: int
) -> None:
    ready(client, airflow)
    airflow.answers["GET /api/v2/pools"] = [{"pools": known}]
    airflow.answers["POST /api/v2/pools"] = [{}]
    client.ensure_pool("intake", 1, "Tiếp nhận")
    assert airflow.calls["POST /api/v2/pools"] == made


def test_a_dag_is_held_and_let_go(client: AirflowClient, airflow: FakeAirflow) -> None:
    ready(client, airflow)
    airflow.answers[f"PATCH /api/v2/dags/{RUN.dag_id}"] = [{}]
    for is_paused in (True, False):
        client.pause(RUN.dag_id, is_paused=is_paused)
        assert airflow.bodies[f"PATCH /api/v2/dags/{RUN.dag_id}"] == {"is_paused": is_paused}
