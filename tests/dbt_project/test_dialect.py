"""Dialect macros on DuckDB: the quick arithmetic gives what the time zone library says."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from warehouse.clock import VIETNAM
from warehouse.settings import PROJECT

DATES = (PROJECT / "dbt_project" / "macros" / "dialect" / "dates.sql").read_text(encoding="utf-8")
MACROS = Environment(autoescape=False).from_string(DATES, globals={"target": SimpleNamespace(type="duckdb")}).module  # noqa: S701 - SQL
instants = st.datetimes(dt.datetime(1976, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection


@settings(max_examples=200, deadline=None)
@given(instant=instants)
def test_the_day_in_vietnam_is_the_time_zone_librarys(
    connection: duckdb.DuckDBPyConnection, instant: dt.datetime
) -> None:
    (day,) = connection.execute(f"select {MACROS.vietnam_date('cast(? as timestamptz)')}", [instant]).fetchone() or ()
    assert day == instant.astimezone(VIETNAM).date()


@pytest.mark.parametrize(("instant", "day"), [
    ("2026-03-31T16:59:59.999999+00:00", dt.date(2026, 3, 31)),
    ("2026-03-31T17:00:00+00:00", dt.date(2026, 4, 1)),
    (None, None),
])  # fmt: skip
def test_the_day_in_vietnam_begins_at_17_o_clock_utc(
    connection: duckdb.DuckDBPyConnection, instant: str | None, day: dt.date | None
) -> None:
    expression = MACROS.vietnam_date("cast(? as timestamptz)")
    assert connection.execute(f"select {expression}", [instant]).fetchone() == (day,)


@settings(max_examples=100, deadline=None)
@given(instant=instants, days=st.integers(0, 400))
def test_days_added_to_an_instant_keep_its_time_of_day(
    connection: duckdb.DuckDBPyConnection, instant: dt.datetime, days: int
) -> None:
    expression = MACROS.instant_after_days("cast(? as timestamptz)", "?")
    assert connection.execute(f"select {expression}", [instant, days]).fetchone() == (instant + dt.timedelta(days),)
