"""A real Airflow runs real DAGs: forms are written, dossiers filled in by date, nothing listens to the outside."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
import sqlalchemy as sa

from ingestion.portal.simulator.process import start_simulator
from plans.reading import read_plans
from plans.reporters import reporting_units
from tests.canaries import canaries_below
from tests.ingestion.portal.office import PASSWORD, expected_keys, keys, vietnam
from warehouse.airflow.environment import LOOPBACK, airflow_home, credentials, free_port
from warehouse.airflow.service import COMPONENTS, AirflowService
from warehouse.errors import ThuocDoError
from warehouse.ledger import open_ledger
from warehouse.ledger_tables import FORM_ISSUES, PIPELINE_OUTCOMES
from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PERIOD = "2026-03"
NOW = "2026-03-01T08:00:00+07:00"
SINCE = "2026-02-20"
SINCE_INSTANT = vietnam(SINCE)
RUN_SECONDS = 120.0
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with start_simulator(PASSWORD) as address:
        yield address


@pytest.fixture(scope="module")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo portal, whose first pull starts on its own, late day."""
    folder = tmp_path_factory.mktemp("portals")
    demo = (PROJECT / "portals" / "demo.yml").read_text(encoding="utf-8")
    (folder / "demo.yml").write_text(demo.replace("first_day: 2025-11-01", "first_day: 2026-02-25"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lived(
    tmp_path_factory: pytest.TempPathFactory, simulator: str, portals: Path
) -> tuple[Settings, list[tuple[str, int]]]:
    """Issue forms, pull, fill in from a day on twice, and pull what breaks the contract.

    Returns the settings, and every address that was listened on meanwhile.
    """
    settings = Settings(
        home=tmp_path_factory.mktemp("airflow") / "home",
        portals_folder=portals,
        portal_address=simulator,
        portal_password=PASSWORD,
        is_driven=True,
        free_space_mib=0,
    )
    before = {child.pid for child in psutil.Process().children()}
    with AirflowService(settings, free_port()).running() as airflow:
        run_dag(airflow, "issue_forms", period=PERIOD)
        run_dag(airflow, "collect_dossiers")
        run_dag(airflow, "collect_dossiers", since=SINCE)
        run_dag(airflow, "collect_dossiers", since=SINCE, portal="demo")
        with pytest.raises(httpx.HTTPStatusError):
            airflow.client.trigger("collect_dossiers", {"since": "hôm qua"})
        order_fault(simulator, "renamed_field", "NgayCapNhat")
        with pytest.raises(ThuocDoError, match="pull_portals"):
            run_dag(airflow, "collect_dossiers")
        components = [child for child in psutil.Process().children() if child.pid not in before]
        assert len(components) == len(COMPONENTS)
        listening = listened_on([process for each in components for process in [each, *each.children(recursive=True)]])
    assert not [each for each in components if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    return settings, listening


def run_dag(airflow: AirflowService, dag_id: str, **conf: str) -> None:
    airflow.client.pause(dag_id, is_paused=False)
    run = airflow.client.trigger(dag_id, {"now": NOW, **conf})
    airflow.client.wait(run, RUN_SECONDS, airflow.check_alive)


def order_fault(simulator: str, name: str, parameter: str) -> None:
    body = {"name": name, "parameter": parameter}
    assert httpx.post(f"{simulator}/__faults/order", json=body, trust_env=False).json() == {"error_code": "0"}


def steps(settings: Settings, dag_id: str) -> list[sa.RowMapping]:
    with open_ledger(settings).connect() as connection:
        found = sa.select(PIPELINE_OUTCOMES).where(PIPELINE_OUTCOMES.c.dag_id == dag_id)
        return list(connection.execute(found.order_by(PIPELINE_OUTCOMES.c.ended_at)).mappings())


def listened_on(processes: list[psutil.Process]) -> list[tuple[str, int]]:
    return [
        (connection.laddr.ip, connection.laddr.port)
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN or connection.type.name == "SOCK_DGRAM"
    ]


def test_every_reporting_unit_has_its_form(lived: tuple[Settings, list[tuple[str, int]]]) -> None:
    settings, _ = lived
    expected = {
        settings.forms / key / PERIOD / f"{unit}.xlsx"
        for key, plan in read_plans(settings.plans_folder).items()
        for unit in reporting_units(plan)
    }
    assert set(settings.forms.rglob("*.xlsx")) == expected
    with open_ledger(settings).connect() as connection:
        issued = connection.execute(sa.select(FORM_ISSUES.c.period, FORM_ISSUES.c.issued_at).distinct()).all()
        count = connection.scalar(sa.select(sa.func.count()).select_from(FORM_ISSUES))
    assert issued == [(PERIOD, "2026-03-01T01:00:00.000000Z")]  # the run's own clock
    assert count == len(expected)


def test_the_step_left_its_row_in_the_ledger(lived: tuple[Settings, list[tuple[str, int]]]) -> None:
    settings, _ = lived
    (row,) = steps(settings, "issue_forms")
    assert (row["step"], row["outcome"]) == ("write_forms", "done")
    assert row["rows_out"] == len(list(settings.forms.rglob("*.xlsx")))
    assert row["message"].startswith(PERIOD)


def test_a_run_with_a_day_fills_in_the_dossiers_from_that_day_on_and_only_once(
    lived: tuple[Settings, list[tuple[str, int]]],
) -> None:
    settings, _ = lived
    daily, filled, again, broken = steps(settings, "collect_dossiers")
    assert daily["rows_out"] > 0
    assert filled["rows_out"] == filled["rows_in"] - daily["rows_in"] > 0
    assert (again["rows_in"], again["rows_out"]) == (filled["rows_in"], 0)
    communes = {plan.commune_code for plan in read_plans(settings.plans_folder).values()}
    now = dt.datetime.fromisoformat(NOW)
    expected = [key for code in communes for key in expected_keys(code, now) if key[1] >= SINCE_INSTANT]
    assert keys(settings) == sorted(expected)
    assert (broken["outcome"], broken["rows_out"]) == ("failed", None)


def test_no_citizen_s_text_stands_in_what_airflow_keeps_of_a_broken_contract(
    lived: tuple[Settings, list[tuple[str, int]]],
) -> None:
    settings, _ = lived
    alerts = list(settings.path("alerts").glob("*.json"))
    assert "NgayCapNhat" in alerts[0].read_text(encoding="utf-8")
    assert canaries_below(settings.root) == {}


def test_nothing_listens_beyond_this_machine(lived: tuple[Settings, list[tuple[str, int]]]) -> None:
    _, listening = lived
    assert listening
    assert {address for address, _ in listening} == {LOOPBACK}


def test_the_secrets_stand_in_no_log(lived: tuple[Settings, list[tuple[str, int]]]) -> None:
    settings, _ = lived
    secrets = list(asdict(credentials(settings)).values())
    logs = [
        path for folder in (settings.path("logs"), airflow_home(settings) / "logs") for path in folder.rglob("*.log")
    ]
    assert len(secrets) == 4
    assert logs
    assert not [path for path in logs for secret in secrets if secret in path.read_text(errors="replace")]
