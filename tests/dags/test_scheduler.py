"""A real Airflow runs a real DAG: forms are written, the ledger tells of it, nothing listens to the outside."""

from __future__ import annotations

from dataclasses import asdict

import psutil
import pytest
import sqlalchemy as sa

from plans.reading import read_plans
from plans.reporters import reporting_units
from warehouse.airflow.environment import LOOPBACK, airflow_home, credentials, free_port
from warehouse.airflow.service import COMPONENTS, AirflowService
from warehouse.ledger import open_ledger
from warehouse.ledger_tables import FORM_ISSUES, PIPELINE_OUTCOMES
from warehouse.settings import Settings

PERIOD = "2026-03"
NOW = "2026-03-01T08:00:00+07:00"
RUN_SECONDS = 120.0
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[tuple[str, int]]]:
    """Run `issue_forms` once; returns the settings and every address that was listened on meanwhile."""
    settings = Settings(home=tmp_path_factory.mktemp("airflow") / "home", is_driven=True, free_space_mib=0)
    before = {child.pid for child in psutil.Process().children()}
    with AirflowService(settings, free_port()).running() as airflow:
        airflow.client.pause("issue_forms", is_paused=False)
        run = airflow.client.trigger("issue_forms", {"now": NOW, "period": PERIOD})
        airflow.client.wait(run, RUN_SECONDS, airflow.check_alive)
        components = [child for child in psutil.Process().children() if child.pid not in before]
        assert len(components) == len(COMPONENTS)
        listening = listened_on([process for each in components for process in [each, *each.children(recursive=True)]])
    assert not [each for each in components if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    return settings, listening


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
    with open_ledger(settings).connect() as connection:
        (row,) = connection.execute(sa.select(PIPELINE_OUTCOMES)).mappings()
    assert (row["dag_id"], row["step"], row["outcome"]) == ("issue_forms", "write_forms", "done")
    assert row["rows_out"] == len(list(settings.forms.rglob("*.xlsx")))
    assert row["message"].startswith(PERIOD)


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
