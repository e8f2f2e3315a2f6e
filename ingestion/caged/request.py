"""What the cage is asked and how it answers: plain msgpack maps, never pickle.

The zygote is told the limits first. A request for one upload travels with two descriptors (the
upload to read, the pipe to answer into); the child that takes it says so by its number (`taken`), and
the zygote says how each child ended (`ended`).
The answer is a sequence of frames, each a 4-byte length and one msgpack map: any number of sheets,
then one end (`done`), or a refusal (`code` and its facts) in its place.

A request for a reader of many accepted files (`reads`) travels with one end of a stream: into it go
the kind and the length of each file before its bytes, out of it come the length of each answer
before its frames.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from functools import lru_cache

import msgpack

FRAME_LENGTH = struct.Struct("<I")
FILE_HEAD = struct.Struct("<4sI")
LARGEST_FRAME = 1 << 28
LARGEST_REQUEST = 1 << 12


@dataclass(frozen=True)
class ReadingLimits:
    """The limits that hold inside the cage (values of `ingestion/limits.yml`)."""

    file_bytes: int
    sheets: int
    rows: int
    columns: int
    cells: int
    cell_characters: int
    text_characters: int
    line_characters: int
    unpacked_bytes: int
    reading_seconds: int
    waiting_seconds: int
    memory_bytes: int


class Refusal(Exception):
    """The upload is refused for a reason that the sender can be told; the parent words it."""

    def __init__(self, code: str, **facts: str | None) -> None:
        """Keep the catalogued code and its facts; a lone surrogate, which no answer can carry, is spelled out."""
        super().__init__(code)
        self.code = code
        self.facts = {name: fact and fact.encode("utf-8", "backslashreplace").decode() for name, fact in facts.items()}


def frame_of(content: dict[str, object]) -> bytes:
    """Return one frame."""
    packed = msgpack.packb(content, use_bin_type=True)
    return FRAME_LENGTH.pack(len(packed)) + bytes(packed)


END = frame_of({"done": True})


def write_all(descriptor: int, content: bytes) -> None:
    """Write bytes whole."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@lru_cache(maxsize=1 << 14)
def address(row: int, column: int) -> str:
    """Return the A1 address of a cell counted from zero."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
