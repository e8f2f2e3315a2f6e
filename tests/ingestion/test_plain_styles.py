"""Style tables taken by pattern say what the XML reader says, or are left to it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.caged.plain_styles import plain_styles, shows
from ingestion.caged.request import Refusal
from ingestion.caged.xlsx_facts import _Styles
from tests.ingestion.uploads import MAIN, STYLES

FIXTURES = Path(__file__).parents[1] / "fixtures"
PART = "xl/styles.xml"
PLAIN = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>'
    '<cellStyleXfs count="1"><xf numFmtId="9"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="1"><alignment/></xf><xf fontId="0" numFmtId="164"/></cellXfs>'
    '<cellStyles><cellStyle name="Normal"/></cellStyles></styleSheet>'
)
ODD = {
    "a comment": PLAIN.replace("<cellXfs", '<!-- <numFmt numFmtId="164" formatCode="@"/> --><cellXfs'),
    "other quotes": PLAIN.replace('fontId="0" numFmtId="164"', "fontId='0' numFmtId='164'"),
    "an entity": PLAIN.replace("0.0%", "0&quot;%&quot;"),
    "a format spelled twice": PLAIN.replace("<numFmts", '<numFmt numFmtId="164" formatCode="@"/><numFmts'),
    "letters outside ASCII": PLAIN.replace("Normal", "Bình thường"),
    "a prefix": PLAIN.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns", "xmlns:x"),
    "a style without a number": PLAIN.replace(' numFmtId="0"', ""),
    "two tables of cells": PLAIN.replace("<cellStyles>", '<cellXfs><xf numFmtId="1"/></cellXfs><cellStyles>'),
    "an endless format": PLAIN.replace("0.0%", "0" * 300),
    "no table": f'<styleSheet xmlns="{MAIN}"/>',
}


def both_ways(markup: bytes) -> tuple[object, object]:
    """Return what is read at once, and what the XML reader alone reads."""
    told: list[object] = []
    for whole in (True, False):
        styles = _Styles()
        try:
            styles.read_whole(markup) if whole else styles.read((markup,))
            told.append(styles.facts)
        except Refusal as refusal:
            told.append((refusal.code, refusal.facts))
        except (LookupError, ValueError) as error:
            told.append(type(error))
    return told[0], told[1]


def parts() -> list[bytes]:
    """Return every different style part of both corpora."""
    found = {STYLES.encode(), PLAIN.encode()}
    for path in sorted(FIXTURES.rglob("*.xlsx")):
        try:
            found.add(zipfile.ZipFile(path).read(PART))
        except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, ValueError):
            continue
    return sorted(found)


def test_plain_tables_are_taken_at_once() -> None:
    assert plain_styles(PLAIN.encode()) == ({"164": "0.0%"}, ["0", "164"])


@pytest.mark.parametrize("case", ODD)
def test_odd_tables_are_left_to_the_xml_reader(case: str) -> None:
    assert plain_styles(ODD[case].encode()) is None
    at_once, slowly = both_ways(ODD[case].encode())
    assert at_once == slowly


def test_every_style_part_of_the_corpora_says_the_same_both_ways() -> None:
    differing = [part[:200] for part in parts() for at_once, slowly in [both_ways(part)] if at_once != slowly]
    assert len(parts()) > 20
    assert not differing


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, 10_000), patch=st.binary(min_size=1, max_size=8))
def test_any_damage_says_the_same_or_is_refused_alike(position: int, patch: bytes) -> None:
    markup = bytearray(PLAIN.encode())
    start = position % len(markup)
    markup[start : start + len(patch)] = patch
    at_once, slowly = both_ways(bytes(markup))
    assert at_once == slowly


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", "number"), ("0.00%", "number"), ('#,##0 "đồng/tháng"', "number"), ("[Red]0.0;[Blue]-0.0", "number"),
        ("dd/mm/yyyy", "date"), ("d\\-m\\-yy;@", "date"), ("[$-42A]dd mmmm yyyy", "date"),
        ("[h]:mm", None), ("h:mm AM/PM", None), ("0 dm", None), ('0"m', None),
    ],
)  # fmt: skip
def test_a_format_shows_a_date_only_where_nobody_can_doubt_it(code: str, shown: str | None) -> None:
    assert shows(code) == shown
