"""What the marts need of the ledger is copied whole; a waiver goes with the value that it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from warehouse.ledger import instant, transaction
from warehouse.ledger_copy import COPIED, copy_ledger
from warehouse.ledger_tables import FLAGS, FORM_ISSUES, PIPELINE_OUTCOMES, WAIVERS
from warehouse.raw import RAW_TABLES, batch_path

if TYPE_CHECKING:
    import datetime as dt

    from warehouse.settings import Settings


def copied(settings: Settings, ledger: sa.Engine, table: str) -> list[dict[str, Any]]:
    copy_ledger(settings, ledger)
    rows: list[dict[str, Any]] = pq.read_table(batch_path(settings, table, "all")).to_pylist()
    return rows


def open_flag(ledger: sa.Engine, now: dt.datetime, observed: str | None) -> None:
    row = {
        "flag_id": "F1",
        "plan_key": "p",
        "rule_code": "RNG-01",
        "severity": "block",
        "explanation_vi": "ngoài khoảng",
    }
    with transaction(ledger) as connection:
        connection.execute(sa.insert(FLAGS).values(**row, observed=observed, opened_at=instant(now)))


def waive(ledger: sa.Engine, now: dt.datetime, observed: str | None, reason: str) -> None:
    row = {"flag_id": "F1", "observed": observed, "reason": reason, "waived_by": "Hạnh", "waived_at": instant(now)}
    with transaction(ledger) as connection:
        connection.execute(sa.insert(WAIVERS).values(**row))


@pytest.mark.parametrize("table", COPIED)
def test_a_copied_table_has_every_column_of_the_raw_contract(table: str) -> None:
    assert set(RAW_TABLES[table].names) <= set(COPIED[table].c.keys())


def test_rows_are_copied_with_their_instants(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    row = {"form_id": "BC-1", "plan_key": "p", "unit_code": "u", "form_code": "nq57", "period": "2026-06",
           "template_version": "1", "cells_expected": 4}  # fmt: skip
    with transaction(ledger) as connection:
        connection.execute(sa.insert(FORM_ISSUES).values(**row, due_at=instant(now), issued_at=instant(now)))
    assert copied(settings, ledger, "form_issues") == [row | {"due_at": now, "issued_at": now}]


def test_copying_again_replaces_and_does_not_add(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    row = {"run_id": "r", "dag_id": "d", "step": "s", "outcome": "done"}
    with transaction(ledger) as connection:
        connection.execute(sa.insert(PIPELINE_OUTCOMES).values(**row, started_at=instant(now), ended_at=instant(now)))
    assert copy_ledger(settings, ledger) == copy_ledger(settings, ledger) == 1
    assert len(copied(settings, ledger, "pipeline_outcomes")) == 1


def test_an_empty_ledger_gives_every_raw_table(settings: Settings, ledger: sa.Engine) -> None:
    assert copy_ledger(settings, ledger) == 0
    assert all((settings.raw / table).is_dir() for table in RAW_TABLES)


@pytest.mark.parametrize("value", ["185", None], ids=["a value", "no value"])
def test_a_waiver_goes_with_its_flag(
    settings: Settings, ledger: sa.Engine, now: dt.datetime, value: str | None
) -> None:
    open_flag(ledger, now, value)
    waive(ledger, now, value, "đúng, vì sáp nhập thôn")
    (flag,) = copied(settings, ledger, "flags")
    assert (flag["waived_by"], flag["waiver_reason"], flag["waived_at"]) == ("Hạnh", "đúng, vì sáp nhập thôn", now)


def test_a_waiver_of_another_value_is_left_out(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    open_flag(ledger, now, "185")
    waive(ledger, now, "180", "đúng")
    (flag,) = copied(settings, ledger, "flags")
    assert (flag["waived_by"], flag["waived_at"]) == (None, None)


def test_the_latest_waiver_of_a_value_counts_and_the_flag_stays_one(
    settings: Settings, ledger: sa.Engine, now: dt.datetime
) -> None:
    open_flag(ledger, now, "185")
    for observed, reason in (("185", "lý do đầu"), ("185", "lý do sau"), ("180", "của số khác")):
        waive(ledger, now, observed, reason)
    assert [flag["waiver_reason"] for flag in copied(settings, ledger, "flags")] == ["lý do sau"]
