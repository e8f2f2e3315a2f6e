"""The mailbox channel against a real IMAP server on this machine."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from imap_tools.mailbox import MailBoxUnencrypted
from imap_tools.message import MailMessage

from ingestion.channels.mailbox import MailInbox, sender_of
from ingestion.limits import limits
from tests.ingestion.channels.offices import (
    PASSWORD,
    UNIT,
    USERNAME,
    Crash,
    collect,
    count_submissions,
    form,
    form_with_personal_data,
    free_port,
    landed,
    office_with,
    outcomes,
    rewrite,
    taken,
    wait_for,
)
from tests.ingestion.kill.servers import deaths_with_a_server
from tests.ingestion.office import PLAN_KEY, codes
from tests.wording import assert_vietnamese
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ingestion.office import Office

SENDER = "vhxh@suoimau.example"
SERVER = "thu.suoimau.example"
DONE = "Da nhan"
PROVEN = f"{SERVER}; spf=pass smtp.mailfrom=suoimau.example; dmarc=pass (p=reject) header.from=suoimau.example"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    program = [
        str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--no-tls",
        "--no-service", "managesieve", "--no-service", "admin",
        "dict", "--demo-user", USERNAME, "--demo-password", PASSWORD,
    ]  # fmt: skip
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()


@pytest.fixture
def box(port: int) -> Iterator[MailBoxUnencrypted]:
    """The mailbox as a person sees it, emptied after the test."""
    with MailBoxUnencrypted("127.0.0.1", port).login(USERNAME, PASSWORD) as box:
        yield box
        for folder in ("INBOX", DONE):
            if box.folder.exists(folder):
                box.folder.set(folder)
                box.delete(box.uids())


@pytest.fixture
def office(port: int, box: MailBoxUnencrypted, tmp_path: Path) -> Office:
    return office_with(
        tmp_path, kind="mail", port=port, tls=False, authserv_id=SERVER, done_folder=DONE, senders={SENDER: UNIT}
    )


def letter(*files: tuple[str, bytes], sender: str = SENDER, verdict: str | None = PROVEN) -> EmailMessage:
    message = EmailMessage()
    if verdict is not None:
        message["Authentication-Results"] = verdict
    message["From"] = sender
    message["To"] = "nop@suoimau.example"
    message["Subject"] = "Báo cáo tháng 6"
    message["Message-ID"] = "<thu-1@suoimau.example>"
    message.set_content("Kính gửi báo cáo.")
    message.add_alternative("<p>Kính gửi <b>báo cáo</b>", subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def post(box: MailBoxUnencrypted, message: EmailMessage) -> None:
    box.append(message.as_bytes(), "INBOX")


def inside(box: MailBoxUnencrypted, folder: str) -> int:
    if not box.folder.exists(folder):
        return 0
    box.folder.set(folder)
    return len(box.uids())


def test_an_attachment_is_taken_in_for_the_address_and_the_letter_moved(
    office: Office, box: MailBoxUnencrypted
) -> None:
    post(box, letter(("Biểu tháng 6.xlsx", form(office))))
    (result,) = collect(office)
    assert (result.outcome, result.plan_key, result.unit_code) == ("accepted", PLAN_KEY, "vhxh")
    assert result.file == "Biểu tháng 6.xlsx"
    assert (inside(box, "INBOX"), inside(box, DONE)) == (0, 1)
    assert taken(office) == ["<thu-1@suoimau.example>"]


def test_a_letter_that_a_person_has_read_is_taken_all_the_same(office: Office, box: MailBoxUnencrypted) -> None:
    post(box, letter(("bieu.xlsx", form(office))))
    box.folder.set("INBOX")
    box.flag(box.uids(), ["\\Seen"], value=True)
    assert [result.outcome for result in collect(office)] == ["accepted"]


def test_collecting_again_takes_nothing_twice(office: Office, box: MailBoxUnencrypted) -> None:
    post(box, letter(("bieu.xlsx", form(office))))
    collect(office)
    assert collect(office) == []


def test_every_attachment_of_a_known_kind_is_an_arrival_of_its_own(office: Office, box: MailBoxUnencrypted) -> None:
    post(box, letter(("a.xlsx", form(office)), ("anh.png", b"png"), ("b.xlsx", form(office, 3)), ("c.html", b"<p>")))
    assert [(result.file, result.revision) for result in collect(office)] == [("a.xlsx", 1), ("b.xlsx", 2)]


def test_a_letter_without_anything_to_take_is_flagged_for_a_person(office: Office, box: MailBoxUnencrypted) -> None:
    post(box, letter(("bieu.docx", b"docx")))
    assert (collect(office), inside(box, "INBOX")) == ([], 0)
    box.folder.set(DONE)
    (kept,) = box.fetch(charset=None, mark_seen=False)
    assert "\\Flagged" in kept.flags
    assert taken(office) == ["<thu-1@suoimau.example>"]


def test_a_sender_who_is_unknown_gets_a_receipt_that_says_so(office: Office, box: MailBoxUnencrypted) -> None:
    post(box, letter(("bieu.xlsx", form(office)), sender="la@suoimau.example"))
    (result,) = collect(office)
    assert (result.outcome, codes(result), result.unit_code) == ("rejected", ["IDN-01"], None)
    assert inside(box, "INBOX") == 0


def test_a_known_sender_who_is_not_proven_is_a_stranger(office: Office, box: MailBoxUnencrypted) -> None:
    post(box, letter(("bieu.xlsx", form(office)), verdict=None))
    assert codes(collect(office)[0]) == ["IDN-01"]


@pytest.mark.parametrize(
    ("sender", "verdict"),
    [
        (f"{SENDER}, la@suoimau.example", PROVEN),
        ("vhxh", PROVEN),
        (SENDER, None),
        (SENDER, PROVEN.replace("dmarc=pass", "dmarc=fail")),
        (SENDER, PROVEN.replace("dmarc=pass", "dmarc=fail (dmarc=pass)")),
        (SENDER, PROVEN.replace("header.from=suoimau", "header.from=khac")),
        (SENDER, PROVEN.replace(SERVER, "thu.khac.example")),
        (SENDER, PROVEN.replace(SERVER, f"thu.khac.example {SERVER}")),
    ],
)
def test_only_one_address_with_our_server_s_verdict_is_proven(sender: str, verdict: str | None) -> None:
    assert sender_of(MailMessage.from_bytes(letter(sender=sender, verdict=verdict).as_bytes()), SERVER) == ""


def test_only_the_topmost_verdict_counts() -> None:
    forged = letter(verdict=PROVEN).as_bytes()
    ours = f"Authentication-Results: {SERVER}; dmarc=fail header.from=suoimau.example\r\n".encode()
    assert sender_of(MailMessage.from_bytes(ours + forged), SERVER) == ""


def test_the_address_is_the_same_in_capitals_and_with_a_name() -> None:
    message = letter(sender=f"Phòng VHXH <{SENDER.upper()}>")
    assert sender_of(MailMessage.from_bytes(message.as_bytes()), SERVER) == SENDER


def test_a_crash_between_receipt_and_acknowledgement_makes_no_second_submission(
    office: Office, box: MailBoxUnencrypted, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(box, letter(("bieu.xlsx", form(office))))

    def dies(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(MailInbox, "acknowledge", dies)
        with pytest.raises(Crash):
            collect(office)
    assert (outcomes(office), inside(box, "INBOX")) == (["accepted"], 1)
    (again,) = collect(office)
    assert (again.outcome, count_submissions(office), inside(box, "INBOX")) == ("duplicate", 1, 0)


def test_a_letter_with_personal_data_leaves_the_mailbox_too(office: Office, box: MailBoxUnencrypted) -> None:
    good = form(office)
    post(box, letter(("xau.xlsx", form_with_personal_data(office)), ("tot.xlsx", good)))
    assert [result.outcome for result in collect(office)] == ["rejected", "accepted"]
    assert (len(landed(office)), inside(box, "INBOX"), inside(box, DONE)) == (1, 0, 0)


def test_a_death_with_the_mail_server_at_work_loses_and_doubles_nothing(
    office: Office, box: MailBoxUnencrypted, tmp_path: Path, everywhere: bool
) -> None:
    files = {"a.xlsx": form(office), "b.xlsx": form_with_personal_data(office)}

    def fill() -> None:
        if inside(box, "INBOX"):
            box.delete(box.uids())
        if box.folder.exists(DONE):
            box.folder.delete(DONE)
        for name, content in files.items():
            post(box, letter((name, content)))
        post(box, letter(("anh.png", b"png")))

    def waiting() -> int:
        return inside(box, "INBOX")

    assert deaths_with_a_server(office, files, fill, waiting, tmp_path, everywhere=everywhere) == []


def test_a_letter_that_is_too_heavy_is_refused_without_being_fetched(
    office: Office, box: MailBoxUnencrypted, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(box, letter(("bieu.xlsx", form(office))))
    monkeypatch.setattr("ingestion.channels.mailbox.LETTER_FACTOR", 0)
    small = replace(limits(), file_bytes=1000)
    monkeypatch.setattr("ingestion.channels.fetch.limits", lambda: small)
    monkeypatch.setattr("ingestion.landing.limits", lambda: small)
    (result,) = collect(office)
    assert (result.outcome, codes(result), inside(box, "INBOX")) == ("rejected", ["ARR-04"], 0)
    assert result.file.endswith(".eml")


def test_a_malformed_letter_does_not_stop_the_one_behind_it(office: Office, box: MailBoxUnencrypted) -> None:
    box.append(
        b"From: vhxh@suoimau.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: application/x; name*=khong-co''%FF.xlsx\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename==?utf-9?Q?=FF.xlsx?=\r\n\r\n!!!\r\n"
    )
    post(box, letter(("bieu.xlsx", form(office))))
    assert collect(office)[-1].outcome == "accepted"
    assert inside(box, "INBOX") == 0


def test_a_refused_password_is_a_matter_of_settings(office: Office) -> None:
    rewrite(office, username="khac")
    with pytest.raises(SettingsRefused) as refused:
        collect(office)
    assert PASSWORD not in refused.value.message
    assert_vietnamese(refused.value.message)


def test_a_server_that_is_away_is_told_in_one_sentence(office: Office) -> None:
    rewrite(office, port=free_port())
    with pytest.raises(SourceUnavailable) as away:
        collect(office)
    assert_vietnamese(away.value.message.replace("ConnectionRefusedError", ""))


def test_a_mailbox_off_loopback_needs_our_server_s_verdict(office: Office) -> None:
    rewrite(office, host="thu.example", tls=True, authserv_id=None)
    with pytest.raises(SettingsRefused, match="authserv_id"):
        collect(office)


def test_a_certificate_that_nobody_vouches_for_gets_no_password(office: Office, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own_certificate(tmp_path))
        heard: list[bytes] = []

        def answer() -> None:
            connection, _ = listening.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as wrapped:
                    heard.append(wrapped.recv(100))
            except OSError:
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        rewrite(office, tls=True, port=listening.getsockname()[1])
        with pytest.raises(SourceContractBroken) as refused:
            collect(office)
        thread.join(10)
    assert [line for line in heard if line] == []
    assert_vietnamese(refused.value.message)


def own_certificate(folder: Path) -> Path:
    """Write a self-signed certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "chung-thu.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path
