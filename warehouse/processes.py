"""Child processes of a service: each in a group of its own, logged to a file, ended for good."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import ThuocDoError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Program:
    """What to run: its name, its command line, its environment, where it logs to."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path


class Processes:
    """The running programs of a service."""

    def __init__(self) -> None:
        """Start with none."""
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}

    def start(self, program: Program) -> None:
        """Start a program in a process group of its own."""
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own programs with fixed arguments
                list(program.command),
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._running[program.name] = (program, process)

    def check_alive(self) -> None:
        """Raise ThuocDoError when a program has ended by itself."""
        for program, process in self._running.values():
            if process.poll() is not None:
                raise ThuocDoError(
                    f"Thành phần '{program.name}' đã dừng (mã {process.returncode}). Xem {program.log}.",
                    component=program.name,
                )

    def restart_ended(self) -> list[str]:
        """Start every program again that has ended; returns their names."""
        ended = [program for program, process in self._running.values() if process.poll() is not None]
        for program in ended:
            self.start(program)
        return [program.name for program in ended]

    def stop(self) -> None:
        """End every process group: politely first, for good after a while."""
        processes = [process for _, process in self._running.values()]
        for process in processes:
            _signal_group(process, signal.SIGTERM)
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
