"""The zip container, read by its own records: nothing before, between, after, twice or outside.

Readers disagree on what a damaged or crafted zip holds; a file is let through only when every
record says the same thing (layout: PKWARE APPNOTE 4.3). Entries are inflated in small pieces and
counted, so a lying header is caught on real bytes (reliability F16-F19, F28).
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.findings import FindingRefused, finding
from ingestion.limits import limit_text, limits

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 18
READ = 1 << 16
MEGABYTE = 1 << 20
LONGEST_NAME = 255
LONGEST_COMMENT = 65_535
SMALLEST_BOMB = 1 << 20  # a few repeated bytes compress 1,000 times and harm nobody
DESCRIPTOR_MOST = 24  # signature, CRC and two 64-bit sizes after the data of a streamed entry

LOCAL_SIGN, CENTRAL_SIGN, END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END64_SIGN, LOCATOR_SIGN = b"PK\x06\x06", b"PK\x06\x07"
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_EXTRA = struct.Struct("<2H")
ZIP64_EXTRA, FULL_32 = 1, 0xFFFFFFFF

ENCRYPTED, STREAMED, UTF8_NAME = 0x1, 0x8, 0x800
STORED, DEFLATED = 0, 8

_UNSAFE_NAME = re.compile(r"^[/~]|\\|:|[\x00-\x1f\x7f]|(?:^|/)\.\.?(?:/|$)|^$")


@dataclass(frozen=True)
class Entry:
    """One entry of the central directory; sizes in bytes, `data` is where its bytes start."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    unpacked: int
    offset: int
    data: int

    @property
    def key(self) -> str:
        """The name as workbook readers compare it."""
        return self.name.lower()


def read_entries(descriptor: int, size: int) -> tuple[Entry, ...]:
    """Return the entries of a zip file whose records all agree, in file order.

    Raises:
        FindingRefused: FMT-02 cut or damaged, FMT-11 encrypted, SEC-10 declared sizes, SEC-11
            overlapping or duplicate entries, SEC-12 unsafe names, SEC-16 too many, SEC-18 foreign bytes.
    """
    start, length, count = _find_directory(descriptor, size)
    if count > limits().zip_entries:
        raise _refused("SEC-16", str(count), limit_text("zip_entries"), what="phần trong tệp nén")
    entries = sorted(_read_directory(_pread(descriptor, length, start), descriptor, count), key=lambda e: e.offset)
    _check_names(entries)
    _check_layout(entries, start)
    _check_declared(entries, size)
    return tuple(entries)


def unpack(descriptor: int, entry: Entry) -> Iterator[bytes]:
    """Inflate one entry in pieces of 64 to 320 KiB (the last may be shorter), counting them.

    The declared size and CRC must come true.

    Raises:
        FindingRefused: SEC-10 more bytes than declared, SEC-18 bytes after the compressed data,
            FMT-02 damaged data.
    """
    crc = total = 0
    held = bytearray()  # a crafted stream may drip single bytes; searches need more at once
    for piece in _inflate(descriptor, entry) if entry.method == DEFLATED else _stored(descriptor, entry):
        total += len(piece)
        if total > entry.unpacked:
            raise _refused("SEC-10", f"{entry.name} khai {entry.unpacked} byte, thực có nhiều hơn", "đúng số đã khai")
        crc = zlib.crc32(piece, crc)
        held += piece
        if len(held) >= READ:
            yield bytes(held)
            held.clear()
    yield bytes(held)
    if total != entry.unpacked or crc != entry.crc:
        raise _damaged(f"phần {entry.name} sai tổng kiểm tra")


def _find_directory(descriptor: int, size: int) -> tuple[int, int, int]:
    """Return start, length and entry count of the central directory; it must end at the very end of the file."""
    tail = _pread(descriptor, _END.size, max(0, size - _END.size))
    if len(tail) < _END.size or not tail.startswith(END_SIGN) or tail[-2:] != b"\0\0":
        last = _pread(descriptor, LONGEST_COMMENT + _END.size, max(0, size - LONGEST_COMMENT - _END.size))
        if END_SIGN in last:
            raise _refused("SEC-18", "sau phần kết thúc")
        raise _damaged("thiếu phần cuối của tệp nén")
    _, disk, disk_start, here, count, length, start, _ = _END.unpack(tail)
    end = size - _END.size
    locator = _pread(descriptor, _LOCATOR.size, max(0, end - _LOCATOR.size))
    if locator.startswith(LOCATOR_SIGN):
        end -= _LOCATOR.size + _END64.size
        record = _pread(descriptor, _END64.size, max(0, end))
        if len(record) < _END64.size or not record.startswith(END64_SIGN):
            raise _damaged("phần cuối zip64 sai")
        _, _, _, _, disk, disk_start, here, count, length, start = _END64.unpack(record)
    if disk or disk_start or here != count:
        raise _damaged("tệp nén nhiều tập")
    if start + length != end:
        raise _refused("SEC-18", "trước mục lục của tệp nén")
    return start, length, count


