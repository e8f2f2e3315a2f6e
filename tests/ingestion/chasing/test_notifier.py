"""Mail through a real server on loopback: delivered whole, TLS off loopback or nothing, refusals told."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from ingestion.chasing import notifier
from ingestion.chasing.contacts import Contacts, PlanContacts
from ingestion.chasing.notifier import FileNotifier, SmtpNotifier, is_loopback, notifiers
from ingestion.chasing.texts import word
from warehouse.errors import SettingsRefused, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from ingestion.chasing.texts import Message
    from tests.ingestion.chasing.conftest import Chase
    from tests.ingestion.office import Office

LOOPBACK = "127.0.0.1"
LOOKS_OUTSIDE = "127.1"
"""Reaches loopback, but is no address that the client takes for loopback: it stands for a server elsewhere."""
SECRET = "mat-khau-thu"
CONTACTS = Contacts(
    sender="thuocdo@xa.example.vn",
    plans={
        "suoi-mau-2026": PlanContacts(
            units={"vhxh": "vhxh@xa.example.vn", "tram-y-te": "tyt@xa.example.vn"},
            vice_chair="pct@xa.example.vn",
            province="theodoi@tinh.example.vn",
        )
    },
)


@dataclass
class Mailbox:
    """What the server took over, and what it was told."""

    refused: frozenset[str] = frozenset()
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: object, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    def check(self, _server: object, _session: object, _envelope: object, _how: str, data: LoginPassword) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == SECRET.encode(), handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(mailbox: Mailbox, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[Mailbox]:
    mailbox.port = free_port()
    server = Controller(mailbox, LOOPBACK, mailbox.port, tls_context=tls, authenticator=mailbox.check, **options)
    server.start()
    try:
        yield mailbox
    finally:
        server.stop()


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's TLS and that of a client which trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOKS_OUTSIDE)])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(LOOKS_OUTSIDE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "thu.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


@pytest.fixture
def last_call(commune: Office, chase: Chase) -> Message:
    commune.issue("tram-y-te")
    (due,) = chase.due("2026-06-19")
    return word(due)


def mailer(
    commune: Office, mailbox: Mailbox, tls: ssl.SSLContext | None = None, host: str = LOOPBACK, **more: object
) -> SmtpNotifier:
    settings = commune.settings.model_copy(update={"smtp_host": host, "smtp_port": mailbox.port, **more})
    return SmtpNotifier(settings, CONTACTS, tls)


def test_a_message_arrives_whole_at_everybody_of_its_audience(commune: Office, last_call: Message) -> None:
    with serving(Mailbox()) as mailbox:
        mailer(commune, mailbox).deliver(last_call)
    ((recipients, mail),) = mailbox.mails
    assert recipients == ["tyt@xa.example.vn", "vhxh@xa.example.vn", "pct@xa.example.vn", "theodoi@tinh.example.vn"]
    assert (mail["From"], mail["Subject"], mail["Message-ID"]) == (
        "thuocdo@xa.example.vn", last_call.subject, last_call.message_id,
    )  # fmt: skip
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == last_call.body


def test_a_mail_is_dated_by_the_office_s_clock(commune: Office, last_call: Message) -> None:
    evening = dt.datetime(2026, 6, 19, 13, tzinfo=dt.UTC)
    with serving(Mailbox()) as mailbox:
        mailer(commune, mailbox, now=evening).deliver(last_call)
    ((_, mail),) = mailbox.mails
    assert mail["Date"] == "Fri, 19 Jun 2026 20:00:00 +0700"


def test_a_reminder_goes_from_ledger_to_mailbox_and_is_kept_as_a_file(commune: Office, chase: Chase) -> None:
    commune.issue()
    with serving(Mailbox()) as mailbox:
        files = FileNotifier(commune.settings)
        (sent,) = chase.send("2026-06-15", files, mailer(commune, mailbox))
        assert chase.send("2026-06-15", files, mailer(commune, mailbox)) == []
    assert [recipients for recipients, _ in mailbox.mails] == [["vhxh@xa.example.vn"]]
    assert files.path(sent.message).exists()


def test_off_loopback_a_server_without_tls_gets_nothing(commune: Office, last_call: Message) -> None:
    account = {"smtp_user": "thuocdo", "smtp_password": SecretStr(SECRET)}
    with serving(Mailbox(), auth_require_tls=False) as mailbox, pytest.raises(SourceUnavailable):
        mailer(commune, mailbox, host=LOOKS_OUTSIDE, **account).deliver(last_call)
    assert (mailbox.mails, mailbox.logins) == ([], [])


def test_off_loopback_mail_and_password_travel_in_tls(
    commune: Office, last_call: Message, certified: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server_tls, client_tls = certified
    account = {"smtp_user": "thuocdo", "smtp_password": SecretStr(SECRET)}
    with serving(Mailbox(), server_tls, require_starttls=True, auth_required=True) as mailbox:
        mailer(commune, mailbox, client_tls, LOOKS_OUTSIDE, **account).deliver(last_call)
    assert mailbox.logins == [(b"thuocdo", SECRET.encode())]
    assert len(mailbox.mails) == 1


def test_the_port_of_implicit_tls_speaks_tls_from_the_start(
    commune: Office,
    last_call: Message,
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server_tls, client_tls = certified
    with serving(Mailbox(), ssl_context=server_tls) as mailbox:
        monkeypatch.setattr(notifier, "IMPLICIT_TLS_PORT", mailbox.port)
        mailer(commune, mailbox, client_tls, LOOKS_OUTSIDE).deliver(last_call)
    assert len(mailbox.mails) == 1


def test_a_server_with_an_unknown_certificate_gets_nothing(
    commune: Office, last_call: Message, certified: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with serving(Mailbox(), certified[0]) as mailbox, pytest.raises(SourceUnavailable):
        mailer(commune, mailbox, host=LOOKS_OUTSIDE).deliver(last_call)
    assert mailbox.mails == []


def test_a_wrong_password_is_told_without_the_password(
    commune: Office, last_call: Message, certified: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server_tls, client_tls = certified
    account = {"smtp_user": "thuocdo", "smtp_password": SecretStr("sai-roi")}
    with serving(Mailbox(), server_tls, auth_required=True) as mailbox, pytest.raises(SourceUnavailable) as told:
        mailer(commune, mailbox, client_tls, LOOKS_OUTSIDE, **account).deliver(last_call)
    assert "535" in told.value.message
    assert "sai-roi" not in told.value.message


@pytest.mark.parametrize("refused", [{"theodoi@tinh.example.vn"}, {*CONTACTS.plans["suoi-mau-2026"].units.values()}])
def test_a_refused_address_is_told_by_role_and_not_shown(
    commune: Office, last_call: Message, refused: set[str]
) -> None:
    with serving(Mailbox(frozenset(refused))) as mailbox, pytest.raises(SettingsRefused) as told:
        mailer(commune, mailbox).deliver(last_call)
    assert "province" in told.value.message
    assert "@" not in told.value.message


def test_a_server_that_is_away_is_worth_another_try(commune: Office, last_call: Message) -> None:
    with pytest.raises(SourceUnavailable) as told:
        mailer(commune, Mailbox(port=free_port())).deliver(last_call)
    assert told.value.retryable


def test_an_account_without_a_password_is_refused_at_once(commune: Office) -> None:
    with pytest.raises(SettingsRefused, match="THUOCDO_SMTP_PASSWORD"):
        mailer(commune, Mailbox(port=25), smtp_user="thuocdo")


@pytest.mark.parametrize(
    ("host", "is_here"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("mail.example.vn", False), ("10.0.0.5", False),
     ("localhost.example.vn", False)],
)  # fmt: skip
def test_loopback_is_told_by_the_name_alone(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here


def test_without_a_mail_server_messages_become_files(commune: Office) -> None:
    assert [type(one) for one in notifiers(commune.settings)] == [FileNotifier]


def test_with_a_mail_server_messages_become_files_and_mails(commune: Office) -> None:
    commune.settings.contacts.write_text("sender: a@xa.vn\n", encoding="utf-8")
    settings = commune.settings.model_copy(update={"smtp_host": "mail.example.vn"})
    assert [type(one) for one in notifiers(settings)] == [FileNotifier, SmtpNotifier]


def test_synthetic_figures_are_never_mailed_to_people(commune: Office) -> None:
    settings = commune.settings.model_copy(update={"smtp_host": "mail.example.vn", "is_sample": True})
    assert [type(one) for one in notifiers(settings)] == [FileNotifier]
