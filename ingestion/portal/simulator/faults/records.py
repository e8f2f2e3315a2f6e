"""Faults of single records: the schema drifts, or a value stands where another belongs."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response
from fastapi.responses import JSONResponse

from ingestion.portal.simulator import canaries
from ingestion.portal.simulator.faults.fault import Answer, FaultCall, fault

FIELD = "[A-Za-z]{1,40}"


def _changed(call: FaultCall, change: Callable[[Answer], Answer]) -> Response:
    """Answer with every record changed."""
    answer = call.answer()
    return JSONResponse(answer | {"data": [change(record) for record in answer["data"]]})


@fault(parameter=FIELD, default="TrangThaiHoSo")
async def renamed_field(call: FaultCall) -> Response:
    """Give records in which the field named by the parameter is called otherwise."""
    return _changed(
        call,
        lambda record: {f"{key}Moi" if key == call.parameter else key: value for key, value in record.items()},
    )


@fault(parameter=FIELD, default="TaiLieuNop")
async def missing_field(call: FaultCall) -> Response:
    """Leave out the field or list named by the parameter."""
    return _changed(call, lambda record: {key: value for key, value in record.items() if key != call.parameter})


@fault(parameter=f"{FIELD}:(number|object|list)", default="KenhThucHien:number")
async def wrong_type(call: FaultCall) -> Response:
    """Give a number, an object or a list for the field named by the parameter; it holds a citizen's name."""
    field, _, kind = call.parameter.partition(":")
    wrong = {"number": 2, "object": {"ten": canaries.CITIZEN}, "list": [canaries.CITIZEN]}[kind]
    return _changed(call, lambda record: record | {field: wrong})


@fault(parameter=f"{FIELD}=.{{0,120}}", default=f"MaTTHC={canaries.CITIZEN}")
async def wrong_value(call: FaultCall) -> Response:
    """Put a value into a field where it does not belong: `field=value`."""
    field, _, value = call.parameter.partition("=")
    return _changed(call, lambda record: record | {field: value})


@fault(parameter=FIELD, default="HoTenMe")
async def extra_field(call: FaultCall) -> Response:
    """Give records with one more field, named by the parameter, that holds a citizen's name."""
    return _changed(call, lambda record: record | {call.parameter: canaries.CITIZEN})
