"""Faults of paging: pages and totals that contradict each other or the question."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse

from ingestion.portal.simulator.faults.fault import Answer, FaultCall, fault

WHOLE = "99999"


@fault(parameter="told|hidden", default="told")
async def repeated_page(call: FaultCall) -> Response:
    """Give the first page, whichever was asked for; it says so (`told`) or claims to be the one asked for."""
    first = call.answer(trang="1")
    return JSONResponse(first | ({"trang": call.question.trang} if call.parameter == "hidden" else {}))


@fault()
async def vanished_page(call: FaultCall) -> Response:
    """Give no dossier, though the total says otherwise."""
    return JSONResponse(call.answer() | {"data": []})


@fault()
async def vanished_dossier(call: FaultCall) -> Response:
    """Leave out a page's first dossier, though the total counts it."""
    answer = call.answer()
    return JSONResponse(answer | {"data": answer["data"][1:]})


@fault(parameter="-?[0-9]{1,3}", default="1")
async def changed_total(call: FaultCall) -> Response:
    """Claim as many dossiers more than there are."""
    answer = call.answer()
    return JSONResponse(answer | {"tongSo": str(max(int(answer["tongSo"]) + int(call.parameter), 0))})


@fault()
async def duplicate_in_page(call: FaultCall) -> Response:
    """Give the page's first dossier twice, and not its last."""
    answer = call.answer()
    return JSONResponse(answer | {"data": [*answer["data"][:1], *answer["data"][:-1]]})


@fault()
async def duplicate_across_pages(call: FaultCall) -> Response:
    """Begin a page with the last dossier of the one before, and leave out its own last, as unstable sorting does."""
    answer = call.answer()
    if call.question.trang != "1":
        before = call.answer(trang=str(int(call.question.trang) - 1))
        answer = answer | {"data": [*before["data"][-1:], *answer["data"][:-1]]}
    return JSONResponse(answer)


@fault()
async def unsorted_page(call: FaultCall) -> Response:
    """Give a page's dossiers the other way round."""
    answer = call.answer()
    return JSONResponse(answer | {"data": answer["data"][::-1]})


@fault(parameter="[0-9]{5}", default="00001")
async def other_agency(call: FaultCall) -> Response:
    """Answer for another agency than the one asked for."""
    return JSONResponse(call.answer(madonvi=call.parameter))


@fault(parameter="[0-9]{14}")
async def late_update(call: FaultCall) -> Response:
    """Keep back, on all pages, the first dossier last updated at or after the parameter: it is told later."""
    whole = call.answer(trang="1", soBanGhi=WHOLE)
    late = next((row for row in whole["data"] if row["NgayCapNhat"] >= call.parameter), None)
    kept: list[Answer] = [row for row in whole["data"] if row is not late]
    size, page = int(call.question.soBanGhi), int(call.question.trang)
    told = kept[(page - 1) * size : page * size]
    return JSONResponse(whole | {"tongSo": str(len(kept)), "trang": call.question.trang, "data": told})
