"""kill -9 while dossiers are pulled: afterwards everything is there, once.

`PULL_KILLS` sets how often the pull is killed at a random moment; `make proof-pull` kills it 200 times.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ingestion.portal.landed import landed_rows
from tests.canaries import canaries_below
from tests.ingestion.portal.office import expected_keys, keys, vietnam
from tests.ingestion.portal.pulling import PATIENCE_SECONDS, start_pull
from warehouse.evidence import check_evidence
from warehouse.ledger_tables import PORTAL_BATCHES
from warehouse.raw import batches

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

    from ingestion.portal.records import Portal
    from plans.records import Plan
    from warehouse.settings import Settings

KILLS = int(os.environ.get("PULL_KILLS", "8"))
SEED = 57
NOW = vietnam("2025-11-25T20:00:00")
STEPS_OF_A_BATCH = range(3, 13)
"""From the last look into the ledger before the first batch to the first step of the second."""
pytestmark = pytest.mark.timeout(3600)
Key = tuple[str, dt.datetime]


def with_pages_of(portal: Portal, page_size: int) -> Portal:
    """Return the portal with small pages; of another size each time, so that no batch comes out the same again."""
    search = portal.search.model_copy(update={"page_size": page_size, "batch_rows": 2 * page_size, "page_cap": 10_000})
    return portal.model_copy(update={"search": search})


def truth(plans: list[Plan], now: dt.datetime) -> set[Key]:
    return {key for plan in plans for key in expected_keys(plan.commune_code, now)}


def assert_everything_once(settings: Settings, engine: sa.Engine, portal: Portal, expected: set[Key]) -> None:
    """Hold raw, ledger and landing against the portal's own truth."""
    assert keys(settings) == sorted(expected)
    with engine.connect() as connection:
        recorded = connection.execute(sa.select(PORTAL_BATCHES)).all()
    assert sum(entry.row_count for entry in recorded) == len(expected)
    assert sorted(entry.sha256 for entry in recorded) == batches(settings, "dossiers")
    landed = Counter(
        (row["dossier_code"], row["updated_at"])
        for entry in recorded
        for row in landed_rows(settings, portal, entry.sha256, NOW)
    )
    assert landed == dict.fromkeys(expected, 1)
    assert check_evidence(settings) == len(recorded)
    assert canaries_below(settings.root) == {}


def ended(process: ForkServerProcess) -> int | None:
    process.join(PATIENCE_SECONDS)
    return process.exitcode


def kill_at_random(process: ForkServerProcess, told: Connection, draws: random.Random) -> None:
    """Kill a pull some pages and some milliseconds on, unless it ends before."""
    try:
        for _ in range(draws.randrange(4)):
            told.recv()
    except EOFError:
        return
    time.sleep(draws.random() * 0.06)
    process.kill()


def test_a_pull_killed_at_random_moments_brings_the_portal_s_dossiers_once(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan, other_plan: Plan
) -> None:
    draws, plans = random.Random(SEED), [plan, other_plan]
    now, expected, killed = NOW, set(), 0
    while killed < KILLS:
        process, told = start_pull(settings, with_pages_of(portal, draws.randrange(7, 20)), plans, now)
        kill_at_random(process, told, draws)
        if ended(process) == -signal.SIGKILL:
            killed += 1
        else:  # whole before it could be killed: there must be more to pull
            assert process.exitcode == 0
            expected |= truth(plans, now)
            now += dt.timedelta(days=4)
    process, _ = start_pull(settings, portal, plans, now)
    assert ended(process) == 0
    assert_everything_once(settings, engine, portal, expected | truth(plans, now))


def test_a_pull_killed_after_every_durable_step_of_a_batch_brings_every_dossier_once(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    for step in STEPS_OF_A_BATCH:
        process, _ = start_pull(settings, with_pages_of(portal, 7 + step), [plan], NOW, step)
        assert ended(process) == -signal.SIGKILL
    process, _ = start_pull(settings, portal, [plan], NOW)
    assert ended(process) == 0
    assert_everything_once(settings, engine, portal, truth([plan], NOW))
