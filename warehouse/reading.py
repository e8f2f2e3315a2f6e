"""Read access: analysts' SQL and the pages read the published snapshot, never the build file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from warehouse.duck import duck_engine, mart
from warehouse.errors import UsageError
from warehouse.publish import snapshot_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from warehouse.settings import Settings


@dataclass(frozen=True)
class Answer:
    """The result of a query: column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@contextmanager
def published(settings: Settings) -> Iterator[sa.Connection]:
    """Open the published snapshot read-only; raises NotPublished when there is none."""
    with opened(snapshot_path(settings)) as connection:
        yield connection


@contextmanager
def opened(path: Path) -> Iterator[sa.Connection]:
    """Open a DuckDB file read-only, with `marts` as the default schema."""
    engine = duck_engine(path, read_only=True)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET schema = 'marts'")
        yield connection


def query(settings: Settings, sql: str) -> Answer:
    """Run an analyst's SQL on the published snapshot; raises UsageError with DuckDB's own words."""
    with published(settings) as connection:
        # Nobody may switch on what the engine switched off. Not in `opened`: the lock holds for the whole process,
        # and the pages of one process open many connections.
        connection.exec_driver_sql("SET lock_configuration = true")
        try:
            result = connection.exec_driver_sql(sql)
            if not result.returns_rows:
                raise UsageError("Câu truy vấn không chạy được: không hỏi gì. Ví dụ: SELECT * FROM dim_plans.")
            return Answer(tuple(result.keys()), tuple(tuple(row) for row in result))
        except DBAPIError as error:
            first_line = str(error.orig).splitlines()[0]
            raise UsageError(
                f"Câu truy vấn không chạy được: {first_line}. Bản công bố chỉ đọc; các bảng nằm trong lược đồ marts "
                "(xem: SHOW TABLES)."
            ) from error


def rows_of(connection: sa.Connection, name: str, *order: str, **equal: object) -> list[dict[str, Any]]:
    """Read the rows of a mart that equal the given values, in a total order."""
    table = mart(connection, name)
    statement = sa.select(table).where(*(table.c[column] == value for column, value in equal.items()))
    return [dict(row) for row in connection.execute(statement.order_by(*_columns(table, order))).mappings()]


def _columns(table: sa.Table, names: Sequence[str]) -> list[sa.Column[Any]]:
    return [table.c[name] for name in names] or list(table.c)
