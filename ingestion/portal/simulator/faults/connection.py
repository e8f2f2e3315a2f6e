"""Faults of the connection and of the session: what goes wrong before there is an answer to read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from ingestion.portal.simulator.contract import EXPIRED
from ingestion.portal.simulator.faults.fault import FaultCall, fault

SECONDS = r"[0-9]{1,3}(\.[0-9]{1,3})?"


@fault(parameter="[0-9]{1,6}", default="0")
async def too_many_requests(call: FaultCall) -> Response:
    """Answer 429; the parameter is `Retry-After` in seconds."""
    return Response(status_code=429, headers={"Retry-After": call.parameter})


@fault(parameter="50[0-4]", default="500")
async def server_error(call: FaultCall) -> Response:
    """Answer 5xx; the parameter is the status."""
    return Response("lỗi máy chủ (mô phỏng)", status_code=int(call.parameter))


@fault(parameter=SECONDS, default="1")
async def slow(call: FaultCall) -> Response:
    """Answer honestly after the parameter's seconds."""
    await asyncio.sleep(float(call.parameter))
    return JSONResponse(call.answer())


@fault(parameter=SECONDS, default="0.05")
async def slow_drip(call: FaultCall) -> Response:
    """Answer honestly, one byte in the parameter's seconds."""
    body = json.dumps(call.answer()).encode()

    async def drops() -> AsyncIterator[bytes]:
        for position in range(len(body)):
            yield body[position : position + 1]
            await asyncio.sleep(float(call.parameter))

    return StreamingResponse(drops(), media_type="application/json")


@fault(parameter="short|whole", default="short")
async def truncated(call: FaultCall) -> Response:
    """Cut the body in its middle: `short` of the length that was promised, or promised as if it were `whole`."""
    body = json.dumps(call.answer()).encode()
    cut = body[: len(body) // 2]
    promised = len(body) if call.parameter == "short" else len(cut)

    async def half() -> AsyncIterator[bytes]:
        yield cut

    return StreamingResponse(half(), media_type="application/json", headers={"Content-Length": str(promised)})


@fault()
async def expired_session(call: FaultCall) -> Response:
    """Forget every session and say so."""
    call.forget_sessions()
    return JSONResponse({"error_code": EXPIRED})


@fault(parameter=r"(https?://[\x21-\x7e]+|/[\x21-\x7e]*)", default="/dich-vu")
async def redirect(call: FaultCall) -> Response:
    """Send the client elsewhere: the parameter is an address, or a path of this host."""
    return RedirectResponse(call.parameter, status_code=307)
