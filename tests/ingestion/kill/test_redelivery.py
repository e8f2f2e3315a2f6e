"""The same bytes, however often and on whatever way they come, are one submission."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ingestion.intake import Arrival, take_in
from plans.reading import read_plans
from tests.ingestion.kill.deaths import forking
from tests.ingestion.kill.history import problems, state_of
from tests.ingestion.office import IN_TIME, PLAN_KEY, open_office
from warehouse.ledger import open_ledger
from warehouse.ledger_tables import RECEIPTS, SUBMISSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ingestion.office import Office
    from warehouse.settings import Settings

SENDERS = 8
AT_ONCE = 25
CHANNELS = ("command", "drop", "sftp:thu", "s3:thu", "mail:thu")
FORMS = 12
COPIES = (2, 50)


def send(settings: Settings, deliveries: list[tuple[Path, str, str, str]]) -> None:
    """Hand in a few at a time, as one sender of several at once."""
    ledger, plans = open_ledger(settings), read_plans(settings.plans_folder)
    arrivals = [
        Arrival(path, name, channel, *((None, None) if channel == "command" else (PLAN_KEY, unit_code)))
        for path, name, channel, unit_code in deliveries
    ]
    for start in range(0, len(arrivals), AT_ONCE):
        take_in(settings, ledger, plans, arrivals[start : start + AT_ONCE], IN_TIME)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_office(tmp_path, free_space_mib=0, writer_wait_seconds=600)


def test_redeliveries_by_any_name_channel_and_sender_count_once(
    office: Office, tmp_path: Path, everywhere: bool
) -> None:
    chance = random.Random(2026)
    wanted = 10_000 if everywhere else 600
    deliveries = []
    paths = []
    for month in range(1, 7):
        for unit_code, code in (("vhxh", "ct-03"), ("tram-y-te", "yt-01")):
            answers = {code: {"value": 10 + month}}
            name = f"{unit_code}-{month}.xlsx"
            path = office.fill(answers, unit_code=unit_code, period=f"2026-{month:02}", name=name)
            paths.append((path, unit_code))
    turns = itertools.chain(paths, iter(lambda: chance.choice(paths), None))
    while len(deliveries) < wanted:
        path, unit = next(turns)
        for _ in range(chance.randint(*COPIES)):
            deliveries.append((path, f"bản {chance.randrange(1000)}.xlsx", chance.choice(CHANNELS), unit))
    chance.shuffle(deliveries)
    at_once = [forking(send, office.settings, deliveries[number::SENDERS]) for number in range(SENDERS)]
    for process in at_once:
        process.join()
    assert [process.exitcode for process in at_once] == [0] * SENDERS
    with office.engine.connect() as connection:
        outcomes = Counter(outcome.split("_")[0] for outcome in connection.scalars(sa.select(RECEIPTS.c.outcome)))
        submitted = connection.execute(sa.select(SUBMISSIONS.c.unit_code, SUBMISSIONS.c.period)).all()
    assert (len(submitted), len(set(submitted))) == (FORMS, FORMS)
    assert outcomes == {"accepted": FORMS, "duplicate": len(deliveries) - FORMS}
    assert problems(office.settings, state_of(office.settings)) == []
