"""What styles say of numbers: their formats, taken without walking through fonts and borders, and what those show."""

from __future__ import annotations

import re

GENERAL = "General"
LONGEST_FORMAT = 255  # what Excel allows; longer ones only cost time wherever they are looked at
_START = re.compile(rb"(?:<\?xml [^<>]*\?>\s*)?<styleSheet[\s>]")
_OPEN, _CLOSE = b"<cellXfs", b"</cellXfs>"
_CELL = re.compile(rb'<xf(?: [A-Za-z]+="[^"<>]*")*? numFmtId="([0-9]{1,5})"(?=[ />])')
_FORMAT = re.compile(rb'<numFmt(?: formatCode="([^"<>&]*)"| numFmtId="([0-9]{1,5})"){2} ?/>')

# What of a number format is no letter of it: a quoted text, an escaped or filling sign, a colour, a currency or locale.
_DECORATION = re.compile(r'"[^"\\_*]*"|[\\_*].|\[(?:\$[^\]";]*|[A-Z][a-z]+[0-9]{0,2})\]')
_DATE = re.compile(r"[dmyhs]{1,5}(?:[-/., :]{1,3}[dmyhs]{1,5})*", re.IGNORECASE)
_LETTER = re.compile(r'[A-DF-Za-df-z\[\]"]')


def plain_styles(markup: bytes) -> tuple[dict[str, str], list[str]] | None:
    """Return number formats by their number, and the number of each cell style, from a well-formed style part.

    None where they are spelled in any unusual way (prefixes, comments, entities, another encoding, a second
    table), which the XML reader can tell.
    """
    start, end = markup.find(_OPEN), markup.find(_CLOSE)
    table = markup[start:end]
    cells = _CELL.findall(table)
    formats = _FORMAT.findall(markup)
    is_plain = (
        0 <= start < end
        and _START.match(markup)
        and markup.isascii()
        and b"<!" not in markup
        and b"'" not in table
        and markup.count(_OPEN) == markup.count(_CLOSE) == 1
        and table.count(b"<xf") == len(cells)
        and markup.count(b"<numFmt ") == len(formats) == len({number for _, number in formats})
        and all(len(code) <= LONGEST_FORMAT for code, _ in formats)
    )
    if not is_plain:
        return None
    return {number.decode(): code.decode() for code, number in formats}, [number.decode() for number in cells]


def shows(code: str) -> str | None:
    """Tell whether a number format shows a 'date' or a 'number'; None where programs may differ."""
    first = _DECORATION.sub("", code).partition(";")[0].strip()
    if first == GENERAL or not _LETTER.search(first):
        return "number"
    return "date" if _DATE.fullmatch(first) else None
