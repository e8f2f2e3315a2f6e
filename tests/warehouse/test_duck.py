"""Engines on DuckDB files: no network, no foreign file, instants in UTC."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from warehouse.duck import duck_engine, mart, mart_tables

if TYPE_CHECKING:
    from pathlib import Path

MARTS = sa.MetaData(schema="marts")
MOMENTS = sa.Table("fct_moments", MARTS, sa.Column("at", sa.TIMESTAMP(timezone=True)))
AREAS = sa.Table("dim_areas", MARTS, sa.Column("code", sa.Text))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kho.duckdb"
    with duck_engine(path, read_only=False).begin() as connection:
        connection.execute(CreateSchema("marts"))
        MARTS.create_all(connection)
        connection.execute(sa.insert(MOMENTS).values(at=dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)))
    return path


def test_an_engine_that_reads_cannot_write(file: Path) -> None:
    with duck_engine(file, read_only=True).connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(sa.insert(AREAS).values(code="06436"))


@pytest.mark.parametrize("read_only", [True, False])
def test_no_engine_reads_a_foreign_file(file: Path, read_only: bool) -> None:
    foreign = sa.select(sa.literal_column("*")).select_from(sa.func.read_text("/etc/passwd"))
    with duck_engine(file, read_only=read_only).connect() as connection, pytest.raises(DBAPIError, match="disabled"):
        connection.execute(foreign)


def test_an_engine_loads_no_extension_by_itself(file: Path) -> None:
    names = ["autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"]
    with duck_engine(file, read_only=True).connect() as connection:
        assert [connection.scalar(sa.select(sa.func.current_setting(name))) for name in names] == [False] * 3


def test_memory_and_threads_are_bounded(file: Path) -> None:
    engine = duck_engine(file, read_only=True, memory_limit="100MiB", threads=2)
    with engine.connect() as connection:
        settings = [connection.scalar(sa.select(sa.func.current_setting(name))) for name in ("memory_limit", "threads")]
    assert settings == ["100.0 MiB", 2]


def test_an_instant_is_read_in_utc_whatever_the_machine(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    with duck_engine(file, read_only=True).connect() as connection:
        text = connection.scalar(sa.select(sa.cast(MOMENTS.c.at, sa.Text)))
    assert text == "2026-06-15 10:00:00+00"


def test_a_closed_connection_leaves_the_file_to_others(file: Path) -> None:
    with duck_engine(file, read_only=True).connect() as connection:
        connection.execute(sa.select(MOMENTS))
    with duck_engine(file, read_only=False).begin() as connection:
        connection.execute(sa.insert(AREAS).values(code="06436"))


def test_marts_are_listed_by_name(file: Path) -> None:
    with duck_engine(file, read_only=True).connect() as connection:
        assert [table.name for table in mart_tables(connection)] == ["dim_areas", "fct_moments"]
        assert list(mart(connection, "dim_areas").c.keys()) == ["code"]
