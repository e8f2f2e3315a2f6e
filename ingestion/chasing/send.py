"""Send the reminders that are due: each step of a form once, at least once, never silently not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.chasing.due import Reminder, reminders_due
from ingestion.chasing.texts import Message, word
from warehouse.clock import VIETNAM
from warehouse.errors import SettingsRefused
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import REMINDERS
from warehouse.locks import os_lock
from warehouse.storage import check_free_space

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ingestion.chasing.notifier import Notifier
    from plans.records import Plan
    from warehouse.settings import Settings


@dataclass(frozen=True)
class Sent:
    """A reminder that was handed over and noted."""

    reminder: Reminder
    message: Message


def send_reminders(
    settings: Settings,
    ledger: sa.Engine,
    plans: Mapping[str, Plan],
    notifiers: Sequence[Notifier],
    now: dt.datetime,
    plan_key: str | None = None,
) -> list[Sent]:
    """Send what is due now and note each in the ledger after every notifier has taken it over.

    A crash between message and ledger sends the same reminder again (same file, same mail id)
    rather than none. A message that cannot be addressed keeps no other one back: the rest is
    sent first, then the error is raised; a mail server that is away stops the run at once.

    Raises:
        SettingsRefused: some messages could not be addressed; all others were sent.
        SourceUnavailable: the mail server did not take a message; those before it were sent.
        ReconciliationFailed: the raw layer misses a submission of the ledger; nothing was sent.
        WriterBusy: another process is sending.
    """
    check_free_space(settings)
    sent: list[Sent] = []
    unaddressed: list[SettingsRefused] = []
    # One process sends at a time: what is due follows from what the ledger says was sent.
    busy = "Đang có một lượt gửi thư nhắc khác chạy. Hãy thử lại sau ít phút."
    with os_lock(settings, settings.path("reminders.lock"), busy):
        for reminder in reminders_due(settings, ledger, plans, now.astimezone(VIETNAM).date(), plan_key):
            message = word(reminder, is_sample=settings.is_sample)
            try:
                for notifier in notifiers:
                    notifier.deliver(message)
            except SettingsRefused as error:
                unaddressed.append(error)
                continue
            _note(ledger, reminder, message, now)
            sent.append(Sent(reminder, message))
    if unaddressed:
        raise SettingsRefused(
            f"Đã gửi {len(sent)} thư nhắc, còn {len(unaddressed)} thư chưa gửi được. {unaddressed[0].message}",
            sent=len(sent),
            problems=[error.message for error in unaddressed],
        )
    return sent


def _note(ledger: sa.Engine, reminder: Reminder, message: Message, now: dt.datetime) -> None:
    roles = ", ".join(role.value for role in reminder.audience)
    with transaction(ledger) as connection:
        connection.execute(
            sa.insert(REMINDERS).values(
                form_id=reminder.form_id,
                step=reminder.step,
                audience=roles,
                cells_outstanding=len(reminder.cells),
                message_sha256=message.sha256,
                sent_at=instant(now),
            )
        )
        audit(
            connection,
            at=now,
            actor="thuocdo",
            action="reminder_sent",
            subject=reminder.form_id,
            step=reminder.step,
            audience=roles,
            cells=len(reminder.cells),
            sha256=message.sha256,
        )