def _read_directory(directory: bytes, descriptor: int, count: int) -> Iterator[Entry]:
    position = 0
    for _ in range(count):
        record = directory[position : position + _CENTRAL.size]
        if len(record) < _CENTRAL.size or not record.startswith(CENTRAL_SIGN):
            raise _damaged("mục lục tệp nén sai")
        fields = _CENTRAL.unpack(record)
        flags, method, crc, packed, unpacked = fields[3], fields[4], *fields[7:10]
        name_length, extra_length, comment_length, offset = *fields[10:13], fields[16]
        name_start = position + _CENTRAL.size
        raw_name = directory[name_start : name_start + name_length]
        extra = directory[name_start + name_length : name_start + name_length + extra_length]
        unpacked, packed, offset = _with_zip64(extra, unpacked, packed, offset)
        data = _check_local(descriptor, offset, raw_name, method, flags)
        yield Entry(_decode_name(raw_name, flags), method, flags, crc, packed, unpacked, offset, data)
        position = name_start + name_length + extra_length + comment_length
    if position != len(directory):
        raise _refused("SEC-18", "trong mục lục của tệp nén")


def _with_zip64(extra: bytes, *sizes: int) -> tuple[int, ...]:
    """Replace 0xFFFFFFFF sizes by the 64-bit ones of the zip64 extra field, in the standard's order."""
    if FULL_32 not in sizes:
        return sizes
    position = 0
    while position + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, position)
        if kind == ZIP64_EXTRA and length == 8 * sizes.count(FULL_32) and position + 4 + length <= len(extra):
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, position + _EXTRA.size))
            return tuple(next(wide) if size == FULL_32 else size for size in sizes)
        position += _EXTRA.size + length
    raise _damaged("kích thước zip64 sai")


def _check_local(descriptor: int, offset: int, raw_name: bytes, method: int, flags: int) -> int:
    """Compare an entry's own header with the directory; return where its data starts."""
    header = _pread(descriptor, _LOCAL.size + len(raw_name), offset)
    if len(header) < _LOCAL.size + len(raw_name) or not header.startswith(LOCAL_SIGN):
        raise _damaged("đầu phần nén sai")
    _, _, own_flags, own_method, _, _, _, _, _, name_length, extra_length = _LOCAL.unpack_from(header)
    if (header[_LOCAL.size :], name_length, own_method) != (raw_name, len(raw_name), method):
        raise _refused("SEC-11", "mục lục và đầu phần nén khác nhau")
    if (flags | own_flags) & ENCRYPTED:
        raise _refused("FMT-11", "tệp đặt mật khẩu")
    if method not in {STORED, DEFLATED}:
        raise _damaged(f"kiểu nén {method} không dùng cho bảng tính")
    return offset + _LOCAL.size + int(name_length) + int(extra_length)


def _decode_name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & UTF8_NAME else "cp437")
    except UnicodeDecodeError as error:
        raise _refused("SEC-12", raw.decode("latin-1")) from error


def _check_names(entries: list[Entry]) -> None:
    for entry in entries:
        if len(entry.name) > LONGEST_NAME or _UNSAFE_NAME.search(entry.name):
            raise _refused("SEC-12", entry.name)
    keys = [entry.key for entry in entries]
    if len(set(keys)) != len(keys):
        raise _refused("SEC-11", next(key for key in keys if keys.count(key) > 1))


def _check_layout(entries: list[Entry], directory_start: int) -> None:
    """Entries must fill the file from byte 0 to the directory: each byte belongs to one entry."""
    expected, slack = 0, 0
    for entry in entries:
        if entry.offset < expected:
            raise _refused("SEC-11", entry.name)
        if entry.offset - expected > slack:
            raise _refused("SEC-18", f"trước phần {entry.name}")
        expected, slack = entry.data + entry.packed, DESCRIPTOR_MOST if entry.flags & STREAMED else 0
    if expected > directory_start:
        raise _refused("SEC-11", entries[-1].name)
    if directory_start - expected > slack:
        raise _refused("SEC-18", "trước mục lục của tệp nén")


def _check_declared(entries: list[Entry], size: int) -> None:
    total = sum(entry.unpacked for entry in entries)
    told = f"{size / MEGABYTE:.1f} MB khai giải nén thành {total / MEGABYTE:.0f} MB".replace(".", ",")
    if total > limits().unpacked_bytes:
        raise _refused("SEC-10", told, limit_text("unpacked_bytes"))
    if total > SMALLEST_BOMB and total > limits().compression_ratio * size:
        raise _refused("SEC-10", told, limit_text("compression_ratio"))


def _inflate(descriptor: int, entry: Entry) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    position, end, waiting = entry.data, entry.data + entry.packed, b""
    try:
        while not inflater.eof:
            if not waiting:
                waiting = _pread(descriptor, min(READ, end - position), position)
                position += len(waiting)
                if not waiting:
                    raise _damaged(f"phần {entry.name} bị cắt")
            piece = inflater.decompress(waiting, PIECE)
            waiting = inflater.unconsumed_tail
            if piece:
                yield piece
    except zlib.error as error:
        raise _damaged(f"phần {entry.name} không giải nén được") from error
    if inflater.unused_data or position < end:
        raise _refused("SEC-18", f"sau dữ liệu của phần {entry.name}")


def _stored(descriptor: int, entry: Entry) -> Iterator[bytes]:
    position, end = entry.data, entry.data + entry.packed
    while position < end:
        piece = _pread(descriptor, min(PIECE, end - position), position)
        if not piece:
            raise _damaged(f"phần {entry.name} bị cắt")
        position += len(piece)
        yield piece


def _pread(descriptor: int, length: int, offset: int) -> bytes:
    return os.pread(descriptor, length, min(offset, 1 << 62)) if length > 0 else b""


def _damaged(found: str) -> FindingRefused:
    return _refused("FMT-02", found)


def _refused(code: str, found: str, expected: str | None = None, what: str | None = None) -> FindingRefused:
    return FindingRefused(finding(code, found=found, expected=expected, what=what))
