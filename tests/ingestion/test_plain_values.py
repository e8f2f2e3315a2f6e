"""Values taken with plain rows are those of the general reader, or are left to it."""

from __future__ import annotations

import string
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ingestion.cage.lane import reading_limits
from ingestion.caged import workbook, xlsx_facts
from ingestion.caged.plain_rows import take_plain_rows
from ingestion.caged.request import Refusal
from ingestion.limits import limits
from tests.ingestion.test_gate_honest import HONEST
from tests.ingestion.uploads import MAIN, XML, sheet_xml, workbook_relations, workbook_xml, xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.caged.facts import Extent, SheetFacts
    from ingestion.caged.plain_values import BookFacts

READING = reading_limits(limits())
HONEST_FILES = sorted((Path(__file__).parents[1] / "fixtures" / "honest").rglob("*.xlsx"))
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BAD_MERGE = '<mergeCells><mergeCell ref="?"/></mergeCells>'


class Read(NamedTuple):
    """What both ways gave (sheets, or the code and facts of a refusal), and whether the general reader was asked."""

    directly: object
    generally: object
    asked_general: bool


def both_ways(content: bytes) -> Read:
    asked = []

    class Spy:
        @staticmethod
        def from_filelike(handle: object) -> CalamineWorkbook:
            asked.append(True)
            return CalamineWorkbook.from_filelike(handle)

    def without_values(markup: bytes, facts: SheetFacts, book: BookFacts, extent: Extent) -> bytes:
        left = take_plain_rows(markup, facts, book, extent)
        facts.rows = None
        return left

    with pytest.MonkeyPatch().context() as patch:
        patch.setattr(workbook, "CalamineWorkbook", Spy)
        directly, asked_general = sheets_of(content), bool(asked)
        patch.setattr(xlsx_facts, "take_plain_rows", without_values)
        return Read(directly, sheets_of(content), asked_general)


def sheets_of(content: bytes) -> object:
    try:
        sheets: list[dict[str, Any]] = list(workbook.read_workbook(content, "xlsx", READING))
    except Refusal as refusal:
        return refusal.code, refusal.facts
    return [sheet | {"rows": list(map(tuple, sheet["rows"]))} for sheet in sheets]


