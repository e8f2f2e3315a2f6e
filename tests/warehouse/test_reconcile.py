"""Ledger and warehouse agree on what was accepted, or nothing goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateSchema, DropSchema

from tests.wording import assert_vietnamese
from warehouse.duck import duck_engine
from warehouse.errors import ReconciliationFailed
from warehouse.ledger import instant, transaction
from warehouse.ledger_tables import FILES, RECEIPTS, SUBMISSIONS
from warehouse.reconcile import reconcile

if TYPE_CHECKING:
    import datetime as dt

    from warehouse.settings import Settings

BUILD = sa.MetaData()
OBSERVATIONS = sa.Table("fct_indicator_observations", BUILD, sa.Column("receipt_id", sa.Text), schema="marts")
REPORTS = sa.Table("int_task_reports__accepted", BUILD, sa.Column("receipt_id", sa.Text), schema="intermediate")


def accept(ledger: sa.Engine, receipt_id: str, now: dt.datetime, cells_filled: int = 3) -> None:
    digest, moment = f"{receipt_id:0>64}", instant(now)
    what = {"plan_key": "p", "unit_code": receipt_id, "form_code": "nq57", "period": "2026-06", "revision": 1}
    receipt = {
        "receipt_id": receipt_id,
        "sha256": digest,
        "original_name": "a",
        "channel": "drop",
        "received_at": moment,
    }
    submission = {"submission_id": f"S-{receipt_id}", "cells_filled": cells_filled, "content_hash": digest}
    with transaction(ledger) as connection:
        connection.execute(sa.insert(FILES).values(sha256=digest, size_bytes=1, landed_at=moment))
        connection.execute(sa.insert(RECEIPTS).values(**receipt, **what, outcome="accepted"))
        connection.execute(
            sa.insert(SUBMISSIONS).values(
                **submission, **what, receipt_id=receipt_id, sha256=digest, accepted_at=moment
            )
        )


def write_build(settings: Settings, figures: list[str | None], reports: list[str]) -> None:
    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    with duck_engine(settings.build_file, read_only=False).begin() as connection:
        for schema in ("marts", "intermediate"):
            connection.execute(DropSchema(schema, cascade=True, if_exists=True))
            connection.execute(CreateSchema(schema))
        BUILD.create_all(connection)
        for table, receipts in ((OBSERVATIONS, figures), (REPORTS, reports)):
            for receipt in receipts:
                connection.execute(sa.insert(table).values(receipt_id=receipt))


def test_every_accepted_form_is_found_among_figures_or_tasks(
    settings: Settings, ledger: sa.Engine, now: dt.datetime
) -> None:
    accept(ledger, "R-1", now)
    accept(ledger, "R-2", now)
    write_build(settings, ["R-1", "R-1", None], ["R-2"])  # a rate recomputed from dossiers has no receipt
    assert reconcile(settings, ledger) == 2


def test_an_empty_office_agrees(settings: Settings, ledger: sa.Engine) -> None:
    write_build(settings, [], [])
    assert reconcile(settings, ledger) == 0


def test_a_form_without_a_filled_cell_is_not_looked_for(
    settings: Settings, ledger: sa.Engine, now: dt.datetime
) -> None:
    accept(ledger, "R-1", now, cells_filled=0)
    write_build(settings, [], [])
    assert reconcile(settings, ledger) == 0


def test_a_form_that_the_warehouse_lost_stops_everything(
    settings: Settings, ledger: sa.Engine, now: dt.datetime
) -> None:
    accept(ledger, "R-1", now)
    accept(ledger, "R-2", now)
    write_build(settings, ["R-1"], [])
    with pytest.raises(ReconciliationFailed, match="thuocdo rebuild") as told:
        reconcile(settings, ledger)
    assert told.value.facts == {"receipts": ["R-2"]}
    assert_vietnamese(told.value.message)


def test_a_figure_that_the_ledger_does_not_know_stops_everything(settings: Settings, ledger: sa.Engine) -> None:
    write_build(settings, ["R-9"], [])
    with pytest.raises(ReconciliationFailed) as told:
        reconcile(settings, ledger)
    assert told.value.facts == {"receipts": ["R-9"]}
