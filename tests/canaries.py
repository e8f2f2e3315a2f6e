"""Search a state folder for the simulator's personal texts: every byte, and what compressed or paged stores say."""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import duckdb
import pyarrow.parquet as pq

from ingestion.portal.simulator.canaries import CANARIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEEPEST = 4
"""Archives in archives that are still opened."""


def canaries_in(text: str) -> list[str]:
    """List the personal texts that stand in a text."""
    return _found_in(text.encode("utf-8", errors="surrogatepass"))


def canaries_below(folder: Path) -> dict[str, list[str]]:
    """List the personal texts below a folder by place (`file` or `file!member`); file names are places, too."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        places = [(f"{name}!name", name.encode()), *(_contents(name, path.read_bytes()) if path.is_file() else ())]
        for place, content in places:
            if canaries := _found_in(content):
                found[place] = canaries
    return found


def _found_in(content: bytes) -> list[str]:
    return [canary for canary in CANARIES if any(_stands_in(spelling, content) for spelling in _spellings(canary))]


@lru_cache
def _spellings(canary: str) -> tuple[bytes, ...]:
    """Return how a text may have been written: by case, by composition, and by the escapes of JSON, HTML and URLs."""
    texts = {canary, canary.casefold(), unicodedata.normalize("NFD", canary), _bare(canary)}
    escaped = {json.dumps(text)[1:-1] for text in texts}
    written = texts | escaped | {text.upper().replace("\\U", "\\u") for text in escaped}
    written |= {quote(text) for text in texts} | {html.escape(text) for text in texts}
    return tuple(sorted({text.encode() for text in written} | {text.encode("utf-16-le") for text in texts}))


def _bare(text: str) -> str:
    """Return the letters and digits of a text without marks, as file names are folded for comparison."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d")).casefold()
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())


def _stands_in(spelling: bytes, content: bytes) -> bool:
    """Tell whether a spelling is there; digits inside a longer number, a hash or a fraction are not an id."""
    if spelling not in content:
        return False
    if not spelling.replace(b"\0", b"").isdigit():
        return True
    zero = b"\0" if b"\0" in spelling else b""
    # A percent escape may stand before the digits, though its own digits look like a part of them.
    before = rb"(?:(?<![0-9a-f.]" + zero + rb")|(?<=%[0-9A-F][0-9A-F]))"
    return re.search(before + re.escape(spelling) + rb"(?![0-9a-f])", content) is not None


def _contents(place: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of a file, and then what lies packed in it, by place."""
    yield place, content
    if depth == DEEPEST:
        return
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                yield f"{place}!{member.filename}!name", member.filename.encode()
                yield from _contents(f"{place}!{member.filename}", archive.read(member), depth + 1)
    elif content.startswith(b"\x1f\x8b"):
        yield from _contents(f"{place}!unpacked", gzip.decompress(content), depth + 1)
    elif content.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(content))
        yield f"{place}!schema", str(table.schema.to_string()).encode()
        yield f"{place}!rows", _as_bytes(tuple(row.values()) for row in table.to_pylist())
    elif content.startswith(b"SQLite format 3\0"):
        yield from _tables(place, _sqlite_tables(content))
    elif content[8:12] == b"DUCK":
        yield from _tables(place, _duckdb_tables(content))


def _tables(place: str, tables: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for name, rows in tables:
        yield f"{place}!{name}", rows


def _sqlite_tables(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        # A copy without its journal; what is only in the journal is a file of its own and searched as bytes.
        copy.write_bytes(content[:18] + b"\x01\x01" + content[20:])
        with closing(sqlite3.connect(copy)) as connection:
            connection.text_factory = bytes
            names = [row[0].decode() for row in connection.execute("select name from sqlite_master where type='table'")]
            for name in names:
                yield name, _as_bytes(connection.execute(f'select * from "{name}"'))  # noqa: S608 - any table


def _duckdb_tables(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.duckdb"
        copy.write_bytes(content)
        with closing(duckdb.connect(copy, read_only=True)) as connection:
            names = connection.execute("select database_name, schema_name, table_name from duckdb_tables()").fetchall()
            for database, schema, table in names:
                rows = connection.execute(f'select * from "{database}"."{schema}"."{table}"').fetchall()  # noqa: S608 - any table
                yield f"{schema}.{table}", _as_bytes(rows)


def _as_bytes(rows: Iterable[tuple[object, ...]]) -> bytes:
    return b"\n".join(b"\t".join(_value(value) for value in row) for row in rows)


def _value(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", errors="surrogatepass")
