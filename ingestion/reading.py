"""Read uploads, one or many: gate, then cage. Many are read on several lanes at once, results in their order."""

from __future__ import annotations

import logging
import traceback
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from ingestion.cage import Cage, CagedFile, CageRefused
from ingestion.findings import finding
from ingestion.gate import inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from ingestion.findings import Finding

LOG = logging.getLogger(__name__)
WAITING = 2
"""Readings that may wait for the caller, for each lane: enough to keep lanes busy, few enough to be held."""
TOGETHER, TOGETHER_BYTES = 50, 8 << 20
"""What one child reads of accepted files: so many, or so many bytes."""

OUR_MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a mistake in our own code raises. A full disk, a lost ledger or a cage that cannot start are not among them:
they are told as what they are, and the file is read again by the next run."""

Task = TypeVar("Task")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Reading:
    """What became of one upload: its content, or none and the finding that says why; warnings of the gate."""

    content: CagedFile | None
    findings: tuple[Finding, ...] = ()


def read_upload(cage: Cage, path: Path, original_name: str) -> Reading:
    """Read one upload that its sender calls `original_name`; a mistake of ours costs this file alone (SYS-01).

    Raises:
        CageUnavailable: no reader can be started or kept alive.
        OSError: the file is gone or cannot be read.
    """
    try:
        return _read_upload(cage, path, original_name)
    except OUR_MISTAKES as error:
        return Reading(None, (our_mistake(error),))


def our_mistake(error: BaseException) -> Finding:
    """Return SYS-01, and log where it happened: the lines of code only, since a message may quote the file."""
    LOG.error("%s:\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return finding("SYS-01")


def _read_upload(cage: Cage, path: Path, original_name: str) -> Reading:
    verdict = inspect(path, original_name)
    if verdict.kind is None or verdict.is_refused:
        return Reading(None, verdict.findings)
    try:
        return Reading(cage.read(path, verdict.kind), verdict.findings)
    except CageRefused as refusal:
        return Reading(None, (*verdict.findings, refusal.finding))


def read_batch(cage: Cage, uploads: Iterable[tuple[Path, str]]) -> Iterator[Reading]:
    """Read uploads on all lanes of the cage, each in a child of its own; yields one reading each, in order.

    A hostile upload costs its own reading, no other's.

    Args:
        cage: The cage; its lanes say how many are read at once.
        uploads: Paths, with the names that their senders gave them.

    Raises:
        As `read_upload`, at the turn of the file that it happened to.
    """
    return _in_order(cage.lanes, lambda upload: read_upload(cage, *upload), uploads)


def read_accepted(cage: Cage, files: Sequence[tuple[Path, str]]) -> Iterator[CagedFile]:
    """Read again files whose very bytes were accepted before, several in one child; yields them in order.

    The gate is not asked again: these bytes have passed it.

    Args:
        cage: The cage; its lanes say how many children read at once.
        files: Paths with their kinds ('xlsx', 'ods', 'csv', 'json').

    Raises:
        CageRefused: a file is refused now.
        CageUnavailable, OSError: as `read_upload`.
    """
    most = min(TOGETHER, -(-len(files) // cage.lanes))
    for found in _in_order(cage.lanes, cage.read_together, _together(files, most)):
        yield from found


def _together(files: Iterable[tuple[Path, str]], most: int) -> Iterator[list[tuple[Path, str]]]:
    together: list[tuple[Path, str]] = []
    size = 0
    for path, kind in files:
        size += path.stat().st_size
        if together and (len(together) == most or size > TOGETHER_BYTES):
            yield together
            together, size = [], path.stat().st_size
        together.append((path, kind))
    if together:
        yield together


def _in_order(lanes: int, act: Callable[[Task], Done], tasks: Iterable[Task]) -> Iterator[Done]:
    """Act on every task in a few threads; a few results wait, none overtakes another."""
    coming = iter(tasks)
    with ThreadPoolExecutor(lanes, "reading") as pool:
        waiting: deque[Future[Done]] = deque(pool.submit(act, task) for task in islice(coming, lanes * WAITING))
        try:
            while waiting:
                done = waiting.popleft().result()
                waiting.extend(pool.submit(act, task) for task in islice(coming, 1))
                yield done
        finally:
            for late in waiting:
                late.cancel()
