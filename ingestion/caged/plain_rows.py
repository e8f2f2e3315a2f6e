"""Take the rows of a plain sheet without walking through every cell.

Nearly every writer spells cells one way (`<c r="B7" s="3" t="s"><v>12</v></c>`), and then a few
pattern searches tell what the XML reader tells cell by cell, in a fifth of the time. Only what is
provably spelled so is taken: every byte between `<sheetData>` and `</sheetData>` must belong to one
such row or cell. Anything else (comments, prefixes, entities, other quotes, errors, formulas without
a result, far or too many cells) is left whole to the XML reader, which words every refusal. The rest of the
part always goes to the XML reader, so that no damage outside the rows is missed.
"""

from __future__ import annotations

import re
from itertools import compress
from typing import TYPE_CHECKING

from ingestion.caged.facts import LAST_ROW
from ingestion.caged.formulas import check_formula
from ingestion.caged.request import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.caged.facts import Extent, SheetFacts

_TEXT = rb"[ -%'-;=?-~]+"  # printable ASCII but & < >
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,7})")?(?: t="(?:(s)|(b|str|d)|n)")?'
    rb"(?:/>|>(?:</c>|(?:<f>(" + _TEXT + rb")</f>)?(<v>)(?(4)[0-9]+|" + _TEXT + rb")</v></c>))"
)
_GROUPS = 8  # what stands before a cell, and the seven groups of the pattern
_WIDEST = 1 << 16  # wider than any sheet: tells rows apart when a cell's place is written as one number
_MARK = b"\1"  # stands for a cell in what is left of the rows; no XML may hold it
_ROW = rb'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z][A-Za-z0-9:]*="[ !#-%\'-;=?-~]*")*)'
_ROWS = re.compile(rb"(?:" + _ROW + rb"(?:/>|>\x01*</row>))*")
_ROW_START = re.compile(_ROW)
_ATTRIBUTE = re.compile(rb' ([A-Za-z0-9:]+)="([^"]*)"')
_START = re.compile(rb"(?:<\?xml [^<>]*\?>\s*)?<worksheet[\s>]")
_OTHER_CELLS = re.compile(rb"<(?:row|c|f)[\s/>]")
_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_TRUE = frozenset({b"1", b"true"})


def take_plain_rows(markup: bytes, facts: SheetFacts, formats: Mapping[str, str], styles: int, extent: Extent) -> bytes:
    """Take the rows of a sheet part into `facts` if they are plain; return the markup that is left to read.

    Args:
        markup: The whole part.
        facts: Facts of the sheet; nothing is changed where the rows are not plain.
        formats: Number formats other than General by the index of the cell style.
        styles: How many cell styles the workbook has, 0 where it has no table of them.
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
    letters, digits, style_of, strings, others, formulas, marks = (found[group::_GROUPS] for group in range(1, _GROUPS))
    row_of = {digit: int(digit) - 1 for digit in set(digits)}
    column_of = {letter: _column(letter) for letter in set(letters)}
    places = [
        row_of[digit] * _WIDEST + column_of[letter]
        for letter, digit, mark in zip(letters, digits, marks, strict=True)
        if mark
    ]
    if not (_are_in_order(places) and _are_known(set(style_of), styles) and _are_harmless(set(formulas))):
        return markup
    if places:
        last = places[-1] // _WIDEST, max(map(column_of.__getitem__, set(compress(letters, marks))))
        if not extent.has_room(facts, *last, len(places)):
            return markup
        extent.take(facts, *last, len(places))
    facts.hidden_rows |= hidden
    code_of = {style.encode(): code for style, code in formats.items()}
    if code_of.keys() & set(style_of):
        for letter, digit, style, string, other, mark in zip(
            letters, digits, style_of, strings, others, marks, strict=True
        ):
            if mark and style in code_of and string is other is None:
                facts.formats.setdefault(code_of[style], []).extend((row_of[digit], column_of[letter]))
    return rest


def _are_in_order(places: list[int]) -> bool:
    return places == sorted(set(places))


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
