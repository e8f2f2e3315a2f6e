"""One real simulator for all portal tests, and an office of its own for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from ingestion.portal.records import Portal, read_portal
from ingestion.portal.simulator.process import start_simulator
from plans.reading import PLANS_FOLDER, read_plan
from tests.ingestion.portal.office import PASSWORD
from warehouse.ledger import open_ledger
from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import sqlalchemy as sa

    from plans.records import Plan

PAGE_SIZE = 50


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[str]:
    with start_simulator(PASSWORD) as address:
        yield address


@pytest.fixture
def simulator(running_simulator: str) -> str:
    httpx.post(f"{running_simulator}/__faults/forget", trust_env=False)
    return running_simulator


@pytest.fixture
def order_fault(simulator: str) -> Callable[..., None]:
    def order(name: str, times: int = 1, parameter: str = "", after: int = 0) -> None:
        body = {"name": name, "times": str(times), "parameter": parameter, "after": str(after)}
        answer = httpx.post(f"{simulator}/__faults/order", json=body, trust_env=False)
        assert answer.json() == {"error_code": "0"}

    return order


@pytest.fixture(scope="session")
def demo_portal() -> Portal:
    return read_portal(PROJECT / "portals" / "demo.yml")


@pytest.fixture(scope="session")
def portal(demo_portal: Portal) -> Portal:
    """The demo portal with small pages, each a batch of its own, and short waits."""
    search = demo_portal.search.model_copy(update={"page_size": PAGE_SIZE, "batch_rows": 1})
    limits = demo_portal.limits.model_copy(
        update={"first_wait_seconds": 0.01, "requests_per_second": 1000, "attempts": 3, "read_seconds": 30}
    )
    return demo_portal.model_copy(update={"search": search, "limits": limits})


@pytest.fixture(scope="session")
def plan() -> Plan:
    return read_plan(PLANS_FOLDER / "dan-tien-2025.yml")


@pytest.fixture(scope="session")
def other_plan() -> Plan:
    return read_plan(PLANS_FOLDER / "thanh-thuy-2026.yml")


@pytest.fixture
def settings(tmp_path: Path, simulator: str) -> Settings:
    return Settings(home=tmp_path, portal_password=PASSWORD, portal_address=simulator)


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    ledger = open_ledger(settings)
    yield ledger
    ledger.dispose()
