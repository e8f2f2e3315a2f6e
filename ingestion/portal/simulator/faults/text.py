"""Faults of the answer as text: its kind, its charset, its size, its age."""

from __future__ import annotations

import datetime as dt
import json

from fastapi import Response
from fastapi.responses import JSONResponse

from ingestion.portal.simulator.contract import STAMP
from ingestion.portal.simulator.faults.fault import FaultCall, fault

HUGE_BODY_BYTES = 1 << 25


@fault()
async def not_json(_call: FaultCall) -> Response:
    """Give a page for people, called JSON."""
    return Response("<html>Bảo trì (mô phỏng)</html>", media_type="application/json")


@fault(parameter="[a-z]{1,20}/[a-z.+-]{1,40}", default="text/html")
async def wrong_media_type(call: FaultCall) -> Response:
    """Call an honest answer what it is not: the parameter."""
    return Response(json.dumps(call.answer()), media_type=call.parameter)


@fault(parameter="labelled|hidden", default="labelled")
async def wrong_charset(call: FaultCall) -> Response:
    """Write an honest answer in UTF-16; the header says so (`labelled`) or does not."""
    charset = "; charset=utf-16" if call.parameter == "labelled" else ""
    body = json.dumps(call.answer(), ensure_ascii=False).encode("utf-16")
    return Response(body, headers={"Content-Type": f"application/json{charset}"})


@fault(parameter="[0-9]{1,9}", default=str(HUGE_BODY_BYTES))
async def huge_body(call: FaultCall) -> Response:
    """Give far more bytes than any page has."""
    return Response(b" " * int(call.parameter), media_type="application/json")


@fault(parameter="(labelled|hidden):[0-9]{1,4}", default="labelled:24")
async def stale_cache(call: FaultCall) -> Response:
    """Give what was true so many hours before the end of the window; the header `Age` says so or does not."""
    way, _, hours = call.parameter.partition(":")
    earlier = dt.datetime.strptime(call.question.denNgay, STAMP) - dt.timedelta(hours=int(hours))
    stale = call.answer(denNgay=earlier.strftime(STAMP))
    return JSONResponse(stale, headers={"Age": str(3600 * int(hours))} if way == "labelled" else {})
