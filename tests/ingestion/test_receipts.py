"""Receipts are listed oldest first, each with its findings, by plan and period; the same on both ledgers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ingestion.receipts import list_receipts
from warehouse.ledger import instant, transaction
from warehouse.ledger_tables import ERASURES, FILES, FINDINGS, RECEIPTS

if TYPE_CHECKING:
    from typing import Any

KNOWN = {"plan_key": "p", "unit_code": "u", "period": "2026-06", "sender_plan_key": "p"}
UNREAD = {"plan_key": None, "sender_plan_key": "p"}


def arrive(ledger: sa.Engine, receipt_id: str, at: dt.datetime, findings: tuple[str, ...] = (), **facts: Any) -> None:
    digest = f"{receipt_id:0>64}"
    row = {"receipt_id": receipt_id, "sha256": digest, "original_name": "báo cáo.xlsx", "channel": "drop"}
    with transaction(ledger) as connection:
        connection.execute(sa.insert(FILES).values(sha256=digest, size_bytes=1, landed_at=instant(at)))
        connection.execute(sa.insert(RECEIPTS).values(**row, received_at=instant(at), outcome="accepted", **facts))
        for number, code in enumerate(findings, start=1):
            found = {"receipt_id": receipt_id, "finding_no": number, "code": code, "severity": "warning"}
            connection.execute(sa.insert(FINDINGS).values(**found, message="Hãy xem lại ô này."))


def ids(ledger: sa.Engine, **asked: str) -> list[str]:
    return [row["receipt_id"] for row in list_receipts(ledger, **asked)]


@pytest.fixture
def filled(any_ledger: sa.Engine, now: dt.datetime) -> sa.Engine:
    arrive(any_ledger, "R-3", now, **KNOWN)
    arrive(any_ledger, "R-1", now + dt.timedelta(hours=1), ("NUM-04", "BLK-01"), **KNOWN | {"period": "2026-05"})
    arrive(any_ledger, "R-2", now + dt.timedelta(hours=1), **UNREAD)
    arrive(any_ledger, "R-0", now + dt.timedelta(hours=2), **KNOWN | {"plan_key": "q", "sender_plan_key": "q"})
    return any_ledger


def test_receipts_come_oldest_first(filled: sa.Engine) -> None:
    assert ids(filled) == ["R-3", "R-1", "R-2", "R-0"]


def test_a_plan_has_its_receipts_and_those_that_its_units_sent_unread(filled: sa.Engine) -> None:
    assert ids(filled, plan_key="p") == ["R-3", "R-1", "R-2"]
    assert ids(filled, plan_key="q") == ["R-0"]


def test_a_period_has_its_receipts(filled: sa.Engine) -> None:
    assert ids(filled, period="2026-05") == ["R-1"]
    assert ids(filled, plan_key="q", period="2026-05") == []


def test_findings_stand_with_their_receipt_in_their_order(filled: sa.Engine) -> None:
    findings = {row["receipt_id"]: [found["code"] for found in row["findings"]] for row in list_receipts(filled)}
    assert findings == {"R-3": [], "R-1": ["NUM-04", "BLK-01"], "R-2": [], "R-0": []}


def test_an_erased_file_is_told_as_erased(filled: sa.Engine, now: dt.datetime) -> None:
    with transaction(filled) as connection:
        erased = {"sha256": f"{'R-1':0>64}", "reason": "PII-01", "erased_at": instant(now)}
        connection.execute(sa.insert(ERASURES).values(**erased))
    told = {row["receipt_id"]: row["erased_at"] for row in list_receipts(filled)}
    assert told == {"R-3": None, "R-1": instant(now), "R-2": None, "R-0": None}


def test_an_empty_ledger_has_no_receipts(any_ledger: sa.Engine) -> None:
    assert list_receipts(any_ledger) == []
