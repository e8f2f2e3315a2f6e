"""The simulator's web application: log-in, search, and the control endpoints for faults and traps.

The contract is told in `portals/demo.yml` and in `/openapi.json`. All values are strings; an
answer that cannot be given carries an `error_code` other than "0".
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Header, Query, Response
from fastapi.responses import JSONResponse

from ingestion.portal.simulator.contract import (
    EXPIRED,
    OK,
    REFUSED,
    STAMP,
    STAMP_PATTERN,
    WRONG_QUESTION,
    Done,
    FaultEntry,
    FaultList,
    FaultOrder,
    Found,
    LogIn,
    Refused,
    Search,
    Session,
    TrapCounts,
)
from ingestion.portal.simulator.faults import FAULTS, Answer, FaultCall
from ingestion.portal.simulator.histories import History, histories, months_until
from ingestion.portal.simulator.profiles import FIRST_MONTH, LAST_MONTH
from ingestion.portal.simulator.traps import count_traps

DEFAULT_SEED = "demo"
UNREADABLE: dict[int | str, dict[str, Any]] = {400: {"description": "A body that cannot be read"}}
FAULTY: dict[int | str, dict[str, Any]] = {
    307: {"description": "Fault: redirect"},
    429: {"description": "Fault: too many requests"},
    **{status: {"description": "Fault: server error"} for status in range(500, 505)},
}


@dataclass
class _State:
    """What the running portal remembers: its sessions, and the faults ordered for the next searches."""

    password: str
    seed: str
    volume: float
    sessions: set[str] = field(default_factory=set)
    faults: deque[FaultOrder | None] = field(default_factory=deque)


def simulator_app(password: str, seed: str = DEFAULT_SEED, volume: float = 1) -> FastAPI:
    """Make the application; the same seed and volume always hold the same dossiers.

    Args:
        password: of its one account.
        seed: of all draws.
        volume: multiplies the number of dossiers that a commune gets in a month, up to `MOST_VOLUME`.
    """
    app = FastAPI(title="Cổng dịch vụ công mẫu (bộ mô phỏng)", docs_url=None, redoc_url=None)
    state = _State(password, seed, volume)
    _add_portal(app, state)
    _add_controls(app, state)
    return app


def _add_portal(app: FastAPI, state: _State) -> None:
    """Add what a portal has: log-in and search."""

    @app.post("/dang-nhap", response_model=Session | Refused, responses=UNREADABLE)
    async def log_in(body: LogIn, dstcode: Annotated[str, Header()]) -> dict[str, str]:
        """Log in; `dstcode` names the destination."""
        if not dstcode or not secrets.compare_digest(body.password.encode(), state.password.encode()):
            return {"error_code": REFUSED}
        session = secrets.token_urlsafe(24)
        state.sessions.add(session)
        return {"error_code": OK, "session": session}

    # A response class of its own: a model that checks each dossier on its way out would be the slowest part.
    @app.post(
        "/dich-vu",
        response_class=JSONResponse,
        responses={200: {"model": Found | Refused}, **UNREADABLE, **FAULTY},
    )
    async def search(body: Search) -> Response:
        """Search dossiers by their last update, as they stood at the end of the window."""

        def answer(**changes: str) -> Answer:
            return _answer(state.seed, state.volume, body.model_copy(update=changes))

        order = state.faults.popleft() if state.faults else None
        if order:
            fault = FAULTS[order.name]
            call = FaultCall(body, answer, state.sessions.clear, order.parameter or fault.default)
            return await fault.give(call)
        if body.session not in state.sessions:
            return JSONResponse({"error_code": EXPIRED})
        return Response(msgspec.json.encode(answer()), media_type="application/json")


def _add_controls(app: FastAPI, state: _State) -> None:
    """Add what only a simulator has: readiness, faults on demand, and the truth about its traps."""

    @app.get("/health", response_model=Done)
    async def health() -> dict[str, str]:
        """Tell that the simulator is ready."""
        return {"error_code": OK}

    @app.get("/__faults", response_model=FaultList)
    async def list_faults() -> dict[str, Any]:
        """List every fault with what it does and takes."""
        entries = [
            FaultEntry(name=name, told=fault.told, parameter=fault.parameter, default=fault.default)
            for name, fault in FAULTS.items()
        ]
        return {"error_code": OK, "faults": entries}

    @app.post("/__faults/order", response_model=Done | Refused, responses=UNREADABLE)
    async def order_fault(order: FaultOrder) -> dict[str, str]:
        """Order a fault for the next searches."""
        if order.name not in FAULTS or not FAULTS[order.name].takes(order.parameter):
            return {"error_code": WRONG_QUESTION}
        state.faults.extend([None] * int(order.after) + [order] * int(order.times))
        return {"error_code": OK}

    @app.post("/__faults/forget", response_model=Done)
    async def forget_faults() -> dict[str, str]:
        """Be honest from now on."""
        state.faults.clear()
        return {"error_code": OK}

    @app.get("/__traps", response_model=TrapCounts | Refused)
    async def tell_traps(
        madonvi: Annotated[str, Query(pattern="^[0-9]{5}$")],
        denNgay: Annotated[str, Query(pattern=STAMP_PATTERN)],  # noqa: N803 - the contract's own spelling
    ) -> dict[str, Any]:
        """Count the dossiers that carry each trap, as the portal shows them at an instant."""
        end = _moment(denNgay)
        if end is None:
            return {"error_code": WRONG_QUESTION}
        found = _updated(state.seed, state.volume, madonvi, dt.datetime.min, end)
        return {"error_code": OK, "traps": count_traps(history.seen(end) for history in found)}


def _moment(stamp: str) -> dt.datetime | None:
    """Read a moment up to which the simulator has dossiers; none if it is no moment, or too late."""
    try:
        moment = dt.datetime.strptime(stamp, STAMP)
    except ValueError:
        return None
    return moment if f"{moment:%Y-%m}" <= LAST_MONTH else None


def _answer(seed: str, volume: float, question: Search) -> Answer:
    """Return one page of the dossiers last updated in the window, as they stood at its end."""
    start, end = _moment(question.tuNgay), _moment(question.denNgay)
    if start is None or end is None:
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
    months = months_until(end) if f"{end:%Y-%m}" >= FIRST_MONTH else []
    found = [
        (updated_at, history.code, history)
        for month in months
        for history in histories(seed, commune_code, month, volume)
        if (updated_at := history.updated_at(end)) is not None and start <= updated_at
    ]
    return tuple(history for _, _, history in sorted(found, key=lambda entry: entry[:2]))
