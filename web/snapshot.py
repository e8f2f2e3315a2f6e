"""Open the published snapshot for one request: read-only, and closed before the answer leaves."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from warehouse.duck import duck_engine
from warehouse.publish import Snapshot, current_snapshot
from web.marts import EXTRACT_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings

Row = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """One open snapshot; every figure that it reads is of the same publish."""

    snapshot: Snapshot
    connection: sa.Connection
    is_synthetic: bool

    def rows(self, statement: sa.Select[Any]) -> list[Row]:
        """Run a query and return its rows."""
        return [dict(row) for row in self.connection.execute(statement).mappings()]


@contextmanager
def open_snapshot(settings: Settings) -> Iterator[Reader]:
    """Open the current snapshot; raises NotPublished when there is none.

    `warehouse.reading.published` serves one analyst: it locks the settings of the database
    instance, which all threads of a process share, so a second request would be refused.
    """
    snapshot = current_snapshot(settings)
    engine = duck_engine(settings.published / snapshot.file, read_only=True)
    with engine.connect() as connection:
        synthetic = sa.select(sa.exists().where(EXTRACT_ROWS.c.is_synthetic))
        is_synthetic = settings.is_sample or bool(connection.scalar(synthetic))
        yield Reader(snapshot, connection, is_synthetic)
