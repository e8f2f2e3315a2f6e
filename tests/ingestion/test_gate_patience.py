"""Crafted text cannot make the gate slow: every search stays linear, and the whole has a deadline.

Times are processor times of the test's own thread, so that a busy machine changes nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ingestion.findings import FindingRefused
from ingestion.gate.markup import MarkupTotals, search_part
from ingestion.normalise.encodings import TextRefused, detect_encoding
from ingestion.normalise.text import examine, fold, lookalike_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 16
PIECES = 32
SECONDS = 5.0

CRAFTED = {
    "far addresses without an end": b' r="AAA1"' * 7000,
    "decoy counts": b' count="12345678"' * 3500,
    "decoy unique counts": b' uniqueCount="1"' * 4000,
    "tags without a name": b"<" * 60_000 + b"applet",
    "long prefixes": (b"<" + b"a" * 63) * 900 + b"plugin oleObject",
    "comments": b"<!--" * 15_000,
    "relationships": b"<Relationship Type=" * 3000,
    "relationships without an end": b"<Relationship " + b"a='b' " * 10_000,
    "a prefix without an end": b"<" + b"a" * 60_000 + b" applet script",
    "references": b"<draw:image href=" * 3000,
}


def pieces(crafted: bytes) -> Iterator[bytes]:
    for _ in range(PIECES):
        yield crafted + b"<a>"


@pytest.mark.parametrize("case", CRAFTED)
def test_a_crafted_part_is_searched_in_time(case: str) -> None:
    started = time.thread_time()
    try:
        search_part("xl/worksheets/_rels/sheet1.xml.rels", pieces(CRAFTED[case]), MarkupTotals())
    except FindingRefused as refused:
        code = refused.finding.code
    else:
        code = "passed"
    assert time.thread_time() - started < SECONDS
    assert code in {"passed", "SEC-17", "FMT-13"}


def test_a_search_past_its_deadline_is_refused_as_sec_20() -> None:
    with pytest.raises(FindingRefused) as refused:
        search_part("a.xml", pieces(b"<b/>" * PIECE), MarkupTotals(deadline=time.thread_time() - 1))
    assert refused.value.finding.code == "SEC-20"


@pytest.mark.parametrize("line", [b"a\tb\n", b"\xe9" * 30 + b"\n", b"\xdf\xb7\xa9\n", b"X\xb7 H\xdf a\n", b"\n"])
def test_a_long_text_file_is_judged_in_time(line: bytes) -> None:
    started = time.thread_time()
    content = line * (4_000_000 // len(line))
    try:
        outcome: str = detect_encoding(lambda: (content,), 1 << 20)
    except TextRefused as refused:
        outcome = refused.trouble
    assert time.thread_time() - started < SECONDS
    assert outcome in {"utf-8-sig", "cp1258", "undecodable", "legacy"}


@pytest.mark.parametrize("text", ["a" * 32_768, "é" * 32_768, "aé" * 16_384, " " * 32_768, "а" * 32_768, "oà" * 16_384])
def test_a_cell_as_long_as_allowed_is_examined_in_time(text: str) -> None:
    started = time.thread_time()
    examine(text)
    fold(text)
    assert len(lookalike_letters(text)) <= 1
    assert time.thread_time() - started < 1.0
