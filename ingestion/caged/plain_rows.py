"""Take the rows of a plain sheet without walking through every cell.

Nearly every writer spells cells one way (`<c r="B7" s="3" t="s"><v>12</v></c>`), and then a few
pattern searches tell what the XML reader tells cell by cell, in a fifth of the time. Only what is
provably spelled so is taken: every byte between `<sheetData>` and `</sheetData>` must belong to one
such row or cell. Anything else (comments, prefixes, other quotes, errors, formulas without a result,
far or too many cells) is left whole to the XML reader, which words every refusal. The rest of the
part always goes to the XML reader, so that no damage outside the rows is missed.

Values are taken along where they can mean one thing only (`plain_values.py`); else `rows` stays
None and the general reader gives them.
"""

from __future__ import annotations

import re
from itertools import compress
from operator import lt
from typing import TYPE_CHECKING, Any

from ingestion.caged.facts import LAST_ROW
from ingestion.caged.formulas import check_formula
from ingestion.caged.plain_texts import OTHER_ENCODING
from ingestion.caged.plain_values import PlainCells
from ingestion.caged.request import Refusal

if TYPE_CHECKING:
    from ingestion.caged.facts import Extent, SheetFacts
    from ingestion.caged.plain_values import BookFacts

_TEXT = rb"[ -%'-;=?-~]+"  # printable ASCII but & < >
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,7})")?(?: t="(?:(s)|((inlineStr)|b|str)|n)")?'
    rb"(?:/>|>(?:</c>|(?(6)<is><t(?: xml:space=\"preserve\")?>|(?:<f(?: aca=\"false\")?>(" + _TEXT + rb")</f>)?<v>)"
    rb"((?(4)[0-9]+|(?(5)[^<]*|" + _TEXT + rb")))(?(6)</t></is>|</v>)</c>))"
)
_GROUPS = 9  # what stands before a cell, and the eight groups of the pattern
_MARK = b"\1"  # stands for a cell in what is left of the rows; no XML may hold it
_ROW = rb'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z][A-Za-z0-9:]*="[ !#-%\'-;=?-~]*")*)'
_ROWS = re.compile(rb"(?:" + _ROW + rb"(?:/>|>\x01*</row>))*")
_ROW_START = re.compile(_ROW)
_ATTRIBUTE = re.compile(rb' ([A-Za-z0-9:]+)="([^"]*)"')
_START = re.compile(rb"(?:<\?xml [^<>]*\?>\s*)?<worksheet[\s>]")
_OTHER_CELLS = re.compile(rb"<(?:row|c|f)[\s/>]")
_AREA = re.compile(rb'<(?:dimension|mergeCell) ref="[A-Z]{1,3}[1-9][0-9]{0,6}(?::[A-Z]{1,3}[1-9][0-9]{0,6})?"')
_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_TRUE = frozenset({b"1", b"true"})


def take_plain_rows(markup: bytes, facts: SheetFacts, book: BookFacts, extent: Extent) -> bytes:
    """Take the rows of a sheet part into `facts` if they are plain; return the markup that is left to read.

    Args:
        markup: The whole part.
        facts: Facts of the sheet; nothing is changed where the rows are not plain.
        book: What the sheets of the workbook share.
        extent: Where values stand, over all sheets of the file.

    Returns:
        The part without its rows, or the whole part where they are not plain.
    """
    rest, rows = _cut(markup)
    found = _CELL.split(rows)
    skeleton = _MARK.join(found[::_GROUPS])
    hidden = _hidden_rows(skeleton, extent.rows) if rows and _ROWS.fullmatch(skeleton) else None
    if hidden is None:
        return markup
    letters, digits, styles, strings, others, _, formulas, values = (
        found[group::_GROUPS] for group in range(1, _GROUPS)
    )
    if not (_are_known(set(styles), book.styles) and _are_harmless(set(formulas))):
        return markup
    at_rows, at_columns, *spelled = _with_value(values, digits, letters, styles, strings, others, values)
    row_of = {digit: int(digit) - 1 for digit in set(at_rows)}
    column_of = {letter: _column(letter) for letter in set(at_columns)}
    cells = PlainCells(list(map(row_of.__getitem__, at_rows)), list(map(column_of.__getitem__, at_columns)), *spelled)
    width = max(column_of.values(), default=-1) + 1
    places = [row * width + column for row, column in zip(cells.at_rows, cells.at_columns, strict=True)]
    texts = cells.own_texts()
    if texts is None or not all(map(lt, places, places[1:])):
        return markup
    if places:
        last = cells.at_rows[-1], width - 1
        if not extent.has_room(facts, *last, len(places)):
            return markup
        extent.take(facts, *last, len(places))
    facts.hidden_rows |= hidden
    facts.formats = cells.formats(book)
    facts.rows = cells.rows(places, facts.height, width, texts, book)
    return rest


def _with_value(values: list[bytes | None], *columns: list[Any]) -> list[list[Any]]:
    """Keep of each list what belongs to a cell with a value."""
    if None not in values:
        return list(columns)
    kept = [value is not None for value in values]
    return [list(compress(column, kept)) for column in columns]


def _are_known(used: set[bytes | None], styles: int) -> bool:
    return not styles or all(style is None or int(style) < styles for style in used)


def _are_harmless(formulas: set[bytes | None]) -> bool:
    try:
        for formula in formulas:
            check_formula(formula.decode("ascii") if formula else "")
    except Refusal:
        return False
    return True


def _cut(markup: bytes) -> tuple[bytes, bytes]:
    """Cut a part into its frame and what stands inside `<sheetData>`, which is empty if anything else can hold cells.

    A comment, a section of raw text or an instruction could hide the mark, a prefixed root gives all
    names another meaning, and a cell elsewhere would count on from the last row.
    """
    start, end = markup.find(_OPEN) + len(_OPEN), markup.rfind(_CLOSE)
    rest = markup[:start] + markup[end:]
    is_plain = (
        len(_OPEN) <= start <= end
        and _START.match(markup)
        and rest.count(_OPEN) == rest.count(_CLOSE) == 1
        and b"<!" not in rest
        and rest.rfind(b"<?") <= 0
        and _MARK not in markup
        and not OTHER_ENCODING.match(rest)
        and rest.count(b"<dimension") + rest.count(b"<mergeCell ") == len(_AREA.findall(rest))
        and not _OTHER_CELLS.search(rest)
    )
    return (rest, markup[start:end]) if is_plain else (markup, b"")


def _hidden_rows(skeleton: bytes, rows: int) -> set[int] | None:
    """Return the hidden ones of the first `rows` rows, counted from zero.

    None where a row names an attribute twice or stands where no sheet has one.
    """
    hidden = set()
    checked: dict[bytes, bool] = {}
    for number, attributes in _ROW_START.findall(skeleton):
        if attributes not in checked:
            named = _ATTRIBUTE.findall(attributes)
            values = dict(named)
            if len(values) != len(named) or b"r" in values:
                return None
            checked[attributes] = values.get(b"hidden") in _TRUE
        if int(number) > LAST_ROW:
            return None
        if checked[attributes] and int(number) <= rows:
            hidden.add(int(number) - 1)
    return hidden


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
