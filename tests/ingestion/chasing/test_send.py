"""Sending: message first, ledger second, once a step; a crash or a bad address loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import portalocker
import pytest
import sqlalchemy as sa

from ingestion.chasing import send as sending
from ingestion.chasing.notifier import FileNotifier
from warehouse.errors import SettingsRefused, SourceUnavailable, WriterBusy
from warehouse.ledger import broken_audit_entries
from warehouse.ledger_tables import AUDIT_LOG, REMINDERS

if TYPE_CHECKING:
    from ingestion.chasing.texts import Message
    from tests.ingestion.chasing.conftest import Chase, Collected
    from tests.ingestion.office import Office

T_MINUS_5, T_MINUS_1, T_PLUS_1, T_PLUS_3 = "2026-06-09", "2026-06-15", "2026-06-17", "2026-06-19"


class Crash(BaseException):
    """The process dies here."""


def noted(commune: Office) -> list[sa.Row[Any]]:
    with commune.engine.connect() as connection:
        return list(connection.execute(sa.select(REMINDERS).order_by(REMINDERS.c.sent_at, REMINDERS.c.form_id)))


def test_a_sent_reminder_is_noted_and_audited_with_what_was_said(
    commune: Office, chase: Chase, collected: Collected
) -> None:
    form = commune.issue("tram-y-te")
    (sent,) = chase.send(T_PLUS_1, collected)
    (row,) = noted(commune)
    assert (row.form_id, row.step, row.audience, row.cells_outstanding, row.message_sha256) == (
        form.form_id, "T+1", "unit, office, vice_chair", 1, sent.message.sha256,
    )  # fmt: skip
    with commune.engine.connect() as connection:
        actions = connection.execute(sa.select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "reminder_sent"))
        assert list(actions.scalars()) == [form.form_id]
    assert broken_audit_entries(commune.engine) == []


def test_each_step_is_sent_once_however_often_the_job_runs(commune: Office, chase: Chase, collected: Collected) -> None:
    commune.issue()
    for day in (T_MINUS_5, T_MINUS_5, "2026-06-10", T_MINUS_1, "2026-06-16", T_PLUS_1, T_PLUS_3, "2026-06-22"):
        chase.send(day, collected)
    assert [message.step for message in collected.messages] == ["T-5", "T-1", "T+1", "T+3"]


def test_a_valid_file_between_two_steps_stops_the_ladder(commune: Office, chase: Chase, collected: Collected) -> None:
    commune.issue("tram-y-te")
    chase.send(T_MINUS_5, collected)
    commune.submit(commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te"))
    for day in (T_MINUS_1, T_PLUS_1, T_PLUS_3):
        chase.send(day, collected)
    assert [message.step for message in collected.messages] == ["T-5"]


def test_the_kept_file_says_what_the_ledger_noted(commune: Office, chase: Chase) -> None:
    commune.issue()
    files = FileNotifier(commune.settings)
    (sent,) = chase.send(T_MINUS_5, files)
    kept = files.path(sent.message)
    assert kept == commune.settings.messages / "suoi-mau-2026" / "2026-06" / "vhxh_T-5.txt"
    assert kept.read_bytes() == sent.message.content


def test_a_crash_between_message_and_ledger_sends_again_and_loses_nothing(
    commune: Office, chase: Chase, collected: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    commune.issue()

    def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_note", die)
        with pytest.raises(Crash):
            chase.send(T_MINUS_5, collected)
    assert noted(commune) == []
    chase.send(T_MINUS_5, collected)
    first, second = collected.messages
    assert (first.message_id, first.sha256) == (second.message_id, second.sha256)
    assert len(noted(commune)) == 1


def test_a_crash_while_auditing_leaves_no_note_behind(
    commune: Office, chase: Chase, collected: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    commune.issue()

    def die(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(sending, "audit", die)
        with pytest.raises(Crash):
            chase.send(T_MINUS_5, collected)
    assert noted(commune) == []


class Away:
    """A mail server that does not answer."""

    def deliver(self, message: Message) -> None:
        raise SourceUnavailable(f"Không gửi được {message.step}.")


def test_a_message_that_nobody_took_over_is_not_noted(commune: Office, chase: Chase, collected: Collected) -> None:
    commune.issue()
    with pytest.raises(SourceUnavailable):
        chase.send(T_MINUS_5, Away())
    assert noted(commune) == []
    assert len(chase.send(T_MINUS_5, collected)) == 1


class KnowsOnly:
    """A notifier with the address of one unit."""

    def __init__(self, unit_code: str) -> None:
        self.unit_code = unit_code

    def deliver(self, message: Message) -> None:
        if message.unit_code != self.unit_code:
            raise SettingsRefused(f"Thiếu địa chỉ của {message.unit_code}.")


def test_one_missing_address_keeps_no_other_message_back(commune: Office, chase: Chase, collected: Collected) -> None:
    commune.issue("tram-y-te")
    commune.issue("vhxh")
    with pytest.raises(SettingsRefused, match="tram-y-te"):
        chase.send(T_PLUS_1, KnowsOnly("vhxh"))
    assert [row.step for row in noted(commune)] == ["T+1"]
    assert [sent.reminder.unit_code for sent in chase.send(T_PLUS_1, collected)] == ["tram-y-te"]


def test_two_processes_do_not_send_at_once(commune: Office, chase: Chase, collected: Collected) -> None:
    commune.issue()
    impatient = commune.settings.model_copy(update={"writer_wait_seconds": 0.1})
    hurried = type(chase)(type(commune)(impatient, commune.engine, commune.plans))
    with portalocker.Lock(commune.settings.path("reminders.lock"), mode="a"), pytest.raises(WriterBusy):
        hurried.send(T_MINUS_5, collected)
    assert collected.messages == []
