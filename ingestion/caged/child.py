"""A child of the zygote: locks the door, parses, answers, dies; for one upload, or for a row of accepted files."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import msgpack

from ingestion.caged.call_filter import filter_calls
from ingestion.caged.delimited import read_csv, read_json
from ingestion.caged.isolation import forbid_descriptors, leave_with, limit_child
from ingestion.caged.request import (
    END,
    FILE_HEAD,
    FRAME_LENGTH,
    LARGEST_REQUEST,
    ReadingLimits,
    Refusal,
    frame_of,
    write_all,
)
from ingestion.caged.workbook import read_workbook, within_text_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.caged.workbook import Sheet

DESCRIPTORS = 2
READ = 1 << 20
WORTH_WRITING = 1 << 16
DOOR = 0
"""The only descriptor left: the pipe of one answer, or the stream of a reader of many files."""


def attend(control: socket.socket, zygote: int, limits: ReadingLimits) -> None:
    """Wait for a request, say that it is taken, answer it, and end the process, as where nobody asks any more.

    Never returns.
    """
    status = 1
    try:
        if not leave_with(zygote):
            return
        message, descriptors, _, _ = socket.recv_fds(control, LARGEST_REQUEST, DESCRIPTORS)
        if not message:
            return
        control.send(msgpack.packb({"taken": os.getpid()}))
        control.close()
        request = msgpack.unpackb(message)
        if "reads" in request:
            answer_many(descriptors[0], limits, int(request["reads"]))
        else:
            source, answer = descriptors
            answer_one(source, answer, str(request["kind"]), limits)
        status = 0
    finally:
        os._exit(status)


def answer_one(source: int, answer: int, kind: str, limits: ReadingLimits) -> None:
    """Read the upload behind `source` and answer in frames, behind a locked door."""
    content = _read_all(source)
    _lock_door(answer, limits.reading_seconds)
    _answer(frames_of(content, kind, limits))


def answer_many(stream: int, limits: ReadingLimits, reads: int) -> None:
    """Read up to `reads` files that come by the stream, one after the other, behind a locked door.

    The kernel counts a process's processor seconds over all its files, so the coordinator holds the
    wall clock of each; the kernel's limit is only the last resort.
    """
    _lock_door(stream, limits.reading_seconds * reads)
    while head := _read_exactly(FILE_HEAD.size):
        kind, size = FILE_HEAD.unpack(head)
        frames = b"".join(frames_of(_read_exactly(size), kind.decode().strip(), limits))
        write_all(DOOR, FRAME_LENGTH.pack(len(frames)) + frames)


def _lock_door(kept: int, seconds: int) -> None:
    """Keep one descriptor, so many processor seconds, and the system calls of computing and answering."""
    limit_child(seconds)
    forbid_descriptors(kept)
    filter_calls()


def _answer(frames: Iterator[bytes]) -> None:
    """Write an answer in few pieces, since each wakes the reader, but never hold all of a large one."""
    waiting = b""
    for frame in frames:
        waiting += frame
        if len(waiting) >= WORTH_WRITING:
            write_all(DOOR, waiting)
            waiting = b""
    write_all(DOOR, waiting)


def frames_of(content: bytes, kind: str, limits: ReadingLimits) -> Iterator[bytes]:
    """Read one upload and give the answer, frame by frame."""
    try:
        for sheet in within_text_limit(_sheets(content, kind, limits), limits):
            yield frame_of({"sheet": sheet})
        yield END
    except Refusal as refusal:
        yield frame_of({"refused": refusal.code, "facts": refusal.facts})
    except MemoryError:
        yield frame_of({"refused": "SEC-20", "facts": {"what": "bộ nhớ", "limit": "memory_bytes"}})


def _sheets(content: bytes, kind: str, limits: ReadingLimits) -> Iterator[Sheet]:
    if kind == "csv":
        return read_csv(content, limits)
    if kind == "json":
        return read_json(content, limits)
    return read_workbook(content, kind, limits)


def _read_all(source: int) -> bytes:
    content = b""
    length = os.fstat(source).st_size
    while len(content) < length and (piece := os.pread(source, length - len(content), len(content))):
        content += piece
    return content


def _read_exactly(size: int) -> bytes:
    """Read so many bytes from the stream; fewer only where it ends."""
    content = bytearray()
    while len(content) < size and (piece := os.read(DOOR, min(READ, size - len(content)))):
        content += piece
    return bytes(content)
