"""Read again what was accepted before: one child for several files, so that a fork is paid once.

Only for bytes whose sha256 stands in the ledger as accepted (rebuild, reconciliation): a child that
reads several files shares its memory between them, which nobody's first upload may. What it keeps
from file to file is the memory of its process and the caches of pure functions (syllables, compiled
patterns), nothing of any file's content.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ingestion.cage.lane import LARGEST_ANSWER, LaneLost
from ingestion.cage.outcomes import Outcome, judge
from ingestion.cage.records import CagedFile, CageRefused
from ingestion.caged.request import FILE_HEAD, FRAME_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingestion.cage.lane import Lane
    from ingestion.limits import Limits

END_SECONDS = 5.0


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
                lane.ask({"reads": len(files)}, limits, [theirs.fileno()])
            for path, kind in files:
                found.append(_read(stream, path.read_bytes(), kind, limits))
        except (CageRefused, _Lost):
            lane.kill()
            return found
        except OSError:
            lane.kill()
            raise
    with suppress(LaneLost):
        lane.ended(time.monotonic() + END_SECONDS)
    return found


class _Lost(Exception):
    """The child died, took too long, or answered too much."""


def _read(stream: socket.socket, content: bytes, kind: str, limits: Limits) -> CagedFile:
    deadline = time.monotonic() + limits.waiting_seconds
    try:
        stream.settimeout(limits.waiting_seconds)
        stream.sendall(FILE_HEAD.pack(kind.encode().ljust(4), len(content)) + content)
        (length,) = FRAME_LENGTH.unpack(_receive(stream, FRAME_LENGTH.size, deadline))
        if length > LARGEST_ANSWER:
            raise _Lost
        answer = _receive(stream, length, deadline)
    except OSError as error:
        raise _Lost from error
    return judge(Outcome(answer, 0, timed_out=False))


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
