"""Search a stream of XML for what a reader must never meet, without parsing it.

Bytes are decoded before searching (UTF-16 hides `<!DOCTYPE` from a byte search, reliability F20)
and searched at tag boundaries. Only what can be told from single tags is judged here; what needs
positions and repeats is judged again, exactly, inside the cage.
"""

from __future__ import annotations

import codecs
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from ingestion.findings import FindingRefused, finding
from ingestion.gate.links import check_content_types, check_drawn, check_relationships
from ingestion.limits import limit_text, limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingestion.limits import Limits

BYTES_PER_CHARACTER = 8  # a Vietnamese letter written as a numeric entity
LOOKAHEAD_TAGS = 3
WORTH_SEARCHING = 1 << 16  # most parts are searched once, at their end
HARMLESS_STRINGS = 65_536  # some writers count a little wrong; an allocation of this size hurts nobody
LONGEST_COUNT = 20
DECOYS_FOLLOWED = 100  # counts written in cell texts; what hides behind more of them dies in the cage
SHOWN_TAG = 80
CONTENT_TYPES = "[content_types].xml"
OFTEN_THE_SAME, REMEMBERED = 1 << 16, 128
"""Parts of at most so many bytes are often the same in many workbooks; so many searches are remembered."""

_PREFIX = rb"<(?:[^\s<>/:=\"']++:)?"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)[^<>]{0,60}", re.IGNORECASE)
_UNIQUE = re.compile(rb"uniqueCount\s*=\s*[\"']\s*([0-9]+)")
# Starts with what stands rarely in a text, so that the search is a fast one.
_HUGE_COUNT = re.compile(rb"ount(?:(?<=\suniqueCount)|(?<=\scount))\s*=\s*[\"']\s*([0-9]{8,}|[^\"'<>]{0,20}&#)")
_ACTIVE_NAMES = (
    b"ddeLink", b"oleLink", b"oleObject", b"dde-source", b"table-source", b"event-listener", b"object-ole", b"applet",
    b"plugin", b"floating-frame", b"cell-range-source", b"script",
)  # fmt: skip
_ACTIVE = re.compile(_PREFIX + rb"(" + b"|".join(_ACTIVE_NAMES) + rb")(?=[\s/>])")
_LOCKED = re.compile(_PREFIX + rb"encryption-data(?=[\s/>])")
# What is counted: the tag, its limit, and what people call it.
_LIMITED = {
    "sheet": ("sheets", "trang tính"),
    "definedName": ("defined_names", "tên vùng"),
    "xf": ("styles", "kiểu định dạng"),
    "mergeCell": ("merged_ranges", "vùng gộp ô"),
}
_COUNTED = tuple(
    (tag, mark + tag.encode(), re.compile(before + tag.encode() + rb"(?=[\s/>])"))
    for tag in (*_LIMITED, "si")
    for mark, before in ((b"<", rb"<"), (b":", rb"<[^\s<>/:]++:"))
)
# Beyond column SR (512) or row 100,000, with a value inside; an empty formatted cell harms nobody.
_FAR_CELL = re.compile(
    rb" r=\"((?:[A-Z]{3}|S[S-Z]|[T-Z][A-Z])[0-9]{1,7}"
    rb"|[A-Z]{1,3}(?:[2-9][0-9]{5}|1(?!00000\")[0-9]{5}|[1-9][0-9]{6,}))\"[^<>/]{0,80}>\s{0,20}"
    + _PREFIX
    + rb"(?:v|is|f)\b"
)
_BYTE_ENCODINGS = frozenset({"utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_EBCDIC = b"\x4c\x6f\xa7\x94"


@dataclass
class MarkupTotals:
    """Counts over all parts of one file, whatever they are called, and the processor time its search may take."""

    deadline: float = field(default_factory=lambda: time.thread_time() + limits().reading_seconds)
    tags: Counter[str] = field(default_factory=Counter)
    unique_strings: int = 0

    def add(self, part: MarkupTotals) -> None:
        """Add the counts of one part; raises FindingRefused SEC-16 where that makes too many of something."""
        self.unique_strings += part.unique_strings
        for tag, count in part.tags.items():
            self.tags[tag] += count
            _check_count(tag, self.tags[tag])


def looks_like_markup(head: bytes) -> bool:
    """Tell whether bytes start as XML in any encoding: such a part is searched whatever it is called."""
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return bare.startswith((b"<", b"\0<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0\0", _EBCDIC))


def search_part(name: str, pieces: Iterable[bytes], totals: MarkupTotals) -> None:
    """Search one XML part to its end; adds its counts to `totals`.

    Raises:
        FindingRefused: SEC-13 declarations or hidden encodings, SEC-14 absurd counts, SEC-16 too many
            of something, SEC-17 active content or external links, FMT-10 a far cell, FMT-11 an
            encrypted document, FMT-13 an endless text, FMT-02 bytes that are no text, SEC-20 a file
            whose search takes too long.
    """
    longest = limits().cell_characters * BYTES_PER_CHARACTER
    buffer = b""
    for piece in _as_utf8(name, pieces):
        buffer += piece
        if len(buffer) < WORTH_SEARCHING:
            continue
        if time.thread_time() > totals.deadline:
            raise _refused("SEC-20", "", limit_text("reading_seconds"), what="thời gian")
        cut = _cut(buffer)
        if len(buffer) - cut > longest and buffer.rfind(b"<") <= len(buffer) - longest:
            raise _refused("FMT-13", f"phần {name}", limit_text("cell_characters"))
        _search(name, buffer, cut, totals)
        buffer = buffer[cut:]
    _search(name, buffer, len(buffer), totals)


@lru_cache(maxsize=REMEMBERED)
def search_again(name: str, content: bytes, _limits_in_force: Limits) -> MarkupTotals:
    """Search one whole part, or remember what the search of these very bytes gave; raises as `search_part`.

    Programs write themes, styles and relationships alike into every workbook.
    """
    totals = MarkupTotals()
    search_part(name, (content,), totals)
    return totals


def check_totals(totals: MarkupTotals) -> None:
    """Judge what only the whole file shows: a shared string count that its strings do not bear out."""
    real = totals.tags["si"]
    if totals.unique_strings > max(real, HARMLESS_STRINGS):
        raise _refused("SEC-14", f"uniqueCount={totals.unique_strings}", str(real))


def _cut(buffer: bytes) -> int:
    """Return the start of the third last tag: what stands before it has all the context it needs."""
    cut = len(buffer)
    for _ in range(LOOKAHEAD_TAGS):
        cut = buffer.rfind(b"<", 0, cut)
        if cut < 0:
            return 0
    return cut


def _search(name: str, buffer: bytes, cut: int, totals: MarkupTotals) -> None:
    """Search one buffer; a plain substring test before each pattern keeps honest files cheap."""
    if b"<!" in buffer and (declaration := _DECLARATION.search(buffer)):
        raise _refused("SEC-13", _shown(declaration.group()))
    _count(buffer, cut, totals)
    if far := _FAR_CELL.search(buffer):
        raise FindingRefused(
            finding("FMT-10", cell=far[1].decode("ascii"), expected=f"{limit_text('rows')}, {limit_text('columns')}")
        )
    if any(map(buffer.__contains__, _ACTIVE_NAMES)) and (active := _ACTIVE.search(buffer)):
        raise _refused("SEC-17", active[1].decode("ascii"))
    if b"encryption-data" in buffer and _LOCKED.search(buffer):
        raise _refused("FMT-11", "tệp đặt mật khẩu")
    if name.endswith(".rels"):
        check_relationships(buffer)
    elif name == CONTENT_TYPES:
        check_content_types(buffer)
    elif b"href" in buffer:
        check_drawn(buffer)


def _count(buffer: bytes, cut: int, totals: MarkupTotals) -> None:
    if b"ount" in buffer:
        _check_declared_counts(buffer, cut, totals)
    for tag, mark, pattern in _COUNTED:
        if mark in buffer:
            totals.tags[tag] += sum(match.start() < cut for match in pattern.finditer(buffer))
            _check_count(tag, totals.tags[tag])


def _check_count(tag: str, count: int) -> None:
    if tag in _LIMITED:
        name, what = _LIMITED[tag]
        most = getattr(limits(), name)
        if count > most:
            raise _refused("SEC-16", f"hơn {most}", limit_text(name), what=what)


def _check_declared_counts(buffer: bytes, cut: int, totals: MarkupTotals) -> None:
    for huge in islice(_HUGE_COUNT.finditer(buffer), DECOYS_FOLLOWED):
        if _is_in_tag(buffer, huge.start()):
            name = "uniqueCount" if buffer.endswith(b"uniqueC", 0, huge.start()) else "count"
            raise _refused("SEC-14", f"{name}={huge[1].decode('ascii')}", "ít hơn nhiều")
    for unique in islice(_UNIQUE.finditer(buffer), DECOYS_FOLLOWED):
        if unique.start() < cut and _is_in_tag(buffer, unique.start()):
            totals.unique_strings += int(unique[1][:LONGEST_COUNT])


def _is_in_tag(buffer: bytes, position: int) -> bool:
    return buffer.rfind(b"<", 0, position) > buffer.rfind(b">", 0, position)


def _as_utf8(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the part's text as UTF-8 bytes; refuses encodings in which markup could hide."""
    stream = iter(pieces)
    head = next(stream, b"")
    wide = None if head.startswith((b"\xff\xfe\0\0", b"\0\0", b"<\0\0\0", _EBCDIC)) else _WIDE.get(head[:2])
    if wide is None:
        declared = _DECLARED_ENCODING.match(head.removeprefix(codecs.BOM_UTF8))
        encoding = declared[1].decode("ascii", errors="replace").lower() if declared else "utf-8"
        if encoding not in _BYTE_ENCODINGS or b"\0" in head[:8] or head.startswith(_EBCDIC):
            raise _refused("SEC-13", f"bảng mã {encoding} trong phần {name}")
        yield head
        yield from stream
        return
    decoder = codecs.getincrementaldecoder(wide)()
    try:
        yield decoder.decode(head).encode()
        for piece in stream:
            yield decoder.decode(piece).encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise _refused("FMT-02", f"phần {name} không phải văn bản") from error


def _shown(tag: bytes) -> str:
    return tag.decode("utf-8", errors="replace")[:SHOWN_TAG]


def _refused(code: str, found: str, expected: str | None = None, what: str | None = None) -> FindingRefused:
    return FindingRefused(finding(code, found=found, expected=expected, what=what))
