"""The portal client against a real server that misbehaves."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import ipaddress
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingestion.portal.client import Page, PortalClient
from tests.ingestion.portal.office import PASSWORD, vietnam
from warehouse.errors import SourceContractBroken, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingestion.portal.records import Limits, Portal

START, END = vietnam("2025-11-01"), vietnam("2025-12-01")
COMMUNE = "05755"
HONEST = b'{"error_code": "0", "madonvi": "05755", "tongSo": "0", "trang": "1", "data": []}'


def with_limits(portal: Portal, **changes: object) -> Portal:
    limits: Limits = portal.limits.model_copy(update=changes)
    return portal.model_copy(update={"limits": limits})


def search(portal: Portal, address: str, sleep: Callable[[float], None] = time.sleep) -> Page:
    with PortalClient(portal, address, PASSWORD, sleep=sleep) as client:
        return client.search(COMMUNE, START, END, 1)


@contextlib.contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None], certificate: Path | None = None) -> Iterator[str]:
    """Serve the log-in honestly, and searches by `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/dang-nhap":
                reply(self, json.dumps({"error_code": "0", "session": "s"}).encode())
            else:
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content_Type": "application/json"} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_a_page_tells_the_total_and_shows_no_record_when_printed(portal: Portal, simulator: str) -> None:
    page = search(portal, simulator)
    assert page.total >= len(page.records) == portal.search.page_size
    assert "MaHoSo" not in repr(page)


def test_retry_after_is_obeyed(portal: Portal, simulator: str, order_fault: Callable[..., None]) -> None:
    slept: list[float] = []
    order_fault("too_many_requests", parameter="7")
    assert search(portal, simulator, slept.append).records
    assert max(slept) == 7


def test_retry_after_may_be_a_date(portal: Portal) -> None:
    asked: list[float] = []

    def later(handler: BaseHTTPRequestHandler) -> None:
        headers = {"Retry_After": "Sun, 30 Nov 2025 00:00:09 GMT", "Date": "Sun, 30 Nov 2025 00:00:00 GMT"}
        handler.send_response_only(429)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(later) as address, pytest.raises(SourceUnavailable):
        search(with_limits(portal, attempts=2), address, asked.append)
    assert max(asked) == 9


def test_a_wait_longer_than_allowed_is_not_waited_for(
    portal: Portal, simulator: str, order_fault: Callable[..., None]
) -> None:
    slept: list[float] = []
    order_fault("too_many_requests", parameter="86400")
    with pytest.raises(SourceUnavailable, match="86400"):
        search(portal, simulator, slept.append)
    assert sum(slept) < 1


def test_retries_end_and_their_waits_differ(portal: Portal, simulator: str, order_fault: Callable[..., None]) -> None:
    slept: list[float] = []
    order_fault("server_error", times=100)
    patient = with_limits(portal, attempts=4, first_wait_seconds=0.5)
    with pytest.raises(SourceUnavailable, match="HTTP 500"):
        search(patient, simulator, slept.append)
    waits = [wait for wait in slept if wait >= 0.5]
    assert len(waits) == 3
    assert len(set(waits)) == 3


def test_requests_keep_the_pace_of_the_portal_file(portal: Portal, simulator: str) -> None:
    slept: list[float] = []
    search(with_limits(portal, requests_per_second=0.5), simulator, slept.append)
    assert sum(slept) == pytest.approx(2, abs=0.5)


def test_an_answer_slower_than_the_timeout_is_retried_then_given_up(
    portal: Portal, simulator: str, order_fault: Callable[..., None]
) -> None:
    order_fault("slow", times=2, parameter="0.6")
    with pytest.raises(SourceUnavailable, match="ReadTimeout"):
        search(with_limits(portal, read_seconds=0.2, attempts=2), simulator)


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
    ],
    ids=["body", "headers", "chunk marks"],
)
def test_an_answer_that_drips_is_given_up(portal: Portal, begun: bytes, drop: bytes) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.wfile.write(begun)
            for _ in range(100):
                handler.wfile.write(drop)
                time.sleep(0.02)

    hasty = with_limits(portal, response_seconds=0.2, attempts=1)
    with serving(drip) as address, pytest.raises(SourceUnavailable, match="nhỏ giọt"):
        search(hasty, address)


def test_a_session_that_expires_at_once_each_time_ends_in_an_error(
    portal: Portal, simulator: str, order_fault: Callable[..., None]
) -> None:
    order_fault("expired_session", times=10)
    with pytest.raises(SourceUnavailable, match="phiên"):
        search(portal, simulator)


def test_a_redirect_is_not_followed(portal: Portal, simulator: str, order_fault: Callable[..., None]) -> None:
    reached: list[str] = []

    def inside(handler: BaseHTTPRequestHandler) -> None:
        reached.append(handler.path)
        reply(handler, b"{}")

    with serving(inside) as address:
        order_fault("redirect", parameter=f"{address}/latest/meta-data")
        with pytest.raises(SourceContractBroken, match="chuyển hướng"):
            search(portal, simulator)
    assert reached == []


def test_an_answer_longer_than_allowed_is_refused(
    portal: Portal, simulator: str, order_fault: Callable[..., None]
) -> None:
    order_fault("huge_body")
    with pytest.raises(SourceContractBroken, match="100000 byte"):
        search(with_limits(portal, response_bytes=100_000), simulator)


def test_a_compressed_answer_is_refused(portal: Portal) -> None:
    def compressed(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, gzip.compress(b"{}"), Content_Encoding="gzip")

    with serving(compressed) as address, pytest.raises(SourceContractBroken, match="nén"):
        search(portal, address)


@pytest.mark.parametrize("media_type", ["text/html", "application/json; charset=windows-1258", ""])
def test_an_answer_of_another_kind_or_charset_is_refused(portal: Portal, media_type: str) -> None:
    with (
        serving(lambda handler: reply(handler, HONEST, Content_Type=media_type)) as address,
        pytest.raises(SourceContractBroken, match=r"application/json|UTF-8"),
    ):
        search(portal, address)


def test_an_answer_from_a_cache_is_asked_for_again(portal: Portal) -> None:
    ages = iter(("3600", "0"))
    with serving(lambda handler: reply(handler, HONEST, Age=next(ages))) as address:
        assert search(portal, address) == Page(1, 0, ())


def test_an_answer_that_always_comes_from_a_cache_is_given_up(portal: Portal) -> None:
    with (
        serving(lambda handler: reply(handler, HONEST, Age="3600")) as address,
        pytest.raises(SourceUnavailable, match="bộ nhớ đệm"),
    ):
        search(portal, address)


def test_an_answer_about_another_agency_is_refused(portal: Portal) -> None:
    other = HONEST.replace(COMMUNE.encode(), b"16342")
    with (
        serving(lambda handler: reply(handler, other)) as address,
        pytest.raises(SourceContractBroken, match="madonvi"),
    ):
        search(portal, address)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"\xff\xfe{}",
        b"[]",
        b"[" * 100_000,
        b'{"error_code": "7"}',
        HONEST.replace(b', "data": []', b""),
        HONEST.replace(b'"tongSo": "0"', b'"tongSo": 1'),
        HONEST.replace(b'"tongSo": "0"', b'"tongSo": "-1"'),
        HONEST.replace(b'"trang": "1"', b'"trang": ""'),
        HONEST.replace(b"[]", b'["x"]'),
        HONEST.replace(b"[]", b"[" + b"{}, " * 200 + b"{}]"),
    ],
)
def test_an_answer_outside_the_contract_is_refused(portal: Portal, body: bytes) -> None:
    with serving(lambda handler: reply(handler, body)) as address, pytest.raises(SourceContractBroken):
        search(portal, address)


@pytest.mark.parametrize(
    "address",
    [
        "http://portal.example.org",
        "https://169.254.169.254/",
        "https://127.0.0.1.example.org",
        "ftp://127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "khong-phai-dia-chi",
    ],
)
def test_a_host_that_the_portal_file_does_not_allow_is_never_called(portal: Portal, address: str) -> None:
    with pytest.raises(SourceContractBroken, match="allowed_hosts"):
        PortalClient(portal, address, PASSWORD)


def test_plain_http_is_refused_off_loopback(portal: Portal) -> None:
    allowing = portal.model_copy(update={"allowed_hosts": ("192.0.2.7",)})
    with pytest.raises(SourceContractBroken, match="https"):
        PortalClient(allowing, "http://192.0.2.7/", PASSWORD)


def test_an_allowed_host_that_lies_in_an_inside_network_is_refused_unless_told(portal: Portal) -> None:
    allowing = portal.model_copy(update={"allowed_hosts": ("10.0.0.8",)})
    with pytest.raises(SourceContractBroken, match="allows_private_network"):
        PortalClient(allowing, "https://10.0.0.8/", PASSWORD)
    told = allowing.model_copy(update={"allows_private_network": True})
    with PortalClient(told, "https://10.0.0.8/", PASSWORD) as client:
        assert isinstance(client, PortalClient)


@pytest.mark.parametrize("resolved", [
    ("169.254.169.254",), ("10.1.2.3",), ("203.0.113.9", "10.1.2.3"), ("::1", "203.0.113.9"), ("fe80::1%eth0",),
    ("::ffff:10.1.2.3",),
])  # fmt: skip
def test_an_allowed_name_that_leads_inside_is_refused(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, resolved: tuple[str, ...]
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in resolved]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    allowing = portal.model_copy(update={"allowed_hosts": ("portal.example.org",)})
    with pytest.raises(SourceContractBroken, match="nội bộ"):
        PortalClient(allowing, "https://portal.example.org/", PASSWORD)


def test_a_name_that_nobody_knows_may_be_known_later(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    allowing = portal.model_copy(update={"allowed_hosts": ("portal.example.org",)})
    with pytest.raises(SourceUnavailable, match="DNS"):
        PortalClient(allowing, "https://portal.example.org/", PASSWORD)


def test_a_certificate_that_nobody_vouches_for_is_refused_without_retrying(portal: Portal, tmp_path: Path) -> None:
    slept: list[float] = []
    with (
        serving(lambda handler: reply(handler, b"{}"), self_signed(tmp_path)) as address,
        pytest.raises(SourceContractBroken, match="TLS"),
    ):
        search(portal, address, slept.append)
    assert sum(slept) < 0.1


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
