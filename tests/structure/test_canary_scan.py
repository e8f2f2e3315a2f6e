"""The scan for citizens' texts finds one planted in every kind of store that a state folder holds."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import unicodedata
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from ingestion.portal.simulator import canaries
from tests.canaries import canaries_below, canaries_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = f"{canaries.CITIZEN} 00012"


def zipped(text: str, name: str = "xl/sharedStrings.xml") -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f"<si>{text}</si>" * 20)
    return memory.getvalue()


def nested(text: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.xlsx", zipped(text))
    return memory.getvalue()


def parquet(text: str) -> bytes:
    memory = io.BytesIO()
    pq.write_table(pa.table({"note": [text] * 50}), memory, compression="zstd", write_statistics=False)
    return memory.getvalue()


def into_sqlite(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table xcom (value blob)")
        connection.execute("insert into xcom values (?)", [text.encode()])


def into_duckdb(path: Path, text: str) -> None:
    with closing(duckdb.connect(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.fct as select ? as note from range(100000)", [text])


STORES: dict[str, Callable[[Path, str], object]] = {
    "log": lambda path, text: path.write_text(f"INFO record {text}\n", encoding="utf-8"),
    "decomposed text": lambda path, text: path.write_text(unicodedata.normalize("NFD", text), encoding="utf-8"),
    "UTF-16 table": lambda path, text: path.write_text(f"a\t{text}", encoding="utf-16"),
    "escaped JSON": lambda path, text: path.write_text(json.dumps({"x": text}), encoding="utf-8"),
    "address in a log": lambda path, text: path.write_text(f"GET /?q={quote(text)}", encoding="utf-8"),
    "folded text": lambda path, text: path.write_text(text.casefold(), encoding="utf-8"),
    "workbook": lambda path, text: path.write_bytes(zipped(text)),
    "workbook in an archive": lambda path, text: path.write_bytes(nested(text)),
    "name of a member": lambda path, text: path.write_bytes(zipped("", name=f"{text}.pdf")),
    "packed log": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "Parquet": lambda path, text: path.write_bytes(parquet(text)),
    "SQLite": into_sqlite,
    "DuckDB": into_duckdb,
    "file name": lambda path, text: path.with_name(text).write_bytes(b""),
}


@pytest.mark.parametrize("write", STORES.values(), ids=STORES)
@pytest.mark.parametrize("text", [NAME, f"id {canaries.CITIZEN_ID}", canaries.EMAIL], ids=["name", "id", "e-mail"])
def test_a_text_planted_in_a_store_is_found(tmp_path: Path, write: Callable[[Path, str], object], text: str) -> None:
    write(tmp_path / "store", text)
    assert [found for found in canaries_below(tmp_path).values() if any(canary in text for canary in found)]


def test_an_empty_folder_of_stores_holds_none(tmp_path: Path) -> None:
    for number, write in enumerate(STORES.values()):
        write(tmp_path / f"store{number}", f"nothing{number}")
    assert canaries_below(tmp_path) == {}


@pytest.mark.parametrize("canary", canaries.CANARIES)
def test_every_planted_text_is_known(canary: str) -> None:
    assert canaries_in(f"before {canary} after") == [canary]


@pytest.mark.parametrize("text", ["1000000001", "0.000000001", "a000000001", "0000000010"])
def test_digits_inside_a_longer_number_or_hash_are_no_id(text: str) -> None:
    assert canaries_in(text) == []


def test_a_row_that_is_only_in_the_journal_of_a_running_ledger_is_found(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("pragma journal_mode=wal")
        connection.exec_driver_sql("create table told (value text)")
        connection.exec_driver_sql("insert into told values (?)", (NAME,))
        connection.commit()
        found = canaries_below(tmp_path)
    engine.dispose()
    assert [place for place in found if place.startswith("ledger.db-wal")]
