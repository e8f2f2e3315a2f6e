"""The limits of intake as numbers and as people read them; each is printed in the refusal of what goes past it."""

from __future__ import annotations

import signal
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import msgpack
import pytest

from ingestion.cage import Cage, CageRefused, read_sheets
from ingestion.cage.outcomes import Outcome, content_of, judge
from ingestion.caged.request import FRAME_LENGTH
from ingestion.gate import inspect
from ingestion.limits import limit_text, limit_texts, limits
from tests.fixtures.make_hostile import MAKERS
from tests.fixtures.make_hostile.base import SHEET, directory_place, form, local_place, patched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingestion.findings import Finding

PAST = {
    "compression_ratio": "containers/bomb-ratio.xlsx",
    "zip_entries": "counts/entries-300.xlsx",
    "sheets": "counts/sheets-101.xlsx",
    "rows": "texts/rows-100001.csv",
    "columns": "texts/columns-1000.csv",
    "cells": "counts/grid-of-50-million.xlsx",
    "cell_characters": "counts/text-of-33000-letters.xlsx",
    "text_characters": "counts/text-shared-by-1900-cells.xlsx",
    "line_characters": "texts/line-of-2-megabytes.csv",
    "styles": "counts/styles-70000.xlsx",
    "merged_ranges": "counts/merges-21000.xlsx",
    "defined_names": "counts/names-11000.xlsx",
}
"""A hostile file for each limit that one can go past."""


def _declared(size: int) -> bytes:
    """Return the form with one part that says it is so large."""
    content = patched(form(), local_place(form(), SHEET) + 22, "L", size)
    return patched(content, directory_place(content, SHEET) + 24, "L", size)


def _refused(folder: Path, name: str, content: bytes) -> Finding:
    path = folder / "upload"
    path.write_bytes(content)
    verdict = inspect(path, name)
    if verdict.findings:
        return verdict.findings[0]
    with pytest.raises(CageRefused) as refused:
        read_sheets(path, verdict.kind or "")
    return refused.value.finding


def _over_memory() -> bytes:
    refusal = msgpack.packb({"refused": "SEC-20", "facts": {"what": "bộ nhớ", "limit": "memory_bytes"}})
    return FRAME_LENGTH.pack(len(refusal)) + refusal


def _impatient(folder: Path) -> object:
    (folder / "a.csv").write_bytes(b"a;b\n")
    with Cage(limits_in_force=replace(limits(), waiting_seconds=0)) as cage:
        return cage.read(folder / "a.csv", "csv")


ENDS: dict[str, Callable[[Path], object]] = {
    "reading_seconds": lambda _: judge(Outcome(None, -signal.SIGXCPU)),
    "waiting_seconds": _impatient,
    "memory_bytes": lambda _: judge(Outcome(content_of(_over_memory()), 0)),
}
"""How a reading ends that goes past a limit of the machine."""


def test_the_promised_limits_are_in_force() -> None:
    in_force = limits()
    assert in_force.file_bytes == 25 << 20
    assert in_force.unpacked_bytes == 200 << 20
    assert (in_force.compression_ratio, in_force.sheets, in_force.zip_entries) == (100, 100, 200)
    assert (in_force.rows, in_force.columns, in_force.cells) == (100_000, 512, 2_000_000)
    assert (in_force.cell_characters, in_force.reading_seconds, in_force.memory_bytes) == (32 << 10, 5, 512 << 20)


def test_every_limit_is_told_to_people() -> None:
    assert len(limit_texts()) == len(fields(limits()))
    assert limit_text("file_bytes") == "25 MB mỗi tệp"
    assert limit_text("rows") in limit_texts()


def test_every_limit_has_a_refusal_that_is_tested_here() -> None:
    assert {field.name for field in fields(limits())} == {"file_bytes", "unpacked_bytes", *PAST, *ENDS}


@pytest.mark.parametrize("limit", PAST)
def test_a_file_past_a_limit_is_told_the_limit(tmp_path: Path, limit: str) -> None:
    found = _refused(tmp_path, PAST[limit], MAKERS[PAST[limit]]())
    assert found.expected == limit_text(limit)
    assert limit_text(limit) in found.message


def test_a_file_that_is_too_large_is_told_the_limit(tmp_path: Path) -> None:
    found = _refused(tmp_path, "a.csv", b"a;b\n" * (limits().file_bytes // 4 + 1))
    assert (found.code, found.expected) == ("ARR-04", limit_text("file_bytes"))


def test_a_file_that_unpacks_to_too_much_is_told_the_limit(tmp_path: Path) -> None:
    found = _refused(tmp_path, "a.xlsx", _declared(limits().unpacked_bytes))
    assert (found.code, found.expected) == ("SEC-10", limit_text("unpacked_bytes"))


@pytest.mark.parametrize("limit", ENDS)
def test_a_reading_past_a_limit_of_the_machine_is_told_the_limit(limit: str, tmp_path: Path) -> None:
    with pytest.raises(CageRefused) as refused:
        ENDS[limit](tmp_path)
    assert (refused.value.finding.code, refused.value.finding.expected) == ("SEC-20", limit_text(limit))
