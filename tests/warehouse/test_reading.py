"""Read access: the published snapshot answers every question and lets nobody write or read anything else."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.warehouse.extracts.office import PLAN, Office, open_office
from warehouse.errors import NotPublished, UsageError
from warehouse.publish import snapshot_path
from warehouse.reading import published, query, rows_of
from warehouse.settings import Settings
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITING = {
    "insert": "insert into dim_plans values ('x')",
    "update": "update dim_plans set title = 'khác'",
    "delete": "delete from dim_plans",
    "drop": "drop table dim_plans",
    "create": "create table mine as select 1 as figure",
    "view": "create or replace view marts.dim_plans as select 1 as figure",
    "after a question": "select 1; drop table dim_plans",
    "in a transaction": "begin; delete from dim_plans; commit",
}
OUTSIDE = {
    "read_csv": "select * from read_csv('/etc/passwd')",
    "read_text": "select * from read_text('/etc/passwd')",
    "read_blob": "select * from read_blob('{home}/ledger.db')",
    "read_parquet": "select * from read_parquet('{home}/raw/*/*.parquet')",
    "file as a table": "select * from '/etc/passwd'",
    "glob": "select * from glob('/etc/*')",
    "attach": "attach '{home}/warehouse/build.duckdb' as build",
    "attach the ledger": "attach '{home}/ledger.db' as ledger (type sqlite)",
    "copy out": "copy dim_plans to '{home}/stolen.csv'",
    "export": "export database '{home}/stolen'",
    "copy in": "copy dim_plans from '/etc/passwd'",
    "extension": "install httpfs",
    "load": "load '{home}/evil.duckdb_extension'",
    "setting": "set enable_external_access = true",
    "profile": "pragma profiling_output = '{home}/stolen.json'",
    "unlock": "set lock_configuration = false",
    "secret": "create persistent secret s (type s3)",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_office(tmp_path_factory.mktemp("reading") / "home")
    opened.publish()
    yield opened
    opened.ledger.dispose()


def files_below(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file() and "ledger" not in path.name}


@pytest.mark.parametrize("sql", WRITING.values(), ids=WRITING)
def test_nobody_can_write(office: Office, sql: str) -> None:
    before = sha256_of(snapshot_path(office.settings))
    with pytest.raises(UsageError, match="chỉ đọc"):
        query(office.settings, sql)
    assert sha256_of(snapshot_path(office.settings)) == before
    assert query(office.settings, "select count(*) as plans from dim_plans").rows == ((1,),)


@pytest.mark.parametrize("sql", OUTSIDE.values(), ids=OUTSIDE)
def test_nobody_can_reach_outside_the_snapshot(office: Office, sql: str) -> None:
    before = files_below(office.settings.root)
    with pytest.raises(UsageError):
        query(office.settings, sql.format(home=office.settings.root))
    assert files_below(office.settings.root) == before


@pytest.mark.parametrize(
    "sql",
    ["", "   ", "selec 1", "select * from no_such_table", "select 'x", "select 1/'a'", "\x00", "select error('no')"],
)
def test_a_question_that_cannot_be_run_is_told_in_one_line(office: Office, sql: str) -> None:
    with pytest.raises(UsageError, match="không chạy được") as told:
        query(office.settings, sql)
    assert "\n" not in told.value.message


def test_figures_come_back_exact(office: Office) -> None:
    answer = query(office.settings, "select value from rpt_provincial_extract where row_no = 1")
    (record,) = answer.records()
    assert isinstance(record["value"], Decimal)


def test_signs_that_mean_something_elsewhere_are_taken_as_they_are(office: Office) -> None:
    assert query(office.settings, "select '100% :x ? {y}' as text").rows == (("100% :x ? {y}",),)


def test_marts_are_named_with_and_without_their_schema(office: Office) -> None:
    plain = query(office.settings, "select plan_key from dim_plans")
    assert plain == query(office.settings, "select plan_key from marts.dim_plans")
    assert plain.columns == ("plan_key",)


def test_instants_are_shown_in_utc_whatever_the_machine(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    assert query(office.settings, "select current_setting('TimeZone')").rows == (("UTC",),)


def test_rows_come_in_a_total_order_and_only_those_asked_for(office: Office) -> None:
    with published(office.settings) as connection:
        rows = rows_of(connection, "rpt_provincial_extract", "row_no", plan_key=PLAN)
        none = rows_of(connection, "rpt_provincial_extract", plan_key="khác")
    assert [row["row_no"] for row in rows] == sorted(row["row_no"] for row in rows)
    assert rows
    assert none == []


def test_there_is_nothing_to_read_before_the_first_snapshot(tmp_path: Path) -> None:
    with pytest.raises(NotPublished):
        query(Settings(home=tmp_path), "select 1")
