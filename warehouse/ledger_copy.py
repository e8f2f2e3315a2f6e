"""Copy what the marts need of the ledger into raw Parquet, each table whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from warehouse import ledger_tables as tables
from warehouse.ledger import from_instant
from warehouse.raw import RAW_TABLES, ensure_tables, replace_table

if TYPE_CHECKING:
    from warehouse.settings import Settings

COPIED = {
    "form_issues": tables.FORM_ISSUES,
    "receipts": tables.RECEIPTS,
    "submissions": tables.SUBMISSIONS,
    "pipeline_outcomes": tables.PIPELINE_OUTCOMES,
}


def copy_ledger(settings: Settings, engine: sa.Engine) -> int:
    """Write the ledger's tables and its flags (with their latest waiver) to raw; returns the rows."""
    ensure_tables(settings)
    copied = sum(_copy(settings, engine, name, sa.select(table)) for name, table in COPIED.items())
    return copied + copy_flags(settings, engine)


def copy_flags(settings: Settings, engine: sa.Engine) -> int:
    """Write the flags to raw, each with the waiver that still speaks of the observed value."""
    flags, waivers = tables.FLAGS, tables.WAIVERS
    latest = (
        sa.select(waivers.c.flag_id, waivers.c.observed, sa.func.max(waivers.c.waiver_id).label("waiver_id"))
        .group_by(waivers.c.flag_id, waivers.c.observed)
        .subquery()
    )
    same_value = latest.c.observed.is_not_distinct_from(flags.c.observed)
    joined = flags.outerjoin(latest, sa.and_(latest.c.flag_id == flags.c.flag_id, same_value)).outerjoin(
        waivers, waivers.c.waiver_id == latest.c.waiver_id
    )
    query = sa.select(
        flags, waivers.c.waived_at, waivers.c.waived_by, waivers.c.reason.label("waiver_reason")
    ).select_from(joined)
    return _copy(settings, engine, "flags", query.order_by(flags.c.flag_id))


def _copy(settings: Settings, engine: sa.Engine, name: str, query: sa.Select[Any]) -> int:
    schema = RAW_TABLES[name]
    instants = {field.name for field in schema if pa.types.is_timestamp(field.type)}
    with engine.connect() as connection:
        rows = [
            {
                column: from_instant(value) if column in instants and value else value
                for column, value in row.items()
                if column in schema.names
            }
            for row in connection.execute(query).mappings()
        ]
    return replace_table(settings, name, rows)
