"""What the parts of a workbook are called and say: macro, embedded, linked, or no workbook at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from ingestion.findings import FindingRefused, finding
from ingestion.gate.archive import END_SIGN, LOCAL_SIGN, read_entries, unpack
from ingestion.gate.markup import (
    CONTENT_TYPES,
    OFTEN_THE_SAME,
    MarkupTotals,
    check_totals,
    looks_like_markup,
    search_again,
    search_part,
)
from ingestion.gate.signatures import OLE_SIGN
from ingestion.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingestion.gate.archive import Entry

WorkbookKind = Literal["xlsx", "ods"]

ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
LONGEST_MIMETYPE = 200
_MARKUP_SUFFIXES = (".xml", ".rels", ".vml", ".xlb", ".xba")

_ACTIVE_PARTS = re.compile(
    r"vbaproject|^xl/(?:macrosheets|dialogsheets|embeddings|externallinks|activex|querytables)/|^xl/connections\.xml$"
    r"|^customui/|^(?:basic|scripts)/|(?:^|/)oleobject"
)
_OFFICE_KINDS = (
    ("xl/workbook.bin", "FMT-11", "tệp nhị phân .xlsb"),
    ("word/", "FMT-12", "tệp Word"),
    ("ppt/", "FMT-12", "tệp PowerPoint"),
)


def inspect_workbook(descriptor: int, size: int) -> WorkbookKind:
    """Judge a zip file as a workbook, every byte counted; return which kind it is.

    Raises:
        FindingRefused: anything that makes it unsafe or no workbook (reliability F16-F28).
    """
    entries = read_entries(descriptor, size)
    kind = _kind_of(descriptor, entries)
    for entry in entries:
        if active := _ACTIVE_PARTS.search(entry.key):
            raise _refused("SEC-17", entry.name if len(active.group()) else active.group())
    totals = MarkupTotals()
    for entry in entries:
        _inspect_part(descriptor, entry, totals)
    check_totals(totals)
    return kind


def _kind_of(descriptor: int, entries: tuple[Entry, ...]) -> WorkbookKind:
    keys = [entry.key for entry in entries]
    for start, code, told in _OFFICE_KINDS:
        if any(key.startswith(start) for key in keys):
            raise _refused(code, told, "bảng tính")
    if CONTENT_TYPES in keys and any(key.startswith("xl/") for key in keys):
        return "xlsx"
    for entry in entries:
        if entry.key == "mimetype" and entry.unpacked <= LONGEST_MIMETYPE:
            if b"".join(unpack(descriptor, entry)).strip() == ODS_MIMETYPE:
                return "ods"
            raise _refused("FMT-12", "tài liệu OpenDocument không phải bảng tính", "bảng tính")
    raise _refused("FMT-12", "tệp nén không phải bảng tính", "bảng tính")


def _inspect_part(descriptor: int, entry: Entry, totals: MarkupTotals) -> None:
    pieces = unpack(descriptor, entry)
    if entry.unpacked <= OFTEN_THE_SAME:
        content = b"".join(pieces)
        if _is_markup(entry, content):
            totals.add(search_again(entry.key, content, limits()))
        return
    head = next(pieces, b"")
    whole = _rejoined(head, pieces)
    if _is_markup(entry, head):
        search_part(entry.key, whole, totals)
    else:
        for _ in whole:  # counted against the declared size and checksum
            pass


def _is_markup(entry: Entry, head: bytes) -> bool:
    """Tell whether a part is to be searched; raises FindingRefused SEC-10, SEC-17 where it is a file of its own."""
    if head.startswith((LOCAL_SIGN, END_SIGN)):
        raise _refused("SEC-10", f"tệp nén lồng trong {entry.name}", "một lớp nén")
    if head.startswith(OLE_SIGN):
        raise _refused("SEC-17", entry.name)
    return entry.key.endswith(_MARKUP_SUFFIXES) or looks_like_markup(head)


def _rejoined(head: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _refused(code: str, found: str, expected: str | None = None) -> FindingRefused:
    return FindingRefused(finding(code, found=found, expected=expected))
