"""Plain rows taken by pattern give the facts that the XML reader gives cell by cell, or are left to it."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.cage.lane import reading_limits
from ingestion.caged import xlsx_facts
from ingestion.caged.archive import Archive
from ingestion.caged.facts import Extent, SheetFacts
from ingestion.caged.plain_rows import take_plain_rows
from ingestion.caged.plain_values import BookFacts
from ingestion.caged.request import Refusal
from ingestion.limits import limits
from tests.ingestion.test_cage_refusals import REFUSED
from tests.ingestion.test_gate import HOSTILE
from tests.ingestion.test_gate_honest import HONEST
from tests.ingestion.uploads import sheet_xml, xlsx, xlsx_of

if TYPE_CHECKING:
    from collections.abc import Callable

READING = reading_limits(limits())
FORMATS = {"1": "0.00%", "2": "0.0%"}
STYLES = 4


def facts_of(content: bytes) -> object:
    """Return the facts of every sheet but its values, or the refusal's code and facts."""
    try:
        found = xlsx_facts.read_facts(Archive(content), READING)
    except Refusal as refusal:
        return refusal.code, refusal.facts
    return {name: asdict(replace(facts, rows=None)) for name, facts in found.items()}


def is_taken(rows: str, before: str = "", after: str = "") -> bool:
    markup = sheet_xml(rows, before, after).encode()
    facts = SheetFacts("T")
    book = BookFacts(FORMATS, STYLES, None, frozenset(), frozenset())
    left = take_plain_rows(markup, facts, book, Extent(READING))
    if left == markup:
        assert asdict(facts) == asdict(SheetFacts("T"))
    return left != markup


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], object]:
    """Read facts with the XML reader alone."""

    def read(content: bytes) -> object:
        with monkeypatch.context() as patch:
            patch.setattr(xlsx_facts, "take_plain_rows", lambda markup, *_: markup)
            return facts_of(content)

    return read


PLAIN = {
    "numbers, texts and empty cells": (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"/><c r="C1" t="s"><v>0</v></c></row>'
    ),
    "formats and formulas": (
        '<row r="2" spans="1:2"><c r="A2" s="1"><v>.5</v></c><c r="B2" s="2"><f>A2*2</f><v>1</v></c></row>'
    ),
    "hidden rows": '<row r="1" ht="3" hidden="1"><c r="A1" t="n"><v>1</v></c></row><row r="4" hidden="true"/>',
    "a row that is not hidden": '<row r="1" hidden="false"><c r="A1" t="b"><v>1</v></c></row>',
    "a text of its own with letters and entities": (
        '<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve">xã &#272;&amp; </t></is></c></row>'
    ),
    "the text that a formula gave": '<row r="1"><c r="A1" t="str"><f aca="false">B1</f><v>xã &lt; </v></c></row>',
    "a formatted cell at the far corner": '<row r="1048576"><c r="XFD1048576" s="1"/></row>',
}
ODD = {
    "other quotes": "<row r='1'><c r='A1'><v>1</v></c></row>",
    "a failed formula": '<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>',
    "a formula without a result": '<row r="1"><c r="A1"><f>B1</f></c></row>',
    "a formula that fetches": '<row r="1"><c r="A1"><f>WEBSERVICE("http://a")</f><v>1</v></c></row>',
    "an attribute twice": '<row r="1" ht="1" ht="2"><c r="A1"><v>1</v></c></row>',
    "a cell outside rows": '<row r="1"></row><c r="A1"><v>1</v></c>',
    "a cell in an attribute": '<row r="1" a="<c r="A1"><v>1</v></c>"></row>',
    "a comment": '<row r="1"><!-- <c r="A1"><v>1</v></c> --></row>',
    "two texts in a cell": '<row r="1"><c r="A1" t="inlineStr"><v>1</v><is><t>a</t></is></c></row>',
    "a text of its own in a number": '<row r="1"><c r="A1"><is><t>a</t></is></c></row>',
    "a date as text": '<row r="1"><c r="A1" t="d"><v>2026-06-30</v></c></row>',
    "cells out of order": '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
    "a cell twice": '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "a style that does not exist": '<row r="1"><c r="A1" s="9"><v>1</v></c></row>',
    "a text number that is none": '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
    "a far cell": '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
    "a row that no sheet has": '<row r="1048577"/>',
    "a row without a number": '<row><c r="A1"><v>1</v></c></row>',
    "two cells that span 50 million": (
        '<row r="1"><c r="SR1"><v>1</v></c></row><row r="99999"><c r="A99999"><v>1</v></c></row>'
    ),
    "an open row": '<row r="1"><c r="A1"><v>1</v></c>',
}  # fmt: skip


@pytest.mark.parametrize("case", PLAIN)
def test_plain_rows_are_taken_at_once_with_the_facts_of_the_xml_reader(
    case: str, slowly: Callable[[bytes], object]
) -> None:
    assert is_taken(PLAIN[case])
    content = xlsx_of(PLAIN[case])
    assert facts_of(content) == slowly(content)


