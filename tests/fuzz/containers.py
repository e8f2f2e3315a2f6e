"""Mutations of a zip container: its records, the order and overlap of its entries, its deflate streams."""

from __future__ import annotations

import io
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise
from random import Random

Parts = list[tuple[str, bytes]]

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
# Fields of each record: offset and width in bytes (PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16).
FIELDS = {
    LOCAL: ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    CENTRAL: ((4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (38, 4),
              (42, 4)),
    END: ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}  # fmt: skip
TELLING = (0, 1, 2, 8, 9, 12, 14, 99, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
DAY = (2026, 6, 1, 0, 0, 0)
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, OSError, EOFError, NotImplementedError, RuntimeError,
           struct.error, IndexError, lzma.LZMAError)  # fmt: skip
"""What a library may raise on a seed that is damaged itself."""


def parts_of(content: bytes) -> Parts:
    """Return the parts of a zip that can still be read; none for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 4 << 20:
                return []
            return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except DAMAGED:
        return []


def zip_of(rng: Random, parts: Parts) -> bytes:
    """Write parts as a zip, each stored or deflated at some level."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, DAY)
            method = zipfile.ZIP_STORED if rng.random() < 0.1 else zipfile.ZIP_DEFLATED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name may well stand twice
                archive.writestr(entry, content, method, rng.choice((1, 6, 9)))
    return target.getvalue()


def _records(content: bytes, sign: bytes) -> list[int]:
    places, start = [], content.find(sign)
    while start >= 0:
        places.append(start)
        start = content.find(sign, start + 4)
    return places


def change_field(rng: Random, content: bytes) -> bytes:
    """Let one field of one record lie."""
    sign = rng.choice((LOCAL, CENTRAL, CENTRAL, END))
    places = _records(content, sign)
    if not places:
        return content
    offset, width = rng.choice(FIELDS[sign])
    at = rng.choice(places) + offset
    old = int.from_bytes(content[at : at + width], "little")
    new = rng.choice((old + rng.choice((-2, -1, 1, 2)), old ^ (1 << rng.randrange(8 * width)), rng.choice(TELLING)))
    return content[:at] + (new % (1 << 8 * width)).to_bytes(width, "little") + content[at + width :]


def _central_entries(content: bytes) -> tuple[int, list[bytes], bytes]:
    places, end = _records(content, CENTRAL), content.rfind(END)
    if not places or end < places[-1]:
        return 0, [], b""
    bounds = [*places, end]
    return places[0], [content[a:b] for a, b in pairwise(bounds)], content[end:]


def shuffle_directory(rng: Random, content: bytes) -> bytes:
    """Reorder, double or drop entries of the directory, with the end record told or not."""
    start, entries, end = _central_entries(content)
    if not entries or len(end) < 22:
        return content
    action = rng.randrange(3)
    if action == 0:
        rng.shuffle(entries)
    elif action == 1:
        entries.insert(rng.randrange(len(entries) + 1), rng.choice(entries))
    else:
        entries.pop(rng.randrange(len(entries)))
    if rng.random() < 0.8:
        fields = struct.pack("<2HL", len(entries), len(entries), sum(map(len, entries)))
        end = end[:8] + fields + end[16:]
    return content[:start] + b"".join(entries) + end


def insert_bytes(rng: Random, content: bytes) -> bytes:
    """Put foreign bytes before, between or after the records."""
    places = [0, len(content), *_records(content, LOCAL), *_records(content, CENTRAL), *_records(content, END)]
    at = rng.choice(places)
    foreign = rng.choice((b"%PDF-1.7\n", b"\0" * 16, b"<html>", b"PK\x03\x04", rng.randbytes(rng.randrange(1, 40))))
    return content[:at] + foreign + content[at:]


def damage_stream(rng: Random, content: bytes) -> bytes:
    """Flip bits in the data of one entry, the checksum as it was."""
    places = _records(content, LOCAL)
    if not places:
        return content
    start = rng.choice(places) + 40
    changed = bytearray(content)
    for _ in range(rng.randrange(1, 4)):
        at = min(start + rng.randrange(600), len(changed) - 1)
        changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


def rename_part(rng: Random, parts: Parts) -> Parts:
    """Give a part the name of an attack, of another part, or of itself in another case."""
    at = rng.randrange(len(parts))
    name = parts[at][0]
    new = rng.choice((
        "../" + name, name.upper(), name.replace("/", "\\"), "/" + name, name + "\0", "xl/vbaProject.bin", name * 12,
        "xl/externalLinks/externalLink1.xml", rng.choice(parts)[0] + " ", "./" + name, name.swapcase(), "\u202e" + name,
    ))  # fmt: skip
    return [*parts[:at], (new, parts[at][1]), *parts[at + 1 :]]


def exchange_parts(rng: Random, parts: Parts) -> Parts:
    """Let two parts change their contents."""
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    changed = list(parts)
    changed[one], changed[other] = (parts[one][0], parts[other][1]), (parts[other][0], parts[one][1])
    return changed


def drop_part(rng: Random, parts: Parts) -> Parts:
    """Leave a part out."""
    at = rng.randrange(len(parts))
    return parts[:at] + parts[at + 1 :]


def reorder_parts(rng: Random, parts: Parts) -> Parts:
    """Write the parts in another order."""
    return rng.sample(parts, len(parts))


BYTE_MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    change_field, change_field, shuffle_directory, insert_bytes, damage_stream,
)  # fmt: skip
PART_MUTATIONS: tuple[Callable[[Random, Parts], Parts], ...] = (rename_part, exchange_parts, drop_part, reorder_parts)
