"""dbt's sources are exactly the raw tables (`warehouse.raw.RAW_TABLES`): same tables, columns, order and types."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import yaml

from warehouse.raw import RAW_TABLES

STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.date32(): "date",
    pa.bool_(): "boolean",
    pa.decimal128(18, 4): "decimal(18,4)",
    pa.timestamp("us", tz="UTC"): "timestamp with time zone",
}


def described() -> dict[str, list[tuple[str, str]]]:
    """Return the columns of every source table, by table."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(STAGING.glob("*/_*__sources.yml"))]
    tables = [table for file in files for source in file["sources"] for table in source["tables"]]
    return {table["name"]: [(column["name"], column["data_type"]) for column in table["columns"]] for table in tables}


def test_every_raw_table_is_a_source_and_every_source_is_a_raw_table() -> None:
    assert sorted(described()) == sorted(RAW_TABLES)


def test_sources_have_the_columns_and_types_of_the_raw_tables() -> None:
    written = {table: [(field.name, TYPES[field.type]) for field in schema] for table, schema in RAW_TABLES.items()}
    assert described() == written


def test_only_staging_reads_sources() -> None:
    models = STAGING.parent
    readers = [path for path in models.rglob("*.sql") if "source(" in path.read_text(encoding="utf-8")]
    assert {path.relative_to(models).parts[0] for path in readers} == {"staging"}
