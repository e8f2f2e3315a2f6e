"""Run days in processes made for dying: forked from a prepared interpreter, one for each death."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.ingestion.kill.history import State, problems, state_of, wounds
from tests.ingestion.kill.scene import Readings, live
from tests.ingestion.kill.steps import AFTER, BEFORE, COMMIT, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from warehouse.settings import Settings

PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Day:
    """A day to be lived again and again: the office as it stands in the morning, and how it should end."""

    morning: Settings
    readings: Readings | None
    steps: tuple[Step, ...]
    lived: Settings
    evening: State


def started(
    settings: Settings, last: tuple[int, str] | None, readings: Readings | None, blow: int = signal.SIGKILL
) -> ForkServerProcess:
    """Begin a day in a process forked from the prepared interpreter."""
    return forking(live, settings, last, readings, None, blow)


def forking(target: Callable[..., None], *given: object) -> ForkServerProcess:
    """Start a function in a process forked from the prepared interpreter."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.ingestion.kill.prepared"])
    process = context.Process(target=target, args=given)
    process.start()
    return process


def forked(settings: Settings, last: tuple[int, str] | None, readings: Readings | None, trace: Path | None) -> int:
    """Live a day in a forked process; returns its exit code, negative for the signal that ended it."""
    process = forking(live, settings, last, readings, trace)
    process.join(PATIENCE_SECONDS)
    assert process.exitcode is not None, "the process hangs"
    return process.exitcode


def undisturbed(morning: Settings, readings: Readings | None, folder: Path) -> Day:
    """Live the day once to its end, counting the steps."""
    settings, trace = copy(morning, folder / "undisturbed"), folder / "trace.json"
    assert forked(settings, None, readings, trace) == 0
    steps = tuple(Step(name, tuple(places)) for name, places in json.loads(trace.read_text()))
    return Day(morning, readings, steps, settings, state_of(settings))


def copy(morning: Settings, folder: Path) -> Settings:
    """Copy the state folder of a morning."""
    shutil.copytree(morning.root, folder, symlinks=True)
    return morning.model_copy(update={"home": folder})


def chosen_deaths(day: Day, *, everywhere: bool) -> list[tuple[int, str]]:
    """Return where to die: at every step on both sides, or at the first and the last step of every kind, in turn."""
    if everywhere:
        return [(number, side) for number in range(1, len(day.steps) + 1) for side in (BEFORE, AFTER)]
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, step in enumerate(day.steps, start=1):
        first.setdefault(step.kind, number)
        last[step.kind] = number
    commits = [number for number, step in enumerate(day.steps, start=1) if step.name == COMMIT]
    numbers = sorted({*first.values(), *last.values(), *commits})
    return [(number, (BEFORE, AFTER)[turn % 2]) for turn, number in enumerate(numbers)]


def killed_at(day: Day, number: int, side: str, folder: Path) -> list[str]:
    """Die at a step, look at what is left, live on, and list what is wrong; the folder is removed.

    One day in fifteen is over two steps earlier: the note of a symbolic link holds its inode, which no copy of the
    morning shares, and lands by its hash in a folder that another file has made.
    """
    settings, trace = copy(day.morning, folder), folder.with_name("steps.json")
    ended = forked(settings, (number, side), day.readings, trace)
    is_over = ended == 0 and len(json.loads(trace.read_text())) < number
    found = [] if ended == -signal.SIGKILL or is_over else [f"ended with {ended} instead of dying"]
    found += lived_on(day, settings)
    return [f"step {number} {side} {day.steps[number - 1]}: {what}" for what in found]


def killed_after(day: Day, seconds: float, folder: Path) -> list[str]:
    """Die at a moment, wherever that is; the rest as in `killed_at`."""
    settings = copy(day.morning, folder)
    process = started(settings, None, day.readings)
    process.join(seconds)
    process.kill()
    process.join(PATIENCE_SECONDS)
    return [f"after {seconds:.3f} s: {what}" for what in lived_on(day, settings)]


def lived_on(day: Day, settings: Settings) -> list[str]:
    """Look at what a death left, run again, list what is wrong; the folder is removed."""
    found = wounds(settings)
    ended = forked(settings, None, day.readings, None)
    found += [] if ended == 0 else [f"the next run ended with {ended}"]
    found += problems(settings, day.evening)
    shutil.rmtree(settings.root)
    return found
