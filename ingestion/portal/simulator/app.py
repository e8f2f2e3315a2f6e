"""The simulator's web application: log-in, search, and the control endpoint for faults.

The contract is told in `portals/demo.yml`. All values are strings; an answer that cannot be given
carries an `error_code` other than "0".
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ingestion.portal.simulator.faults import FAULTS, Answer, FaultCall
from ingestion.portal.simulator.histories import History, histories, months_until

DEFAULT_SEED = "demo"
STAMP = "%Y%m%d%H%M%S"
OK, EXPIRED, WRONG_QUESTION, REFUSED = "0", "401", "2", "1"


class LogIn(BaseModel):
    """Body of a log-in."""

    username: str
    password: str


class Search(BaseModel):
    """Body of a search: the envelope, the window of last updates, and the page."""

    session: str
    madonvi: str = Field(pattern=r"^\d{5}$")
    service: str
    tuNgay: str = Field(pattern=r"^\d{14}$")  # noqa: N815 - the contract's own spelling
    denNgay: str = Field(pattern=r"^\d{14}$")  # noqa: N815 - the contract's own spelling
    trang: str = Field(pattern=r"^[1-9]\d{0,5}$")
    soBanGhi: str = Field(pattern=r"^[1-9]\d{0,4}$")  # noqa: N815 - the contract's own spelling


class FaultOrder(BaseModel):
    """Body of the control endpoint."""

    name: str
    times: int = Field(default=1, ge=1, le=1000)
    parameter: str = ""


@dataclass
class _State:
    """What the running portal remembers: its sessions, and the faults ordered for the next searches."""

    password: str
    seed: str
    volume: float
    sessions: set[str] = field(default_factory=set)
    faults: deque[FaultOrder] = field(default_factory=deque)


def simulator_app(password: str, seed: str = DEFAULT_SEED, volume: float = 1) -> FastAPI:
    """Make the application; the same seed and volume always hold the same dossiers.

    Args:
        password: of its one account.
        seed: of all draws.
        volume: multiplies the number of dossiers that a commune gets in a month, up to `MOST_VOLUME`.
    """
    app = FastAPI(title="Cổng dịch vụ công mẫu (bộ mô phỏng)", docs_url=None, redoc_url=None, openapi_url=None)
    state = _State(password, seed, volume)
    _add_portal(app, state)
    _add_controls(app, state)
    return app


def _add_portal(app: FastAPI, state: _State) -> None:
    """Add what a portal has: log-in and search."""

    @app.post("/dang-nhap")
    async def log_in(body: LogIn, dstcode: Annotated[str, Header()] = "") -> dict[str, str]:
        if not dstcode or not secrets.compare_digest(body.password.encode(), state.password.encode()):
            return {"error_code": REFUSED}
        session = secrets.token_urlsafe(24)
        state.sessions.add(session)
        return {"error_code": OK, "session": session}

    @app.post("/dich-vu")
    async def search(body: Search) -> Response:
        def answer(**changes: str) -> Answer:
            return _answer(state.seed, state.volume, body.model_copy(update=changes))

        if state.faults:
            order = state.faults.popleft()
            return await FAULTS[order.name](FaultCall(answer, state.sessions.clear, order.parameter))
        if body.session not in state.sessions:
            return JSONResponse({"error_code": EXPIRED})
        return Response(msgspec.json.encode(answer()), media_type="application/json")


def _add_controls(app: FastAPI, state: _State) -> None:
    """Add what only a simulator has: readiness, and faults on demand."""

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"error_code": OK}

    @app.post("/__faults")
    async def order_fault(order: FaultOrder) -> dict[str, str]:
        if order.name not in FAULTS:
            return {"error_code": WRONG_QUESTION}
        state.faults.extend([order] * order.times)
        return {"error_code": OK}

    @app.delete("/__faults")
    async def forget_faults() -> dict[str, str]:
        state.faults.clear()
        return {"error_code": OK}


def _answer(seed: str, volume: float, question: Search) -> Answer:
    """Return one page of the dossiers last updated in the window, as they stood at its end."""
    try:
        start, end = (dt.datetime.strptime(text, STAMP) for text in (question.tuNgay, question.denNgay))
    except ValueError:
        return {"error_code": WRONG_QUESTION}
    found = _updated(seed, volume, question.madonvi, start, end)
    size = int(question.soBanGhi)
    first = (int(question.trang) - 1) * size
    data: list[dict[str, Any]] = [history.seen(end) for history in found[first : first + size]]
    return {
        "error_code": OK,
        "madonvi": question.madonvi,
        "service": "DongBoHoSoMC",
        "isUpdating": "True",
        "tongSo": str(len(found)),
        "trang": question.trang,
        "data": data,
    }


@lru_cache(maxsize=8)
def _updated(seed: str, volume: float, commune_code: str, start: dt.datetime, end: dt.datetime) -> tuple[History, ...]:
    """Return the dossiers whose last update by `end` is in the window, in order of that update."""
    found = [
        (updated_at, history.code, history)
        for month in months_until(end)
        for history in histories(seed, commune_code, month, volume)
        if (updated_at := history.updated_at(end)) is not None and start <= updated_at
    ]
    return tuple(history for _, _, history in sorted(found, key=lambda entry: entry[:2]))
