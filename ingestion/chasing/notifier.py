"""Hand over messages: as durable files, and by mail over TLS."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Protocol

from ingestion.chasing.contacts import Contacts, read_contacts
from warehouse.clock import VIETNAM, now
from warehouse.errors import SettingsRefused, SourceUnavailable
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.chasing.texts import Message
    from warehouse.settings import Settings

TIMEOUT_SECONDS = 20
IMPLICIT_TLS_PORT = 465


class Notifier(Protocol):
    """Something that takes a message over for good, or raises."""

    def deliver(self, message: Message) -> None:
        """Take the message over: when this returns, a crash can no longer lose it."""


class FileNotifier:
    """Keeps every message as a file: the office reads or forwards it, and sees later what was said."""

    def __init__(self, settings: Settings) -> None:
        """Keep the messages in the state folder."""
        self._folder = settings.messages

    def path(self, message: Message) -> Path:
        """Return where a message lies."""
        return self._folder / message.plan_key / message.period / f"{message.unit_code}_{message.step}.txt"

    def deliver(self, message: Message) -> None:
        """Write the message durably; the same reminder again replaces its file."""
        write_durably(self.path(message), lambda handle: handle.write(message.content))


class SmtpNotifier:
    """Hands messages to the office's mail server; off loopback never without TLS."""

    def __init__(self, settings: Settings, contacts: Contacts, tls: ssl.SSLContext | None = None) -> None:
        """Check the settings before anything is sent; raises SettingsRefused. `tls` is for the office's own CA."""
        if not settings.smtp_host:
            raise SettingsRefused("Chưa đặt THUOCDO_SMTP_HOST nên không gửi được thư. Hãy đặt máy chủ thư.")
        if (settings.smtp_user is None) != (settings.smtp_password is None):
            raise SettingsRefused("THUOCDO_SMTP_USER và THUOCDO_SMTP_PASSWORD phải đi cùng nhau. Hãy đặt cả hai.")
        self._host, self._port = settings.smtp_host, settings.smtp_port
        self._user, self._password = settings.smtp_user, settings.smtp_password
        self._contacts, self._settings = contacts, settings
        self._tls = tls or ssl.create_default_context()

    def deliver(self, message: Message) -> None:
        """Send the message to its whole audience.

        Raises:
            SettingsRefused: an address is missing, or the server refuses one.
            SourceUnavailable: the server does not answer, offers no TLS, or refuses us.
        """
        recipients = self._contacts.recipients(message)
        mail = self._mail(message, recipients)
        try:
            with self._connected() as server:
                refused = server.send_message(mail, self._contacts.sender, recipients)
        except smtplib.SMTPRecipientsRefused:
            raise _recipient_refused(message) from None
        except (OSError, smtplib.SMTPException) as error:
            # The server's own words may hold addresses; its kind of refusal is enough to look further.
            code = getattr(error, "smtp_code", None)
            raise SourceUnavailable(
                f"Máy chủ thư {self._host}:{self._port} không nhận thư ({code or type(error).__name__}); "
                "thư nhắc chưa gửi sẽ được gửi lại ở lượt sau. Hãy kiểm tra máy chủ, TLS và tài khoản.",
                host=self._host,
            ) from None
        if refused:
            raise _recipient_refused(message)

    def _connected(self) -> smtplib.SMTP:
        """Connect and log in; TLS first, unless the server is on this machine."""
        if is_loopback(self._host):
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        elif self._port == IMPLICIT_TLS_PORT:
            server = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            if not is_loopback(self._host) and self._port != IMPLICIT_TLS_PORT:
                server.starttls(context=self._tls)
            if self._user and self._password:
                server.login(self._user, self._password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, message: Message, recipients: list[str]) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._contacts.sender
        mail["To"] = ", ".join(recipients)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(now(self._settings).astimezone(VIETNAM))
        mail["Message-ID"] = message.message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body, cte="base64")
        return mail


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, judged by its name alone: DNS could say anything."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def notifiers(settings: Settings) -> tuple[Notifier, ...]:
    """Return who takes messages over: files always, mail where a server is set and figures are real."""
    files = FileNotifier(settings)
    if settings.smtp_host is None or settings.is_sample:
        return (files,)
    return (files, SmtpNotifier(settings, read_contacts(settings)))


def _recipient_refused(message: Message) -> SettingsRefused:
    return SettingsRefused(
        f"Máy chủ thư từ chối một địa chỉ nhận thư nhắc {message.step} của {message.plan_key}/{message.unit_code} "
        f"(vai: {', '.join(role.value for role in message.audience)}). Hãy sửa danh bạ rồi chạy lại thuocdo remind."
    )
