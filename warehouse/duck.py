"""Engines on DuckDB files: SQLAlchemy, never the network, never a foreign file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from pathlib import Path

MARTS = "marts"


def duck_engine(path: Path, *, read_only: bool, memory_limit: str = "512MB", threads: int = 1) -> sa.Engine:
    """Open a DuckDB file; extensions stay off, files outside cannot be read."""
    config: dict[str, Any] = {
        "threads": threads,
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_external_access": False,
    }
    engine = sa.create_engine(
        f"duckdb:///{path}", connect_args={"read_only": read_only, "config": config}, poolclass=NullPool
    )
    sa.event.listen(engine, "connect", _show_utc)
    return engine


def _show_utc(connection: Any, _record: object) -> None:
    """Show instants in UTC, whatever the machine's zone (the zone is known only once the file is open)."""
    connection.execute("SET TimeZone = 'UTC'")


def mart_tables(connection: sa.Connection) -> list[sa.Table]:
    """Reflect the tables of the marts, in name order."""
    names = sorted(sa.inspect(connection).get_table_names(schema=MARTS))
    metadata = sa.MetaData(schema=MARTS)
    return [sa.Table(name, metadata, autoload_with=connection) for name in names]


def mart(connection: sa.Connection, name: str) -> sa.Table:
    """Reflect one mart."""
    return sa.Table(name, sa.MetaData(schema=MARTS), autoload_with=connection)
