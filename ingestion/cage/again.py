"""Read again what was accepted before: one child for several files, so that a fork is paid once.

Only for bytes whose sha256 stands in the ledger as accepted (rebuild, reconciliation): a child that
reads several files shares its memory between them, which nobody's first upload may. What it keeps
from file to file is the memory of its process and the caches of pure functions: syllables, compiled
patterns, what small parts say that programs write alike into many workbooks (styles, relationships).
"""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from ingestion.cage.lane import LARGEST_ANSWER
from ingestion.cage.outcomes import Outcome, content_of, judge
from ingestion.cage.records import CagedFile, CageRefused
from ingestion.caged.request import FILE_HEAD, FRAME_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ingestion.cage.lane import Lane
    from ingestion.limits import Limits

AHEAD_BYTES = 1 << 15  # far less than the kernel holds of a stream


def read_shared(lane: Lane, files: Sequence[tuple[Path, str]], limits: Limits) -> list[CagedFile]:
    """Read files in one child of the lane, up to the first that it dies of, takes too long for, or refuses.

    That file is not judged by this: it may suffer from an earlier one, so a child of its own must
    read it. The lane is ended then; it cannot know what its child still does.

    Raises:
        OSError: a file is gone or cannot be read.
    """
    stream, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    found: list[CagedFile] = []
    with stream:
        try:
            with theirs:
                lane.ask({"reads": len(files)}, [theirs.fileno()])
            for answer in _answers(stream, files, limits):
                found.append(judge(Outcome(content_of(answer), 0)))
        except (CageRefused, _Lost):
            lane.kill()
            return found
        except OSError:
            lane.kill()
            raise
    return found


class _Lost(Exception):
    """The child died, took too long, or answered too much."""


def _answers(stream: socket.socket, files: Sequence[tuple[Path, str]], limits: Limits) -> Iterator[bytes]:
    """Give the answers in the order of the files; the child finds its next file waiting, if that is small.

    A large one is sent only after the answer before it has come: two sides that both write would wait for ever.

    Raises:
        _Lost: the child died, or took longer for one file than it may.
        OSError: a file is gone or cannot be read.
    """
    coming = iter(files)
    now = _content(coming)
    is_sent = False
    while now is not None:
        if not is_sent:
            _send(stream, *now, limits)
        now = _content(coming)
        is_sent = now is not None and len(now[0]) <= AHEAD_BYTES
        if now is not None and is_sent:
            _send(stream, *now, limits)
        yield _answer(stream, time.monotonic() + limits.waiting_seconds)


def _content(coming: Iterator[tuple[Path, str]]) -> tuple[bytes, str] | None:
    """Return the bytes and the kind of the next file, or None after the last."""
    file = next(coming, None)
    return (file[0].read_bytes(), file[1]) if file else None


def _send(stream: socket.socket, content: bytes, kind: str, limits: Limits) -> None:
    try:
        stream.settimeout(limits.waiting_seconds)
        stream.sendall(FILE_HEAD.pack(kind.encode().ljust(4), len(content)) + content)
    except OSError as error:
        raise _Lost from error


def _answer(stream: socket.socket, deadline: float) -> bytes:
    try:
        (length,) = FRAME_LENGTH.unpack(_receive(stream, FRAME_LENGTH.size, deadline))
        if length > LARGEST_ANSWER:
            raise _Lost
        return _receive(stream, length, deadline)
    except OSError as error:
        raise _Lost from error


def _receive(stream: socket.socket, size: int, deadline: float) -> bytes:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        stream.settimeout(max(0.001, deadline - time.monotonic()))
        received = stream.recv_into(rest)
        if not received:
            raise _Lost
        rest = rest[received:]
    return bytes(content)