@pytest.mark.parametrize("case", ODD)
def test_odd_rows_are_left_to_the_xml_reader_and_its_words(case: str, slowly: Callable[[bytes], object]) -> None:
    assert not is_taken(ODD[case])
    content = xlsx_of(ODD[case])
    assert facts_of(content) == slowly(content)


@pytest.mark.parametrize(
    "frame",
    [
        {"before": '<!-- <sheetData><row r="1"/></sheetData> -->'},
        {"after": '<row r="9"><c r="A9"><v>1</v></c></row>'},
        {"after": "<sheetData/>" + '<c r="A9"><v>1</v></c>'},
        {"after": '<sheetData><row r="9"/></sheetData>'},
        {"before": "<?hidden <sheetData> ?>"},
        {"after": "<![CDATA[</sheetData>]]>"},
    ],
)
def test_a_sheet_that_can_hide_cells_elsewhere_is_left_whole(
    frame: dict[str, str], slowly: Callable[[bytes], object]
) -> None:
    rows = PLAIN["formats and formulas"]
    assert not is_taken(rows, **frame)
    assert facts_of(xlsx_of(rows, **frame)) == slowly(xlsx_of(rows, **frame))


def test_rows_in_a_comment_are_no_rows(slowly: Callable[[bytes], object]) -> None:
    markup = sheet_xml(PLAIN["hidden rows"]).replace("<sheetData>", "<!-- <sheetData>")
    content = xlsx({"xl/worksheets/sheet1.xml": markup.replace("</sheetData>", "</sheetData> -->")})
    assert facts_of(content) == slowly(content)


@pytest.mark.parametrize("broken", ["<mergeCells><mergeCell ref='A1'", "<pageMargins a='1' a='2'/>", "&nothing;"])
def test_damage_outside_plain_rows_is_refused_all_the_same(broken: str) -> None:
    refused = facts_of(xlsx_of(PLAIN["hidden rows"], after=broken))
    assert isinstance(refused, tuple)
    assert refused[0] == "FMT-02"


@pytest.mark.parametrize(
    "build",
    [build for name, build, *_ in HOSTILE.values() if name.lower().strip().endswith(".xlsx")]
    + [build for name, build in HONEST.values() if name.lower().strip().endswith(".xlsx")]
    + [build for kind, build, *_ in REFUSED.values() if kind == "xlsx"],
)
def test_every_known_workbook_gives_the_same_facts_both_ways(
    build: Callable[[], bytes], slowly: Callable[[bytes], object]
) -> None:
    content = build()
    assert facts_of(content) == slowly(content)


numbers = st.one_of(
    st.integers(1, 60).map(str), st.integers(99_990, 100_010).map(str), st.just("1048576"), st.just("01")
)
letters = st.sampled_from(["A", "B", "C", "Z", "AA", "SR", "SS", "XFD", "a", ""])
values = st.sampled_from(
    ["<v>1</v>", "<v>0.5</v>", "<v></v>", "<v/>", "<f>A1</f><v>2</v>", "<f>A1</f>", "<is><t>x</t></is>", "", "<v>x</v>"]
)
attributes = st.sampled_from(["", ' s="1"', ' s="2"', ' s="9"', ' t="s"', ' s="1" t="n"', ' s="2" t="b"', ' t="e"'])


@st.composite
def some_rows(draw: st.DrawFn) -> str:
    rows = ""
    for number in sorted(draw(st.lists(numbers, max_size=4)), key=int):
        cells = "".join(
            f'<c r="{letter}{number}"{draw(attributes)}>{draw(values)}</c>'
            for letter in sorted(draw(st.lists(letters, max_size=5)), key=lambda letter: (len(letter), letter))
        )
        hidden = draw(st.sampled_from(["", "", ' hidden="1"', ' ht="3" hidden="0"', ' a="1" a="2"']))
        rows += f'<row r="{number}"{hidden}>{cells}</row>'
    return rows


def fast_and_slow(content: bytes) -> tuple[object, object]:
    fast = facts_of(content)
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(xlsx_facts, "take_plain_rows", lambda markup, *_: markup)
        return fast, facts_of(content)


@settings(max_examples=300, deadline=None)
@given(some_rows())
def test_any_rows_give_the_same_facts_both_ways(rows: str) -> None:
    fast, slow = fast_and_slow(xlsx_of(rows))
    assert fast == slow


@settings(max_examples=200, deadline=None)
@given(position=st.integers(0, 100_000), patch=st.binary(min_size=1, max_size=6))
def test_any_damage_gives_the_same_facts_or_the_same_refusal_both_ways(position: int, patch: bytes) -> None:
    markup = bytearray(sheet_xml("".join(PLAIN.values())).encode())
    start = position % len(markup)
    markup[start : start + len(patch)] = patch
    fast, slow = fast_and_slow(xlsx({"xl/worksheets/sheet1.xml": bytes(markup)}))
    assert fast == slow


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[1] / "fixtures" / "hostile").rglob("*.xlsx")), ids=lambda path: path.name
)
def test_every_workbook_of_the_hostile_corpus_gives_the_same_facts_both_ways(
    path: Path, slowly: Callable[[bytes], object]
) -> None:
    assert facts_of(path.read_bytes()) == slowly(path.read_bytes())
