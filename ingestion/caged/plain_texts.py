"""Texts of a workbook's markup, the table of shared strings among them, where all readers give the same.

Blanks at the edge of a text, which some readers cut, and control characters that writers spell
`_x000D_` are left to the general reader.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.caged.request import Refusal
from ingestion.caged.xml_facts import PartReader

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANKS = " \t\r\n"
_ESCAPE = "_x00"
# The table of shared strings as nearly every writer spells it (ECMA-376 part 1, 18.4.9), no formatted text.
_STRING = re.compile(rb'<si><t( xml:space="preserve")?>([^<]*)</t></si>')
_TABLE_START = re.compile(rb"(?:<\?xml [^<>]*\?>\s*)?<sst(?: [^<>]*[^<>/])?>")
_TABLE_END = re.compile(rb"</sst>\s*")
_EMPTY_TABLE = re.compile(_TABLE_START.pattern + _TABLE_END.pattern)
_UNUSUAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what XML forbids, or changes
_BETWEEN = "\ue000".encode()  # of no alphabet; a text that holds it is not plain
OTHER_ENCODING = re.compile(rb"<\?xml[^<>]*encoding=(?![\"']utf-8[\"'])", re.IGNORECASE)


def shared_strings(markup: bytes) -> list[str] | None:
    """Return the shared strings by their index, or None where the table holds more than plain texts."""
    found = _STRING.split(markup)
    head, tail = found[0], found[-1]
    if OTHER_ENCODING.match(markup) or any(found[3:-1:3]):
        return None
    if len(found) == 1:
        return [] if _EMPTY_TABLE.fullmatch(markup) else None
    if not (_TABLE_START.fullmatch(head) and _TABLE_END.fullmatch(tail)):
        return None
    texts = resolved(found[2::3])
    if texts is None or not all(
        _ESCAPE not in text if is_kept else has_one_reading(text)
        for text, is_kept in zip(texts, found[1::3], strict=True)
    ):
        return None
    return texts


def has_one_reading(text: str) -> bool:
    """Tell whether all readers give a text alike, whatever its element says of blanks."""
    return _ESCAPE not in text and text == text.strip(_BLANKS)


def resolved(texts: Sequence[bytes]) -> list[str] | None:
    """Return texts of markup as an XML reader gives them, or None where it may refuse one."""
    joined = _BETWEEN.join(texts)
    try:
        whole = _read_as_xml(joined) if b"&" in joined or b"]]>" in joined else joined.decode()
        if _UNUSUAL.search(whole):
            whole = _read_as_xml(joined)
    except (Refusal, UnicodeDecodeError):
        return None
    found = whole.split(_BETWEEN.decode()) if texts else []
    return found if len(found) == len(texts) else None


def _read_as_xml(text: bytes) -> str:
    reader = PartReader()
    reader.read((b"<t>" + text + b"</t>",))
    return "".join(reader.text)
