"""Every step of every run leaves one row: what it did, how much, how it ended."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.clock import now
from warehouse.ledger import instant, open_ledger, transaction
from warehouse.ledger_tables import PIPELINE_OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings

LOG = logging.getLogger(__name__)


@dataclass
class Step:
    """What a step tells of itself while it runs."""

    rows_in: int | None = None
    rows_out: int | None = None
    message: str | None = None

    @property
    def outcome(self) -> str:
        """`nothing_to_do` when the step found no input, else `done`."""
        return "nothing_to_do" if self.rows_in == 0 else "done"


@contextmanager
def recorded_step(settings: Settings, run_id: str, dag_id: str, step: str) -> Iterator[Step]:
    """Record a step in the ledger, whether it ends well or raises."""
    told = Step()
    row: dict[str, str | None] = {
        "run_id": run_id,
        "dag_id": dag_id,
        "step": step,
        "started_at": instant(now(settings)),
    }
    try:
        yield told
    except Exception as error:
        _record(settings, row | {"outcome": "failed", "message": str(error)}, told)
        raise
    _record(settings, row | {"outcome": told.outcome, "message": told.message}, told)
    LOG.info("%s.%s: %s, %s → %s", dag_id, step, told.outcome, told.rows_in, told.rows_out)


def _record(settings: Settings, row: dict[str, str | None], told: Step) -> None:
    facts: dict[str, str | int | None] = {
        **row,
        "ended_at": instant(now(settings)),
        "rows_in": told.rows_in,
        "rows_out": told.rows_out,
    }
    with transaction(open_ledger(settings)) as connection:
        connection.execute(sa.insert(PIPELINE_OUTCOMES).values(facts))
