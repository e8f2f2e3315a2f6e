"""The parts of a zip file that is held in memory, by name.

Not the gate's strict reader (`ingestion/gate/archive.py`): what reaches the cage has passed it. Not
`zipfile` either: importing it starts `threading`, whose hooks make every fork of the zygote twice
as dear. Layout: PKWARE APPNOTE 4.3.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from ingestion.caged.request import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 16
SMALL = 1 << 20
"""A part of at most this many bytes is handed over at once, a larger one in pieces."""
SMALL_PACKED = 1 << 16
"""So many packed bytes never inflate to more than 66 MB, whatever they declare (deflate: 1,032 times)."""
_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL_LENGTHS = struct.Struct("<2H")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_EXTRA = struct.Struct("<2H")
END_SIGN, LOCATOR_SIGN, END64_SIGN, CENTRAL_SIGN, LOCAL_SIGN = b"PK\5\6", b"PK\6\7", b"PK\6\6", b"PK\1\2", b"PK\3\4"
LOCAL_SIZE, LENGTHS_AT = 30, 26
STORED, DEFLATED = 0, 8
ZIP64_EXTRA, FULL_32 = 1, 0xFFFFFFFF


class _Entry(NamedTuple):
    method: int
    crc: int
    packed: int
    unpacked: int
    offset: int


class Archive:
    """The parts of one zip file; of two parts with one name the last counts."""

    def __init__(self, content: bytes) -> None:
        """Read the directory; raises Refusal FMT-02 where it is none."""
        self._content = content
        try:
            self._entries = dict(_directory(content))
        except (struct.error, UnicodeDecodeError) as error:
            raise Refusal("FMT-02", found="tệp nén hỏng") from error
        self._names = {name.lower(): name for name in self._entries}

    def name_of(self, part: str) -> str | None:
        """Return how a part's name is written in the file, whatever its case; None if it is not there."""
        return self._names.get(part.lower())

    def size_of(self, name: str) -> int:
        """Return how many bytes a part has, as its directory tells."""
        return self._entries[name].unpacked

    def read(self, name: str) -> bytes:
        """Return a part whole; raises Refusal FMT-02 where it is damaged."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack a part in pieces; raises Refusal FMT-02 where it does not hold what the directory says."""
        entry = self._entries[name]
        try:
            start = self._start_of(entry)
            packed = memoryview(self._content)[start : start + entry.packed]
            size = crc = 0
            for piece in (packed,) if entry.method == STORED else _inflated(packed, entry.unpacked):
                size, crc = size + len(piece), zlib.crc32(piece, crc)
                yield bytes(piece)
        except (struct.error, zlib.error) as error:
            raise _unreadable(name) from error
        if size != entry.unpacked or crc != entry.crc:
            raise _unreadable(name)

    def _start_of(self, entry: _Entry) -> int:
        if entry.method not in {STORED, DEFLATED} or not self._content.startswith(LOCAL_SIGN, entry.offset):
            raise zlib.error
        name_size, extra_size = _LOCAL_LENGTHS.unpack_from(self._content, entry.offset + LENGTHS_AT)
        return entry.offset + LOCAL_SIZE + int(name_size) + int(extra_size)


def _inflated(packed: memoryview, unpacked: int) -> Iterator[bytes]:
    """Inflate: at once where it cannot become much, else in pieces, and at most one beyond what was declared."""
    if unpacked <= SMALL and len(packed) <= SMALL_PACKED:
        yield zlib.decompress(packed, -zlib.MAX_WBITS, unpacked)
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflater.eof and unpacked >= 0:
        piece = inflater.decompress(packed, PIECE)
        packed = memoryview(inflater.unconsumed_tail)
        if not piece:
            break
        unpacked -= len(piece)
        yield piece


def _directory(content: bytes) -> Iterator[tuple[str, _Entry]]:
    position, count = _find_directory(content)
    for _ in range(count):
        sign, _, _, flags, method, _, _, crc, packed, unpacked, name_size, extra_size, comment_size, *_, offset = (
            _CENTRAL.unpack_from(content, position)
        )
        if sign != CENTRAL_SIGN:
            raise struct.error
        position += _CENTRAL.size
        raw_name = content[position : position + name_size]
        name = raw_name.decode("utf-8" if flags & 0x800 or raw_name.isascii() else "cp437")
        position += name_size
        if FULL_32 in {packed, unpacked, offset}:
            extra = content[position : position + extra_size]
            unpacked, packed, offset = _with_zip64(extra, unpacked, packed, offset)
        position += extra_size + comment_size
        yield name, _Entry(method, crc, packed, unpacked, offset)


def _find_directory(content: bytes) -> tuple[int, int]:
    """Return where the directory starts and how many entries it has."""
    end = content.rfind(END_SIGN)
    if end < 0:
        raise struct.error
    _, _, _, _, count, _, start, _ = _END.unpack_from(content, end)
    locator = end - _LOCATOR.size
    if locator >= 0 and content.startswith(LOCATOR_SIGN, locator):
        sign, *_, count, _, start = _END64.unpack_from(content, locator - _END64.size)
        if sign != END64_SIGN:
            raise struct.error
    return start, count


def _with_zip64(extra: bytes, *sizes: int) -> tuple[int, ...]:
    """Replace 0xFFFFFFFF sizes by the 64-bit ones of the zip64 extra field, in the standard's order."""
    position = 0
    while position < len(extra):
        kind, length = _EXTRA.unpack_from(extra, position)
        position += _EXTRA.size
        if kind == ZIP64_EXTRA:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, position))
            return tuple(next(wide, 0) if size == FULL_32 else size for size in sizes)
        position += length
    raise struct.error


def _unreadable(name: str) -> Refusal:
    return Refusal("FMT-02", found=f"phần {name} không đọc được")
