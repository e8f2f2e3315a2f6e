"""The raw layer: written once, whole, in the contract's types."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.wording import assert_vietnamese
from warehouse.errors import ReconciliationFailed
from warehouse.raw import RAW_TABLES, batch_path, batches, ensure_tables, renew_tables, replace_table, write_batch

if TYPE_CHECKING:
    from warehouse.settings import Settings

ROWS = [{"period": "2026-06", "value": Decimal("12.3456"), "known_from": dt.datetime(2026, 6, 15, tzinfo=dt.UTC)}]


@pytest.mark.parametrize("table", RAW_TABLES)
def test_no_figure_is_a_float_and_every_instant_is_in_utc(table: str) -> None:
    for field in RAW_TABLES[table]:
        assert not pa.types.is_floating(field.type), field.name
        assert field.type.tz == "UTC" if pa.types.is_timestamp(field.type) else True, field.name


def test_a_batch_comes_back_exactly(settings: Settings) -> None:
    assert write_batch(settings, "observations", "b1", ROWS) == 1
    table = pq.read_table(batch_path(settings, "observations", "b1"))
    assert table.schema.equals(RAW_TABLES["observations"])
    (row,) = table.to_pylist()
    assert {name: row[name] for name in ROWS[0]} == ROWS[0]
    assert row["unit_code"] is None


def test_the_same_batch_written_again_changes_no_byte(settings: Settings) -> None:
    write_batch(settings, "observations", "b1", ROWS)
    before = batch_path(settings, "observations", "b1").read_bytes()
    write_batch(settings, "observations", "b1", ROWS)
    assert batch_path(settings, "observations", "b1").read_bytes() == before
    assert batches(settings, "observations") == ["b1"]


@pytest.mark.parametrize("value", [Decimal("0.00001"), Decimal(10) ** 15, "nhiều"])
def test_a_figure_that_does_not_fit_is_refused_not_rounded(settings: Settings, value: object) -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        write_batch(settings, "observations", "b1", [{"value": value}])
    assert batches(settings, "observations") == []


def test_a_source_without_data_is_empty_not_missing(settings: Settings) -> None:
    ensure_tables(settings)
    for table in RAW_TABLES:
        assert pq.read_table(settings.raw / table).num_rows == 0
        assert batches(settings, table) == []


def test_making_the_tables_again_keeps_what_they_hold(settings: Settings) -> None:
    ensure_tables(settings)
    replace_table(settings, "units", [{"unit_code": "vhxh"}])
    ensure_tables(settings)
    assert pq.read_table(settings.raw / "units").num_rows == 1


def test_a_layer_with_the_columns_of_an_earlier_version_asks_for_a_rebuild(settings: Settings) -> None:
    ensure_tables(settings)
    older = pa.Table.from_pylist([], schema=RAW_TABLES["dossiers"].remove(0))
    pq.write_table(older, batch_path(settings, "dossiers", "_empty"))
    with pytest.raises(ReconciliationFailed, match=r"dossiers.*thuocdo rebuild") as told:
        ensure_tables(settings)
    assert_vietnamese(told.value.message)
    renew_tables(settings)
    ensure_tables(settings)


def test_a_half_written_batch_is_no_batch(settings: Settings) -> None:
    ensure_tables(settings)
    (settings.raw / "dossiers" / ".x.part").write_bytes(b"half")
    assert batches(settings, "dossiers") == []


def test_a_table_nobody_wrote_has_no_batches(settings: Settings) -> None:
    assert batches(settings, "dossiers") == []
