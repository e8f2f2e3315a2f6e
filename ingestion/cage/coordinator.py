"""The cage for callers: zygotes are started on demand, restarted when they die, and never outlive us.

Limits and isolation: `ingestion/caged/isolation.py`. Every end of a child becomes a value or a
named refusal; none becomes a crash, a hang or a zombie of the caller (promise 17).
"""

from __future__ import annotations

import atexit
import os
import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from ingestion.cage.again import read_shared
from ingestion.cage.lane import CageUnavailable, Lane, LaneLost
from ingestion.cage.outcomes import judge, over_limit
from ingestion.cage.records import CagedFile, CageRefused
from ingestion.findings import FindingRefused
from ingestion.limits import limits
from ingestion.opening import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from ingestion.cage.outcomes import Outcome
    from ingestion.limits import Limits

KINDS = frozenset({"xlsx", "ods", "csv", "json"})
ATTEMPTS = 2
LANES = min(2, os.cpu_count() or 1)


class Cage:
    """A few zygotes ready to read uploads; usable from several threads, one upload per lane at a time.

    Usable as a context manager; `close` ends every zygote. After a fork of the owner, the copy
    starts zygotes of its own.
    """

    def __init__(self, lanes: int = 1, limits_in_force: Limits | None = None) -> None:
        """Prepare `lanes` places; zygotes start when first needed."""
        self.lanes = lanes
        self._limits = limits_in_force or limits()
        self._owner = os.getpid()
        self._places: queue.LifoQueue[Lane | None] = queue.LifoQueue()
        self._fill()

    def __enter__(self) -> Self:
        """Return the cage itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every zygote."""
        self.close()

    @property
    def isolation(self) -> frozenset[str]:
        """What this machine allows beyond resource limits.

        'network' is an own, empty network namespace, 'calls' a filter of system calls.
        """
        with self._lane() as lane:
            return lane.isolation

    @property
    def zygotes(self) -> tuple[int, ...]:
        """Process ids of the zygotes that are at rest."""
        self._own()
        return tuple(lane.process.pid for lane in list(self._places.queue) if lane is not None and lane.is_alive)

    def read(self, path: Path, kind: str) -> CagedFile:
        """Read one upload of a kind ('xlsx', 'ods', 'csv', 'json') that passed the gate.

        Raises:
            CageRefused: the reader refused the file or died of it (SEC-19), or it took too long or
                too much memory (SEC-20); the finding says which.
            CageUnavailable: no reader can be started or kept alive; try again later.
            OSError: the file is gone or cannot be read.
        """
        if kind not in KINDS:
            msg = f"no caged reader for kind '{kind}'"
            raise ValueError(msg)
        try:
            source = open_regular(path)
        except FindingRefused as refused:
            raise CageRefused(refused.finding) from refused
        try:
            return judge(self._ask(source, kind))
        finally:
            os.close(source)

    def read_together(self, files: Sequence[tuple[Path, str]]) -> list[CagedFile]:
        """Read files that were accepted before, all in one child; a file that troubles it is read in its own.

        Args:
            files: Paths with their kinds; only bytes whose sha256 the ledger knows as accepted.

        Raises:
            As `read`.
        """
        found: list[CagedFile] = []
        while len(found) < len(files):
            with self._lane() as lane:
                found += read_shared(lane, files[len(found) :], self._limits)
            if len(found) < len(files):
                found.append(self.read(*files[len(found)]))
        return found

    def _ask(self, source: int, kind: str) -> Outcome:
        """Ask a zygote; when one was killed from outside, ask a fresh one once more."""
        for _ in range(ATTEMPTS):
            try:
                with self._lane() as lane:
                    return lane.read(source, kind)
            except LaneLost as lost:
                if lost.reason != "died":
                    raise CageRefused(over_limit(lost.reason)) from lost
        raise CageUnavailable("Trình đọc cách ly bị dừng nhiều lần; chưa có gì thay đổi. Hãy chạy lại sau.")

    @contextmanager
    def _lane(self) -> Iterator[Lane]:
        self._own()
        lane = self._places.get()
        try:
            if lane is None or not lane.is_alive:
                lane = None
                lane = Lane(self._limits)
            yield lane
        finally:
            self._places.put(lane)

    def close(self) -> None:
        """End every zygote that is not at work and reap it; the cage stays usable."""
        self._own()
        idle = []
        while not self._places.empty():
            idle.append(self._places.get())
        for lane in idle:
            if lane is not None:
                lane.end()
            self._places.put(None)

    def after_fork(self) -> None:
        """In a forked copy of the owner: let go of its zygotes; new ones start when needed.

        Takes no lock, because a thread of the owner may have held it when the process was copied.
        """
        for lane in list(self._places.queue):
            if lane is not None:
                lane.forget()
        self._owner = os.getpid()
        self._places = queue.LifoQueue()
        self._fill()

    def _own(self) -> None:
        if self._owner != os.getpid():
            self.after_fork()

    def _fill(self) -> None:
        for _ in range(self.lanes):
            self._places.put(None)


class _Shared:
    """The cage of this process, made at the first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cage: Cage | None = None

    def cage(self) -> Cage:
        with self._lock:
            if self._cage is None:
                self._cage = Cage(LANES)
                atexit.register(self._cage.close)
            return self._cage

    def after_fork(self) -> None:
        self._lock = threading.Lock()
        if self._cage is not None:
            self._cage.after_fork()


_shared = _Shared()
os.register_at_fork(after_in_child=_shared.after_fork)


def shared_cage() -> Cage:
    """Return the cage of this process; its lanes start when they are first needed."""
    return _shared.cage()


def read_sheets(path: Path, kind: str) -> CagedFile:
    """Read one upload in the cage of this process, which starts at the first call; see `Cage.read`."""
    return shared_cage().read(path, kind)
