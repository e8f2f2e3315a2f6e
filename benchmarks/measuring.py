"""Run a step in a process of its own, as a task of the schedule is, and watch the memory of it and its children."""

from __future__ import annotations

import multiprocessing
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")
SAMPLE_SECONDS = 0.5
KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Measured(Generic[T]):
    """What a step returned, its wall time, and its own CPU time (children apart)."""

    result: T
    seconds: float
    cpu_seconds: float


class Worker:
    """A fresh process that runs one call after the other; a context manager that ends it.

    `peak_mib` is the largest sum of PSS of the process and its children that was seen: PSS
    counts a page shared by n processes 1/n times, so the sum is what the machine gives away.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._calls, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=False)
        self._process.start()
        self.peak_mib = 0.0
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._sampler.join()
        self._calls.send(None)
        self._process.join()

    def call(self, function: Callable[..., T], *arguments: Any) -> Measured[T]:
        """Run a function of a module over there; an exception comes back as one."""
        self._calls.send((function, arguments))
        answer = self._calls.recv()
        if isinstance(answer, BaseException):
            raise answer
        measured: Measured[T] = answer
        return measured

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak_mib = max(self.peak_mib, family_mib(self._process.pid or 0))


def family_mib(parent: int) -> float:
    """Return the PSS of a process and its children now, in MiB; asked of the kernel directly, it costs little."""
    total, waiting = 0, [parent]
    while waiting:
        folder = Path("/proc", str(waiting.pop()))
        try:
            rollup = (folder / "smaps_rollup").read_text()
            children = [path.read_text() for path in folder.glob("task/*/children")]
        except OSError:  # it has just ended
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
        waiting += [int(child) for text in children for child in text.split()]
    return total / KIB_PER_MIB


def _work(calls: Connection) -> None:
    while (call := calls.recv()) is not None:
        function, arguments = call
        started, cpu = time.perf_counter(), time.process_time()
        try:
            result = function(*arguments)
        except Exception as error:
            calls.send(error)
        else:
            calls.send(Measured(result, time.perf_counter() - started, time.process_time() - cpu))
