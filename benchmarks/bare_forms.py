"""The bare script that forms are measured against: a lean process that forks once per file and parses, nothing else.

Run as a program it is the zygote: it reads paths from one descriptor, and each child reads its
file with calamine and writes the rows back. Its children have the resource limits of the
performance notes, section 3 (address space, file size, descriptors, core, processor seconds), and
nothing else: no system call filter, no namespace, no look at the markup, no check of any text.
"""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

import msgpack
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from pathlib import Path

LENGTH = struct.Struct("<I")
LIMITS = (
    (resource.RLIMIT_AS, 512 << 20), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, 5),
)  # fmt: skip


class BareFork:
    """The zygote and the talk with it."""

    def __init__(self) -> None:
        theirs, self._ask = os.pipe()
        self._hear, answers = os.pipe()
        command = [sys.executable, __file__, str(theirs), str(answers)]
        self._process = subprocess.Popen(command, pass_fds=(theirs, answers))
        os.close(theirs)
        os.close(answers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._ask)
        self._process.wait()

    def read(self, path: Path) -> list[list[list[Any]]]:
        """Return the rows of every sheet of one file."""
        name = str(path).encode()
        os.write(self._ask, LENGTH.pack(len(name)) + name)
        (size,) = LENGTH.unpack(os.read(self._hear, LENGTH.size))
        answer = b""
        while len(answer) < size:
            answer += os.read(self._hear, size - len(answer))
        sheets: list[list[list[Any]]] = msgpack.unpackb(answer)
        return sheets


def bare_rows(path: str) -> list[list[list[Any]]]:
    """Read every sheet with calamine, in this process."""
    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]


def _serve(questions: int, answers: int) -> None:
    while head := os.read(questions, LENGTH.size):
        path = os.read(questions, LENGTH.unpack(head)[0]).decode()
        child = os.fork()
        if child == 0:
            for limit, most in LIMITS:
                resource.setrlimit(limit, (most, most))
            packed = msgpack.packb(bare_rows(path), default=str)
            rest = memoryview(LENGTH.pack(len(packed)) + packed)
            while rest:
                rest = rest[os.write(answers, rest) :]
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
