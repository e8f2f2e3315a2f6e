"""Faults on demand: each is one small function that answers a search in a wrong way.

Asked for through the control endpoint: `POST /__faults {"name": …, "times": 2, "parameter": …}`;
the next `times` searches are answered by it, then the portal is honest again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

Answer = dict[str, Any]
HUGE_BODY_BYTES = 1 << 25


@dataclass(frozen=True)
class FaultCall:
    """The search that a fault answers: `answer(trang="1")` gives the honest answer to a changed question."""

    answer: Callable[..., Answer]
    forget_sessions: Callable[[], None]
    parameter: str


Fault = Callable[[FaultCall], Awaitable[Response]]


async def too_many_requests(call: FaultCall) -> Response:
    """Answer 429; the parameter is `Retry-After`."""
    return Response(status_code=429, headers={"Retry-After": call.parameter or "0"})


async def server_error(_call: FaultCall) -> Response:
    """Answer 500."""
    return Response("lỗi máy chủ (mô phỏng)", status_code=500)


async def slow(call: FaultCall) -> Response:
    """Answer honestly after the parameter's seconds."""
    await asyncio.sleep(float(call.parameter or "1"))
    return JSONResponse(call.answer())


async def expired_session(call: FaultCall) -> Response:
    """Forget every session and say so."""
    call.forget_sessions()
    return JSONResponse({"error_code": "401"})


async def redirect(call: FaultCall) -> Response:
    """Send the client elsewhere: the parameter's address."""
    return RedirectResponse(call.parameter, status_code=307)


async def wrong_total(call: FaultCall) -> Response:
    """Claim one dossier more than there is."""
    answer = call.answer()
    return JSONResponse(answer | {"tongSo": str(int(answer["tongSo"]) + 1)})


async def repeated_page(call: FaultCall) -> Response:
    """Give the first page, whichever was asked for."""
    return JSONResponse(call.answer(trang="1"))


async def empty_page(call: FaultCall) -> Response:
    """Give no dossier, though the total says otherwise."""
    return JSONResponse(call.answer() | {"data": []})


async def not_json(_call: FaultCall) -> Response:
    """Give a page for people."""
    return Response("<html>Bảo trì (mô phỏng)</html>", media_type="text/html")


async def huge_body(_call: FaultCall) -> Response:
    """Give far more bytes than any page has."""
    return Response(b" " * HUGE_BODY_BYTES, media_type="application/json")


async def renamed_field(call: FaultCall) -> Response:
    """Give records in which the field named by the parameter is called otherwise."""
    answer = call.answer()
    data = [
        {f"{key}Moi" if key == call.parameter else key: value for key, value in row.items()} for row in answer["data"]
    ]
    return JSONResponse(answer | {"data": data})


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        too_many_requests, server_error, slow, expired_session, redirect, wrong_total, repeated_page, empty_page,
        not_json, huge_body, renamed_field,
    )
}  # fmt: skip
