"""How a reading ended, and what that means for the upload."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingestion.cage.answers import file_of
from ingestion.cage.records import CagedFile, CageRefused
from ingestion.findings import finding
from ingestion.limits import limit_text

if TYPE_CHECKING:
    from ingestion.findings import Finding

# The kernel's word that the processor seconds are used up.
TIME_SIGNALS = frozenset({-signal.SIGXCPU})
_OVER = {
    "time": ("thời gian đọc", "reading_seconds"),
    "wait": ("thời gian chờ", "waiting_seconds"),
    "size": ("dung lượng", "cells"),
}


@dataclass(frozen=True)
class Outcome:
    """How one reading ended: what the answer held and the child's end (negative exit is a signal)."""

    content: CagedFile | CageRefused | None
    exit: int
    cpu_milliseconds: int = 0
    peak_kibibytes: int = 0


def content_of(answer: bytes) -> CagedFile | CageRefused | None:
    """Return what an answer holds: the file, the reader's own refusal, or None where it is not whole."""
    try:
        return file_of(answer)
    except CageRefused as refused:
        return refused


def judge(outcome: Outcome) -> CagedFile:
    """Return what was read.

    Raises:
        CageRefused: the reader's own reason; SEC-20 out of time; SEC-19 the reader died or answered
            something incomplete.
    """
    if outcome.exit in TIME_SIGNALS:
        raise CageRefused(over_limit("time"))
    if isinstance(outcome.content, CageRefused):
        raise outcome.content
    if outcome.content is None or outcome.exit != 0:
        told = f"tín hiệu {-outcome.exit}" if outcome.exit < 0 else "câu trả lời không trọn vẹn"
        raise CageRefused(finding("SEC-19", found=told))
    return outcome.content


def over_limit(reason: Literal["time", "wait", "size"]) -> Finding:
    """Return SEC-20 with the limit that was passed."""
    what, limit = _OVER[reason]
    return finding("SEC-20", what=what, expected=limit_text(limit))