def book_of(cells: str, changes: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a workbook with one row of cells."""
    sheet: dict[str, str | bytes] = {SHEET: sheet_xml(f'<row r="1">{cells}</row>')}
    return xlsx(sheet | dict(changes or {}))


def strings_of(items: str) -> dict[str, str | bytes]:
    return {STRINGS: f'{XML}<sst xmlns="{MAIN}">{items}</sst>'}


def styles_of(code: str, number: str = "164") -> dict[str, str | bytes]:
    spelled = escape(code, {'"': "&quot;"})
    formats = f'<numFmts count="1"><numFmt numFmtId="{number}" formatCode="{spelled}"/></numFmts>'
    return {
        STYLES: f'{XML}<styleSheet xmlns="{MAIN}">{formats}<cellXfs count="2"><xf numFmtId="0"/>'
        f'<xf numFmtId="{number}"/></cellXfs></styleSheet>'
    }


CERTAIN: dict[str, tuple[str, dict[str, str | bytes], object]] = {
    "a whole number": ('<c r="A1"><v>12</v></c>', {}, 12),
    "a fraction": ('<c r="A1"><v>92.5</v></c>', {}, 92.5),
    "a power": ('<c r="A1"><v>1.5E-3</v></c>', {}, 0.0015),
    "a number beyond exact integers": ('<c r="A1"><v>9007199254740993</v></c>', {}, 9007199254740992.0),
    "minus nothing": ('<c r="A1"><v>-0</v></c>', {}, 0),
    "a boolean": ('<c r="A1" t="b"><v>0</v></c>', {}, False),
    "a shared text": ('<c r="A1" t="s"><v>0</v></c>', {}, "xã"),
    "a shared text with kept blanks": (
        '<c r="A1" t="s"><v>0</v></c>', strings_of('<si><t xml:space="preserve"> xã </t></si>'), " xã ",
    ),
    "a shared text with entities": ('<c r="A1" t="s"><v>0</v></c>', strings_of("<si><t>a&amp;&#7855;</t></si>"), "a&ắ"),
    "a text of its own": ('<c r="A1" t="inlineStr"><is><t>b&#225;o</t></is></c>', {}, "báo"),
    "the text that a formula gave": ('<c r="A1" t="str"><f>B1</f><v>xã</v></c>', {}, "xã"),
    "the empty text that a formula gave": ('<c r="A1" t="str"><f>B1</f><v></v></c>', {}, None),
    "a day by a format of the program's own": ('<c r="A1" s="3"><v>46203</v></c>', {}, "2026-06-30"),
    "a day by a Vietnamese format": ('<c r="A1" s="1"><v>46203</v></c>', styles_of("dd/mm/yyyy;@"), "2026-06-30"),
    "the first day that all programs agree on": ('<c r="A1" s="1"><v>61</v></c>', styles_of("d.m.yy"), "1900-03-01"),
    "an amount with its currency": ('<c r="A1" s="1"><v>5</v></c>', styles_of('#,##0 "dm"'), 5),
}  # fmt: skip
DOUBTFUL: dict[str, tuple[str, dict[str, str | bytes]]] = {
    "a time of day": ('<c r="A1" s="1"><v>0.5</v></c>', styles_of("hh:mm")),
    "a day with its time": ('<c r="A1" s="3"><v>46203.25</v></c>', {}),
    "a day before March 1900": ('<c r="A1" s="3"><v>60</v></c>', {}),
    "a duration": ('<c r="A1" s="1"><v>2</v></c>', styles_of("[h]:mm")),
    "a format of which programs may differ": ('<c r="A1" s="1"><v>2</v></c>', styles_of("0 dm")),
    "a builtin number given another meaning": ('<c r="A1" s="1"><v>2</v></c>', styles_of('0"a', "14")),
    "a blank in a number": ('<c r="A1"><v> 1</v></c>', {}),
    "an infinite number": ('<c r="A1"><v>inf</v></c>', {}),
    "a grouped number": ('<c r="A1"><v>1_000</v></c>', {}),
    "a shared text that is not there": ('<c r="A1" t="s"><v>7</v></c>', {}),
    "a shared text with blanks to be cut": ('<c r="A1" t="s"><v>0</v></c>', strings_of("<si><t> xã</t></si>")),
    "a formatted shared text": (
        '<c r="A1" t="s"><v>0</v></c>', strings_of("<si><r><t>x</t></r><r><t>ã</t></r></si>"),
    ),
    "an escaped control character": ('<c r="A1" t="s"><v>0</v></c>', strings_of("<si><t>a_x000D_b</t></si>")),
    "a text of its own with blanks": ('<c r="A1" t="inlineStr"><is><t> a</t></is></c>', {}),
    "a boolean that is none": ('<c r="A1" t="b"><v>2</v></c>', {}),
    "an unknown entity": ('<c r="A1" t="inlineStr"><is><t>&no;</t></is></c>', {}),
    "days counted from 1904": (
        '<c r="A1" s="3"><v>44680</v></c>',
        {"xl/workbook.xml": workbook_xml(["a"]).replace("<sheets>", '<workbookPr date1904="true"/><sheets>')},
    ),
    "shared texts elsewhere": (
        '<c r="A1" t="s"><v>0</v></c>',
        {
            "xl/_rels/workbook.xml.rels": workbook_relations(1).replace("sharedStrings.xml", "texts.xml"),
            "xl/texts.xml": f'{XML}<sst xmlns="{MAIN}"><si><t>khác</t></si></sst>',
        },
    ),
    "styles that are none": ('<c r="A1"><v>1</v></c>', {STYLES: f'{XML}<theme xmlns="{MAIN}"/>'}),
    "another encoding": (
        '<c r="A1" t="s"><v>0</v></c>',
        {STRINGS: XML.replace("UTF-8", "ISO-8859-1") + f'<sst xmlns="{MAIN}"><si><t>abc</t></si></sst>'},
    ),
    "a merged area that is none": (
        '<c r="A1"><v>1</v></c>', {SHEET: sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>', after=BAD_MERGE)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CERTAIN)
def test_what_can_mean_one_thing_only_is_taken_with_the_rows(case: str) -> None:
    cells, changes, value = CERTAIN[case]
    read = both_ways(book_of(cells, changes))
    assert not read.asked_general
    assert read.directly == read.generally
    assert isinstance(read.directly, list)
    found = read.directly[0]["rows"][0][0]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("case", DOUBTFUL)
def test_what_may_mean_something_else_is_left_to_the_general_reader(case: str) -> None:
    read = both_ways(book_of(*DOUBTFUL[case]))
    assert read.asked_general or isinstance(read.directly, tuple)
    assert read.directly == read.generally


@pytest.mark.parametrize("path", HONEST_FILES, ids=lambda path: path.name)
def test_every_honest_file_gives_the_same_values_both_ways(path: Path) -> None:
    read = both_ways(path.read_bytes())
    assert read.directly == read.generally


@pytest.mark.parametrize("name", [name for name in HONEST if HONEST[name][0].lower().strip().endswith(".xlsx")])
def test_every_honest_build_gives_the_same_values_both_ways(name: str) -> None:
    read = both_ways(HONEST[name][1]())
    assert read.directly == read.generally


def test_nearly_every_honest_file_is_read_without_the_general_reader() -> None:
    """A change that quietly sends all files the slow way would cost what the benchmark promises."""
    asked = sum(both_ways(path.read_bytes()).asked_general for path in HONEST_FILES[::5])
    assert asked <= len(HONEST_FILES[::5]) // 4


number_texts = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.text("0123456789.eE+-_ ,", min_size=1, max_size=12),
    st.sampled_from(["inf", "nan", "1e999", "-1e-999", "0x10", "1.", ".5", "+5", "00012", "١٢"]),
)
plain_or_odd = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20) | st.text(
    "xã _00DHAđ&<>\"'\t\n", max_size=20
)


@settings(max_examples=300, deadline=None)
@given(number_texts)
def test_any_number_is_the_same_both_ways(text: str) -> None:
    read = both_ways(book_of(f'<c r="A1"><v>{escape(text)}</v></c>'))
    assert repr(read.directly) == repr(read.generally)  # "nan" is unequal to itself


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(plain_or_odd, st.booleans()), min_size=1, max_size=5))
def test_any_shared_texts_are_the_same_both_ways(texts: list[tuple[str, bool]]) -> None:
    kept_blanks = {True: ' xml:space="preserve"', False: ""}
    items = "".join(f"<si><t{kept_blanks[is_kept]}>{escape(text)}</t></si>" for text, is_kept in texts)
    cells = "".join(f'<c r="{string.ascii_uppercase[place]}1" t="s"><v>{place}</v></c>' for place in range(len(texts)))
    read = both_ways(book_of(cells, strings_of(items)))
    assert read.directly == read.generally


@settings(max_examples=200, deadline=None)
@given(st.lists(plain_or_odd, min_size=1, max_size=4))
def test_any_texts_of_cells_are_the_same_both_ways(texts: list[str]) -> None:
    cells = "".join(
        f'<c r="{string.ascii_uppercase[place]}1" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for place, text in enumerate(texts)
    )
    read = both_ways(book_of(cells))
    assert read.directly == read.generally


@settings(max_examples=400, deadline=None)
@given(
    code=st.text('dmyhsDMYHSaApP0#?,.;:@/-\\_*"[]$% EeGnrlđ', min_size=1, max_size=10)
    | st.sampled_from(["General", "dd/mm/yyyy", "[$-42A]dd mmmm yyyy;@", "[Red]0.0", "0.00E+00", "# ?/?", "mm:ss"]),
    number=st.sampled_from(["164", "14", "1", "9"]),
    value=st.sampled_from(["46203", "46203.5", "1", "0", "0.25", "-3", "3000000"]),
)
def test_any_number_format_shows_the_same_both_ways(code: str, number: str, value: str) -> None:
    read = both_ways(book_of(f'<c r="A1" s="1"><v>{value}</v></c>', styles_of(code, number)))
    assert read.directly == read.generally
