"""A polite and distrustful HTTP client of a portal.

Polite: paced, bounded retries with jitter, `Retry-After` obeyed. Distrustful: only hosts of the
portal file, TLS off loopback, no redirects, no proxies from the environment, caps on bytes and on
the time of a whole exchange, answers that name the question they answer, nothing from a cache.
What the portal answers is never put into a message: it may name a citizen.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ingestion.portal.addresses import checked_address, contract_broken
from ingestion.portal.answers import AnswerParser
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from pydantic import SecretStr

    from ingestion.portal.records import Portal

LOG = logging.getLogger(__name__)
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
SESSION_RENEWALS = 2
DIGITS_OF_A_COUNT = 9
MEDIA_TYPE = "application/json"
UTF_8 = frozenset({"utf-8", "utf8"})


class _TryAgain(Exception):
    """The portal may answer if asked again; `after_seconds` is what it asked us to wait."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        self.reason = reason
        self.after_seconds = after_seconds
        super().__init__(reason)


@dataclass(frozen=True)
class Page:
    """One page of a search; `records` hold the listed keys as the portal sent them and must not be logged.

    `number` is the page that the portal says this is.
    """

    number: int
    total: int
    records: tuple[Mapping[str, object], ...] = field(repr=False)


class PortalClient:
    """Searches one portal; a context manager that closes its connections."""

    def __init__(
        self,
        portal: Portal,
        address: str,
        password: SecretStr,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Check the address before anything is sent to it.

        Raises:
            SourceContractBroken: the address is not one that the portal file allows.
            SourceUnavailable: the host name cannot be resolved.
        """
        self._portal = portal
        self._address = checked_address(portal, address)
        self._parser = AnswerParser(portal)
        self._password = password
        self._sleep = sleep
        self._clock = clock
        self._session: str | None = None
        self._earliest_next = clock()
        limits = portal.limits
        # asyncio, because only there one deadline holds for a whole exchange: a server that drips
        # headers or chunk marks byte by byte never lets a timeout between two reads pass.
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
            follow_redirects=False,
            trust_env=False,
            # identity: a compressed answer could grow past the byte cap while it is unpacked
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "Cache-Control": "no-cache"},
        )
        self._wait = wait_exponential_jitter(
            initial=limits.first_wait_seconds, max=limits.longest_wait_seconds, jitter=limits.first_wait_seconds
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def search(self, agency_code: str, start: dt.datetime, end: dt.datetime, number: int) -> Page:
        """Return one page of the dossiers whose last update is in [start, end], as of `end`.

        Raises:
            SourceUnavailable: no usable answer within the allowed attempts.
            SourceContractBroken: an answer that the portal file does not describe.
        """
        rule = self._portal.search
        question = {
            "madonvi": agency_code,
            "service": rule.service,
            "tuNgay": self._portal.stamp(start),
            "denNgay": self._portal.stamp(end),
            "trang": str(number),
            "soBanGhi": str(rule.page_size),
        }
        for _ in range(SESSION_RENEWALS + 1):
            if self._session is None:
                self._session = self._logged_in()
            answer = self._answer(rule.path, {"session": self._session, **question})
            if answer.get("error_code") not in self._portal.session.expired_codes:
                return self._page(answer, agency_code)
            LOG.info("Cổng %s: phiên hết hạn, đăng nhập lại.", self._portal.name)
            self._session = None
        raise self._unavailable("phiên đăng nhập hết hạn ngay sau khi cấp")

    def _logged_in(self) -> str:
        rule = self._portal.session
        answer = self._answer(
            rule.path,
            {"username": rule.username, "password": self._password.get_secret_value()},
            {"dstcode": rule.destination},
        )
        session = answer.get("session")
        if answer.get("error_code") in self._portal.search.ok_codes and isinstance(session, str) and session:
            return session
        raise SettingsRefused(
            f"Cổng '{self._portal.name}' từ chối tài khoản '{rule.username}'. Hãy kiểm tra THUOCDO_PORTAL_PASSWORD "
            f"và session.username trong portals/{self._portal.name}.yml.",
            portal=self._portal.name,
        )

    def _page(self, answer: Mapping[str, object], agency_code: str) -> Page:
        if answer.get("error_code") not in self._portal.search.ok_codes:
            raise self._broken("câu trả lời tra cứu báo lỗi (error_code)")
        if answer.get("madonvi") != agency_code:
            raise self._broken("câu trả lời là của đơn vị khác với đơn vị đã hỏi (madonvi)")
        number, total, records = self._count(answer, "trang"), self._count(answer, "tongSo"), answer.get("data")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise self._broken("'data' không phải danh sách hồ sơ")
        if len(records) > self._portal.search.page_size:
            raise self._broken("một trang có nhiều hồ sơ hơn đã hỏi")
        return Page(number, total, tuple(records))

    def _count(self, answer: Mapping[str, object], key: str) -> int:
        text = answer.get(key)
        if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_A_COUNT:
            return int(text)
        raise self._broken(f"'{key}' không phải một số")

    def _answer(
        self, path: str, question: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """Ask until answered, at most `attempts` times."""
        ask = Retrying(
            stop=stop_after_attempt(self._portal.limits.attempts),
            wait=self._pause,
            retry=retry_if_exception_type(_TryAgain),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            content = ask(self._ask_once, path, question, headers or {})
        except _TryAgain as error:
            raise self._unavailable(error.reason) from None
        answer = self._parser.parse(content)
        if answer is None:
            raise self._broken("câu trả lời không phải đối tượng JSON (UTF-8)")
        return answer

    def _pause(self, state: RetryCallState) -> float:
        """Return the seconds to wait: jittered and growing, and never less than the portal asked for."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.after_seconds if isinstance(error, _TryAgain) and error.after_seconds else 0.0
        LOG.info("Cổng %s chưa trả lời (%s), lần %d.", self._portal.name, error, state.attempt_number)
        return max(asked, self._wait(state))

    def _ask_once(self, path: str, question: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        self._keep_pace()
        try:
            return self._runner.run(self._exchange(path, question, headers))
        except TimeoutError:
            raise _TryAgain("trả lời nhỏ giọt quá chậm") from None
        except httpx.TransportError as error:
            if _is_certificate_failure(error):
                raise self._broken("chứng thư TLS không hợp lệ hoặc đã bị thay") from None
            raise _TryAgain(type(error).__name__) from None

    async def _exchange(self, path: str, question: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        address = self._address.copy_with(raw_path=path.encode("ascii"))
        async with (
            asyncio.timeout(self._portal.limits.response_seconds),
            self._http.stream("POST", address, json=dict(question), headers=dict(headers)) as response,
        ):
            self._check_status(response)
            self._check_headers(response)
            return await self._body(response)

    def _keep_pace(self) -> None:
        wait = self._earliest_next - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._earliest_next = self._clock() + 1 / self._portal.limits.requests_per_second

    def _check_status(self, response: httpx.Response) -> None:
        if response.status_code in RETRIED_STATUSES:
            asked = _retry_after(response.headers)
            longest = self._portal.limits.longest_wait_seconds
            if asked is not None and asked > longest:
                raise self._unavailable(f"yêu cầu chờ {asked:.0f} giây, dài hơn mức {longest:.0f} giây cho phép")
            raise _TryAgain(f"HTTP {response.status_code}", asked)
        if response.is_redirect:
            raise self._broken(f"trả lời chuyển hướng (HTTP {response.status_code}), không đi theo")
        if response.status_code != httpx.codes.OK:
            raise self._broken(f"trả lời HTTP {response.status_code}")

    def _check_headers(self, response: httpx.Response) -> None:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise self._broken("trả lời nén trong khi không được yêu cầu")
        if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise self._broken(f"trả lời không phải {MEDIA_TYPE}")
        if (response.charset_encoding or "utf-8").lower() not in UTF_8:
            raise self._broken("trả lời không ghi bằng UTF-8")
        if response.headers.get("Age", "0").strip() != "0":
            raise _TryAgain("trả lời cũ từ bộ nhớ đệm, dù đã yêu cầu no-cache")

    async def _body(self, response: httpx.Response) -> bytes:
        most, content = self._portal.limits.response_bytes, bytearray()
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > most:
                raise self._broken(f"một câu trả lời dài hơn {most} byte")
        return bytes(content)

    def _unavailable(self, why: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"Cổng '{self._portal.name}' không trả lời như thỏa thuận: {why}. Dữ liệu đã kéo được giữ lại, "
            "lần kéo sau đi tiếp từ đó; nếu kéo dài, hãy báo bên quản trị cổng.",
            portal=self._portal.name,
        )

    def _broken(self, what: str) -> SourceContractBroken:
        return contract_broken(self._portal, what)


def _retry_after(headers: httpx.Headers) -> float | None:
    """Read `Retry-After`: seconds, or an HTTP date held against the answer's own `Date`."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until, sent = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
        return float(max((until - sent).total_seconds(), 0))
    except (ValueError, TypeError):
        return None


def _is_certificate_failure(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
