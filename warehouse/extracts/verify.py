"""Check a package without the ledger: all there, unchanged, and the same values in every format."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from warehouse.extracts.formats.csv import csv_records
from warehouse.extracts.formats.json import json_source
from warehouse.extracts.formats.sdmx import sdmx_records, time_period
from warehouse.extracts.formats.xlsx import COLUMNS, Cell, sheet_lines, xlsx_cells
from warehouse.extracts.manifest import MANIFEST, control_totals, digest, row_counts
from warehouse.extracts.store import is_package, zip_bytes
from warehouse.extracts.values import value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from warehouse.extracts.source import Source

UNREADABLE = (ValueError, KeyError, TypeError, IndexError, OSError)


def verify_extract(folder: Path, *, is_zip_checked: bool = True) -> list[str]:
    """List what is wrong with a package, in Vietnamese; an empty list means that it can be trusted.

    Files are held against the manifest; only where they are what the manifest says are the
    formats held against each other.
    """
    if not is_package(folder):
        return [f"{folder}: không có {MANIFEST}, chưa phải một gói trích xuất."]
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        problems = [*_wrong_names(folder, manifest), *_wrong_files(folder, manifest)]
        if not problems:
            problems = [*_wrong_values(folder, manifest)]
    except UNREADABLE as error:
        return [f"{folder}: {MANIFEST} hoặc một tệp không đọc được ({type(error).__name__}: {error})."]
    if is_zip_checked:
        problems += _wrong_zip(folder)
    return problems


def _wrong_names(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest["export_id"] != folder.name:
        yield f"{MANIFEST}: mã gói {manifest['export_id']} khác tên thư mục {folder.name}."
    listed = {entry["name"] for entry in manifest["files"]}
    for name in sorted({path.name for path in folder.iterdir()} - listed - {MANIFEST}):
        yield f"{name}: không có trong {MANIFEST}."
    for name in sorted(set(row_counts(0, 0)) - listed):
        yield f"{name}: {MANIFEST} không liệt kê tệp bắt buộc này."


def _wrong_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    for entry in manifest["files"]:
        path = folder / entry["name"]
        if path.parent != folder or not path.is_file():
            yield f"{entry['name']}: thiếu tệp."
            continue
        content = path.read_bytes()
        if len(content) != entry["size_bytes"]:
            yield f"{entry['name']}: dài {len(content)} byte, bản kê ghi {entry['size_bytes']}."
        if digest(content) != entry["sha256"]:
            yield f"{entry['name']}: nội dung đã bị đổi (mã sha256 khác bản kê)."


def _wrong_values(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    source = json_source((folder / "data.json").read_bytes(), manifest["plan_version"]["file_sha256"])
    flags = csv_records((folder / "flags.csv").read_bytes())
    counts = row_counts(len(source.rows), len(flags))
    for entry in manifest["files"]:
        if entry["rows"] != counts.get(entry["name"]):
            yield f"{entry['name']}: bản kê ghi {entry['rows']} dòng, đếm được {counts.get(entry['name'])}."
    if control_totals(source.rows) != manifest["control_totals"]:
        yield "Tổng kiểm tra trong bản kê khác tổng tính lại từ data.json."
    expected = [{name: value_text(value) for name, value in asdict(row).items()} for row in source.rows]
    yield from _different("data.csv", expected, csv_records((folder / "data.csv").read_bytes()))
    yield from _wrong_sdmx(expected, (folder / "data.sdmx.csv").read_bytes())
    yield from _wrong_sheet(source, xlsx_cells((folder / "data.xlsx").read_bytes()))


def _wrong_sdmx(expected: list[dict[str, str]], content: bytes) -> Iterator[str]:
    observations = sdmx_records(content)
    known = set(observations[0]) if observations else set()
    shown = [{name: text for name, text in row.items() if name in known} for row in expected]
    for row in shown:
        row["period"] = time_period(row["period"])
    yield from _different("data.sdmx.csv", shown, observations)


def _different(file: str, expected: Iterable[Mapping[str, str]], found: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for number, (wanted, got) in enumerate(zip_longest(expected, found), start=1):
        if wanted is None or got is None:
            yield f"{file}: số dòng khác data.json (từ dòng {number})."
            return
        for name in wanted:
            if wanted[name] != got.get(name):
                yield f"{file}: dòng {number}, {name}: '{got.get(name)}' khác '{wanted[name]}' của data.json."


def _wrong_sheet(source: Source, found: list[list[object]]) -> Iterator[str]:
    for number, (line, cells) in enumerate(zip_longest(sheet_lines(source), found), start=1):
        if line is None or cells is None:
            yield f"data.xlsx: số dòng khác data.json (từ dòng {number})."
            return
        wanted = [*line.cells, *[None] * (len(COLUMNS) - len(line.cells))]
        got = [*cells, *[""] * (len(COLUMNS) - len(cells))]
        for title, cell, value in zip(COLUMNS, wanted, got, strict=True):
            if not _is_same(cell, value):
                yield f"data.xlsx: dòng {number}, cột {title}: '{value}' khác '{cell}' của data.json."


def _is_same(cell: Cell, found: object) -> bool:
    if isinstance(cell, Decimal):
        return isinstance(found, int | float) and Decimal(repr(found)) == cell
    return found == (cell or "")


def _wrong_zip(folder: Path) -> list[str]:
    path = folder.with_name(f"{folder.name}.zip")
    if not path.is_file():
        return [f"{path.name}: thiếu tệp nén bên cạnh thư mục."]
    if path.read_bytes() != zip_bytes(folder):
        return [f"{path.name}: nội dung khác thư mục {folder.name}."]
    return []
