"""The simulator keeps its own OpenAPI document, whatever it is asked: property-based calls over HTTP.

`CONTRACT_CALLS` sets the calls for each operation; `make proof-contract` makes many more.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode

from ingestion.portal.simulator.app import simulator_app
from ingestion.portal.simulator.contract import STAMP, Found
from ingestion.portal.simulator.profiles import PROFILES
from tests.ingestion.portal.office import PASSWORD

CALLS = int(os.environ.get("CONTRACT_CALLS", "20"))
SEARCH = "/dich-vu"
ORDER, FORGET = "/__faults/order", "/__faults/forget"
calls = settings(max_examples=CALLS, deadline=None, suppress_health_check=list(HealthCheck))
ACCOUNT = {"username": "thuocdo", "password": PASSWORD.get_secret_value()}


CONTRACT = schemathesis.openapi.from_dict(simulator_app(PASSWORD.get_secret_value()).openapi())
CONTRACT.config.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture
def session(simulator: str) -> str:
    answer = httpx.post(f"{simulator}/dang-nhap", json=ACCOUNT, headers={"dstcode": "DEMO"}, trust_env=False)
    return str(answer.json()["session"])


@CONTRACT.parametrize()
@calls
def test_every_answer_is_one_that_the_document_tells_of(case: Any, simulator: str) -> None:
    case.call_and_validate(base_url=simulator)
    if case.operation.path == ORDER:
        httpx.post(f"{simulator}{FORGET}", trust_env=False)


@CONTRACT.include(path=SEARCH).parametrize()
@calls
def test_a_search_with_a_session_is_answered_as_told(case: Any, simulator: str, session: str) -> None:
    if isinstance(case.body, dict) and isinstance(case.body.get("session"), str):
        case.body["session"] = session
        case.body |= {
            name: moment_of(case.body[name]) for name in ("tuNgay", "denNgay") if is_stamp(case.body.get(name))
        }
    case.call_and_validate(base_url=simulator)


def is_stamp(value: object) -> bool:
    return isinstance(value, str) and len(value) == 14 and value.isascii() and value.isdigit()


def moment_of(digits: str) -> str:
    """Turn any 14 digits into a moment of the demo's first months: few of them are one by chance."""
    return f"{dt.datetime(2025, 11, 1) + dt.timedelta(minutes=int(digits) % 100_000):{STAMP}}"


@pytest.mark.parametrize("commune_code", PROFILES)
def test_every_dossier_has_exactly_the_fields_of_the_document(commune_code: str, simulator: str, session: str) -> None:
    question = {
        "session": session, "madonvi": commune_code, "service": "TraCuuHoSo", "tuNgay": "20251101000000",
        "denNgay": "20260115120000", "trang": "1", "soBanGhi": "9999",
    }  # fmt: skip
    answer = httpx.post(f"{simulator}{SEARCH}", json=question, trust_env=False)
    assert len(Found.model_validate(answer.json()).data) > 200
