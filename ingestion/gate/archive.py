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
from ingestion.gate.agreement import (
    FULL_32,
    KNOWN_FLAGS,
    is_descriptor,
    local_sizes_agree,
    names_differ,
    odd_kind,
    with_zip64,
)
from ingestion.limits import limit_text, limits

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 18
READ = 1 << 16
MEGABYTE = 1 << 20
LONGEST_NAME = 255
LONGEST_COMMENT = 65_535
SMALLEST_BOMB = 1 << 20  # a few repeated bytes compress 1,000 times and harm nobody
DESCRIPTOR_LENGTHS = frozenset({12, 16, 20, 24})  # CRC and two sizes of 32 or 64 bits, with or without a signature

LOCAL_SIGN, CENTRAL_SIGN, END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END64_SIGN, LOCATOR_SIGN = b"PK\x06\x06", b"PK\x06\x07"
END64_HEAD, FULL_16 = 12, 0xFFFF
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")

STREAMED, UTF8_NAME = 0x8, 0x800
STORED, DEFLATED = 0, 8
RECORDS_DIFFER = "mục lục và đầu phần nén khác nhau"

# Also letters that cannot be seen or that turn the direction of writing.
_UNSAFE_NAME = re.compile(
    "^[/~]|\\\\|:|//|[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|(?:^|/)\\.\\.?(?:/|$)|^$"
)


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
    _check_layout(entries, start, descriptor)
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
        if 0 <= last.rfind(END_SIGN) <= len(last) - _END.size:
            raise _refused("SEC-18", "sau phần kết thúc")
        raise _damaged("thiếu phần cuối của tệp nén")
    _, disk, disk_start, here, count, length, start, _ = _END.unpack(tail)
    end = size - _END.size
    locator = _pread(descriptor, _LOCATOR.size, max(0, end - _LOCATOR.size))
    if locator.startswith(LOCATOR_SIGN):
        end -= _LOCATOR.size + _END64.size
        record = _pread(descriptor, _END64.size, max(0, end))
        short = (disk, disk_start, here, count, length, start)
        _, length64, _, _, *wide = _END64.unpack(record) if len(record) == _END64.size else (b"", 0, 0, 0)
        is_whole = record.startswith(END64_SIGN) and length64 == _END64.size - END64_HEAD
        if not is_whole or _LOCATOR.unpack(locator)[1:] != (0, end, 1) or not _short_agrees(short, wide):
            raise _damaged("phần cuối zip64 sai")
        disk, disk_start, here, count, length, start = wide
    if disk or disk_start or here != count:
        raise _damaged("tệp nén nhiều tập")
    if start + length != end:
        raise _refused("SEC-18", "trước mục lục của tệp nén")
    return start, length, count


def _short_agrees(short: tuple[int, ...], wide: list[int]) -> bool:
    """Tell whether the end record says what its zip64 twin says, or that the twin is to be asked."""
    full = (FULL_16,) * 4 + (FULL_32,) * 2
    return all(old in {new, most} for old, new, most in zip(short, wide, full, strict=True))


def _read_directory(directory: bytes, descriptor: int, count: int) -> Iterator[Entry]:
    position = 0
    for _ in range(count):
        record = directory[position : position + _CENTRAL.size]
        if len(record) < _CENTRAL.size or not record.startswith(CENTRAL_SIGN):
            raise _damaged("mục lục tệp nén sai")
        fields = _CENTRAL.unpack(record)
        flags, method, crc, packed, unpacked = fields[3], fields[4], *fields[7:10]
        name_length, extra_length, comment_length, attributes, offset = *fields[10:13], *fields[15:17]
        name_start = position + _CENTRAL.size
        raw_name = directory[name_start : name_start + name_length]
        extra = directory[name_start + name_length : name_start + name_length + extra_length]
        name = _decode_name(raw_name, flags)
        if comment_length:
            raise _refused("SEC-18", f"ghi chú của phần {name}")
        if names_differ(raw_name, extra) or (kind := odd_kind(attributes)):
            raise _refused("SEC-12", name if names_differ(raw_name, extra) else f"{name}: {kind}")
        sizes = with_zip64(extra, (unpacked, packed, offset))
        if sizes is None:
            raise _damaged("kích thước zip64 sai")
        unpacked, packed, offset = sizes
        flags, data = _check_local(descriptor, offset, raw_name, method, flags, (crc, packed, unpacked))
        yield Entry(name, method, flags, crc, packed, unpacked, offset, data)
        position = name_start + name_length + extra_length + comment_length
    if position != len(directory):
        raise _refused("SEC-18", "trong mục lục của tệp nén")


def _check_local(
    descriptor: int, offset: int, raw_name: bytes, method: int, flags: int, told: tuple[int, int, int]
) -> tuple[int, int]:
    """Compare an entry's own header with the directory; return the flags of both and where its data starts.

    `told` is what the directory tells: checksum, packed and unpacked size.
    """
    header = _pread(descriptor, _LOCAL.size + len(raw_name), offset)
    if len(header) < _LOCAL.size + len(raw_name) or not header.startswith(LOCAL_SIGN):
        raise _damaged("đầu phần nén sai")
    _, _, own_flags, own_method, _, _, *own, name_length, extra_length = _LOCAL.unpack_from(header)
    flags |= own_flags
    if (header[_LOCAL.size :], name_length, own_method) != (raw_name, len(raw_name), method):
        raise _refused("SEC-11", RECORDS_DIFFER)
    if flags & ~KNOWN_FLAGS:
        raise _refused("FMT-11", "tệp đặt mật khẩu")
    if method not in {STORED, DEFLATED}:
        raise _damaged(f"kiểu nén {method} không dùng cho bảng tính")
    data = offset + len(header) + int(extra_length)
    extra = _pread(descriptor, int(extra_length), offset + len(header))
    is_streamed = bool(flags & STREAMED)
    if names_differ(raw_name, extra) or not local_sizes_agree(own, told, extra, is_streamed=is_streamed):
        raise _refused("SEC-11", RECORDS_DIFFER)
    return flags, data


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


def _check_layout(entries: list[Entry], directory_start: int, descriptor: int) -> None:
    """Entries must fill the file from byte 0 to the directory: each byte belongs to one entry."""
    ends = [*(entry.offset for entry in entries), directory_start][1:]
    if entries and entries[0].offset:
        raise _refused("SEC-18", f"trước phần {entries[0].name}")
    for entry, end in zip(entries, ends, strict=True):
        own_end = entry.data + entry.packed
        if own_end > end:
            raise _refused("SEC-11", entry.name)
        if own_end == end:
            continue
        if not entry.flags & STREAMED or end - own_end not in DESCRIPTOR_LENGTHS:
            raise _refused("SEC-18", f"sau phần {entry.name}")
        if not is_descriptor(_pread(descriptor, end - own_end, own_end), (entry.crc, entry.packed, entry.unpacked)):
            raise _refused("SEC-11", RECORDS_DIFFER)


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
