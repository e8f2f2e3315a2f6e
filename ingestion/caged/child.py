"""One upload, one process: read it whole, lock the door, parse, answer, die."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING, NoReturn

from ingestion.caged.call_filter import filter_calls
from ingestion.caged.delimited import read_csv, read_json
from ingestion.caged.isolation import forbid_descriptors, limit_child
from ingestion.caged.request import ReadingLimits, Refusal, send_frame
from ingestion.caged.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.caged.workbook import Sheet

READ = 1 << 20
ANSWER = 0  # the only descriptor left


def run_child(source: int, answer: int, kind: str, limits: ReadingLimits) -> NoReturn:
    """Parse the upload behind `source`, answer in frames, and end the process; never returns."""
    status = 1
    try:
        gc.disable()  # the child is too short-lived to collect, and collecting would copy the zygote's pages
        limit_child(limits)
        content = _read_all(source, limits.file_bytes)
        forbid_descriptors(answer)
        filter_calls()
        _answer(content, kind, limits)
        status = 0
    finally:
        os._exit(status)


def _answer(content: bytes, kind: str, limits: ReadingLimits) -> None:
    try:
        for sheet in _sheets(content, kind, limits):
            send_frame(ANSWER, {"sheet": sheet})
        send_frame(ANSWER, {"done": True})
    except Refusal as refusal:
        send_frame(ANSWER, {"refused": refusal.code, "facts": refusal.facts})
    except MemoryError:
        send_frame(ANSWER, {"refused": "SEC-20", "facts": {"what": "bộ nhớ", "limit": "memory_bytes"}})


def _sheets(content: bytes, kind: str, limits: ReadingLimits) -> Iterator[Sheet]:
    if kind == "csv":
        return read_csv(content, limits)
    if kind == "json":
        return read_json(content, limits)
    return read_workbook(content, kind, limits)


def _read_all(source: int, most: int) -> bytes:
    pieces, size = [], 0
    while (piece := os.pread(source, READ, size)) and size <= most:
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)
