"""Whether the records that a zip keeps of one entry agree: directory, local header, data descriptor, extra fields.

Readers believe different ones of them, so a file whose records differ is read differently by
different programs (layout: PKWARE APPNOTE 4.3.7-4.3.12; Unicode path: Info-ZIP extra field 0x7075).
"""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXTRA = struct.Struct("<2H")
ZIP64_EXTRA, UNICODE_PATH = 1, 0x7075
PATH_HEAD = 5  # version and checksum before the name of a Unicode path
FULL_32 = 0xFFFFFFFF
DESCRIPTOR_SIGN = b"PK\x07\x08"
# Deflate level (bits 1 and 2), sizes after the data (3), names in UTF-8 (11); all others mean encryption or patches.
KNOWN_FLAGS = 0x080E
_KINDS = {
    stat.S_IFLNK: "liên kết tượng trưng", stat.S_IFIFO: "ống dẫn FIFO", stat.S_IFCHR: "thiết bị",
    stat.S_IFBLK: "thiết bị", stat.S_IFSOCK: "ổ cắm",
}  # fmt: skip


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each extra field; stops at the first that is cut."""
    position = 0
    while position + EXTRA.size <= len(extra):
        kind, length = EXTRA.unpack_from(extra, position)
        position += EXTRA.size
        if position + length > len(extra):
            return
        yield kind, extra[position : position + length]
        position += length


def with_zip64(extra: bytes, sizes: Sequence[int]) -> tuple[int, ...] | None:
    """Replace 0xFFFFFFFF by the 64-bit sizes of the zip64 field, in the standard's order; None if they are missing."""
    wanted = sum(size == FULL_32 for size in sizes)
    if not wanted:
        return tuple(sizes)
    for kind, content in extra_fields(extra):
        if kind == ZIP64_EXTRA and len(content) == 8 * wanted:
            wide = iter(struct.unpack(f"<{wanted}Q", content))
            return tuple(next(wide) if size == FULL_32 else size for size in sizes)
    return None


def names_differ(raw_name: bytes, extra: bytes) -> bool:
    """Tell whether a Unicode path gives the entry another name, which some readers prefer."""
    return any(kind == UNICODE_PATH and content[PATH_HEAD:] != raw_name for kind, content in extra_fields(extra))


def odd_kind(attributes: int) -> str | None:
    """Return what an entry is, if it is no file and no folder (the upper half of its attributes is a Unix mode)."""
    return _KINDS.get(stat.S_IFMT(attributes >> 16))


def local_sizes_agree(own: Sequence[int], told: Sequence[int], extra: bytes, *, is_streamed: bool) -> bool:
    """Tell whether checksum, packed and unpacked size of a local header are the directory's.

    Where the sizes follow the data they may be left out (zero, or full where zip64 is meant).
    """
    if is_streamed:
        return all(mine in {0, FULL_32, theirs} for mine, theirs in zip(own, told, strict=True))
    sizes = with_zip64(extra, own[:0:-1])  # the zip64 field has the unpacked size first
    return sizes is not None and (own[0], *sizes[::-1]) == tuple(told)


def is_descriptor(found: bytes, told: Sequence[int]) -> bool:
    """Tell whether the bytes after an entry's data repeat its checksum and sizes, in one of the four forms in use."""
    bare = found.removeprefix(DESCRIPTOR_SIGN) if len(found) in {16, 24} else found
    return any(
        bare == struct.pack(layout, *told) for layout in ("<3L", "<L2Q") if max(told) <= FULL_32 or "Q" in layout
    )
