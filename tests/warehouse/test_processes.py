"""Programs of a service: logged, watched, started again, ended with all their children."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from warehouse import processes as processes_module
from warehouse.errors import ThuocDoError
from warehouse.processes import Processes, Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
WITH_CHILD = (
    "import subprocess,sys; child = subprocess.Popen([sys.executable, '-c', 'import signal,time;"
    'signal.signal(signal.SIGTERM, signal.SIG_IGN);print("ready",flush=True);time.sleep(60)\']);'
    "print('child', child.pid, flush=True); child.wait()"
)


@pytest.fixture
def running() -> Iterator[Processes]:
    processes = Processes()
    yield processes
    processes.stop()


def program(folder: Path, code: str, name: str = "web") -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ), folder / "logs" / f"{name}.log")


def logged(log: Path, word: str) -> str:
    """Wait until a program has written a word; returns its log."""
    deadline = time.monotonic() + 20
    while word not in (text := log.read_text() if log.exists() else ""):
        assert time.monotonic() < deadline, text
        time.sleep(0.02)
    return text


def children() -> set[psutil.Process]:
    """Return this process's children; other tests may have left some of their own (the cage's zygote)."""
    return set(psutil.Process().children())


def ended_program(folder: Path, running: Processes) -> Program:
    ended = program(folder, "print('over')")
    before = children()
    running.start(ended)
    deadline = time.monotonic() + 20
    while any(child.status() != psutil.STATUS_ZOMBIE for child in children() - before):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return ended


def test_a_program_writes_to_its_log(running: Processes, tmp_path: Path) -> None:
    started = program(tmp_path, SLEEP)
    running.start(started)
    logged(started.log, "ready")
    running.check_alive()


def test_a_program_that_ended_by_itself_is_told_by_name_and_log(running: Processes, tmp_path: Path) -> None:
    ended = ended_program(tmp_path, running)
    with pytest.raises(ThuocDoError, match="'web' đã dừng") as told:
        running.check_alive()
    assert str(ended.log) in told.value.message


def test_a_program_that_ended_is_started_again_and_the_others_are_not(running: Processes, tmp_path: Path) -> None:
    ended = ended_program(tmp_path, running)
    running.start(program(tmp_path, SLEEP, "other"))
    assert running.restart_ended() == ["web"]
    deadline = time.monotonic() + 20
    while ended.log.read_text().count("over") < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_stopping_ends_a_program_that_does_not_listen(
    running: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes_module, "STOP_SECONDS", 0.2)
    stubborn = program(tmp_path, STUBBORN)
    before = children()
    running.start(stubborn)
    logged(stubborn.log, "ready")
    running.stop()
    assert children() <= before


def test_stopping_ends_the_children_of_a_program_too(running: Processes, tmp_path: Path) -> None:
    parent = program(tmp_path, WITH_CHILD)
    running.start(parent)
    child = psutil.Process(int(logged(parent.log, "ready").split("child ")[1].split()[0]))
    running.stop()
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_stopping_twice_is_stopping_once(running: Processes) -> None:
    running.stop()
    running.stop()
