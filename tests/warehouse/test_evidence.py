"""The evidence is checked: audit chain and the bytes of every landed file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from warehouse.errors import ReconciliationFailed
from warehouse.evidence import check_evidence
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import AUDIT_LOG, FILES

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from warehouse.settings import Settings


def landed(settings: Settings, ledger: sa.Engine, content: bytes, now: dt.datetime) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    path = settings.landing / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with transaction(ledger) as connection:
        connection.execute(sa.insert(FILES).values(sha256=digest, size_bytes=len(content), landed_at=instant(now)))
        audit(connection, at=now, actor="drop", action="landed", subject=digest)
    return path


def test_whole_evidence_is_counted(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    landed(settings, ledger, b"one", now)
    landed(settings, ledger, b"two", now)
    assert check_evidence(settings) == 2


def test_a_lost_file_is_found(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    path = landed(settings, ledger, b"one", now)
    path.unlink()
    with pytest.raises(ReconciliationFailed, match="mất hoặc hỏng") as told:
        check_evidence(settings)
    assert told.value.facts == {"files": [path.name]}


def test_a_file_of_which_one_bit_fell_over_is_found(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    path = landed(settings, ledger, b"one", now)
    path.write_bytes(b"onf")
    with pytest.raises(ReconciliationFailed, match="backup restore"):
        check_evidence(settings)


def test_an_edited_audit_line_is_found_and_named(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    landed(settings, ledger, b"one", now)
    landed(settings, ledger, b"two", now)
    with ledger.begin() as connection:
        connection.execute(sa.update(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == 2).values(actor="khác"))
    with pytest.raises(ReconciliationFailed, match="dòng 2"):
        check_evidence(settings)
