"""The small commune of the intake tests, chased."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ingestion.chasing.due import Reminder, reminders_due
from ingestion.chasing.send import Sent, send_reminders
from tests.ingestion.office import Office, open_office

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.chasing.notifier import Notifier
    from ingestion.chasing.texts import Message


@dataclass
class Collected:
    """A notifier that keeps what it was given."""

    messages: list[Message] = field(default_factory=list)

    def deliver(self, message: Message) -> None:
        self.messages.append(message)


@dataclass(frozen=True)
class Chase:
    """What is due and what is sent on a day, in words of the tests."""

    commune: Office

    def due(self, day: str) -> list[Reminder]:
        office = self.commune
        return reminders_due(office.settings, office.engine, office.plans, dt.date.fromisoformat(day))

    def send(self, day: str, *notifiers: Notifier) -> list[Sent]:
        office = self.commune
        evening = dt.datetime.fromisoformat(f"{day}T13:00:00+00:00")
        return send_reminders(office.settings, office.engine, office.plans, notifiers, evening)


@pytest.fixture
def commune(tmp_path: Path) -> Office:
    return open_office(tmp_path, free_space_mib=0)


@pytest.fixture
def chase(commune: Office) -> Chase:
    return Chase(commune)


@pytest.fixture
def collected() -> Collected:
    return Collected()
