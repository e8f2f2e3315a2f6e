"""Every step leaves one row, however it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from warehouse.ledger_tables import PIPELINE_OUTCOMES
from warehouse.outcomes import recorded_step

if TYPE_CHECKING:
    from warehouse.settings import Settings

COLUMNS = ("run_id", "dag_id", "step", "outcome", "rows_in", "rows_out", "message")


def recorded(ledger: sa.Engine) -> list[tuple[object, ...]]:
    with ledger.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*(PIPELINE_OUTCOMES.c[name] for name in COLUMNS)))]


def test_a_step_that_ends_well_tells_its_rows(settings: Settings, ledger: sa.Engine) -> None:
    with recorded_step(settings, "run-1", "build_warehouse", "build_marts") as told:
        told.rows_in, told.rows_out, told.message = 7, 5, "xong"
    assert recorded(ledger) == [("run-1", "build_warehouse", "build_marts", "done", 7, 5, "xong")]


def test_a_step_without_input_had_nothing_to_do(settings: Settings, ledger: sa.Engine) -> None:
    with recorded_step(settings, "run-1", "collect", "take_in") as told:
        told.rows_in = 0
    assert recorded(ledger)[0][3] == "nothing_to_do"


def test_a_step_that_does_not_count_is_done(settings: Settings, ledger: sa.Engine) -> None:
    with recorded_step(settings, "run-1", "collect", "take_in"):
        pass
    assert recorded(ledger)[0][3] == "done"


def test_a_step_that_raises_is_recorded_and_raises_on(settings: Settings, ledger: sa.Engine) -> None:
    def failing_step() -> None:
        with recorded_step(settings, "run-1", "collect", "take_in") as told:
            told.rows_in = 3
            raise RuntimeError("cổng không trả lời")

    with pytest.raises(RuntimeError, match="cổng"):
        failing_step()
    assert recorded(ledger) == [("run-1", "collect", "take_in", "failed", 3, None, "cổng không trả lời")]


def test_every_run_of_a_step_has_its_own_row(settings: Settings, ledger: sa.Engine) -> None:
    for run in ("run-1", "run-2"):
        with recorded_step(settings, run, "d", "s"):
            pass
    assert [row[0] for row in recorded(ledger)] == ["run-1", "run-2"]
