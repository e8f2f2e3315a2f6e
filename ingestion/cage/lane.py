"""One zygote process and the talk with it: start, ask, listen with a deadline, end."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import sysconfig
import time
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import msgpack

from ingestion.cage.outcomes import Outcome, content_of
from ingestion.caged.request import END, LARGEST_REQUEST, ReadingLimits
from ingestion.limits import Limits
from warehouse.errors import ThuocDoError

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGES = sysconfig.get_path("purelib"), sysconfig.get_path("platlib")
BOOT = "import sys; sys.path[1:1] = sys.argv[2:]; from ingestion.caged.zygote import main; main()"
PIECE = 1 << 16  # what a pipe holds
LARGEST_ANSWER = 1 << 26
START_SECONDS = 30.0
GRACE_SECONDS = 2.0
END_SECONDS = 5.0
KEPT_VARIABLES = ("LD_LIBRARY_PATH",)
READING_LIMITS = tuple(field.name for field in fields(ReadingLimits))


class CageUnavailable(ThuocDoError):
    """The caged reader cannot be started on this machine; nothing was read."""

    code = "CAGE-01"
    retryable = True


class LaneLost(Exception):
    """The talk with the zygote broke off; it was ended. `reason` says whose fault that can be."""

    def __init__(self, reason: Literal["wait", "size", "died"]) -> None:
        """Keep the reason: 'died' is never the upload's fault, the child cannot reach the zygote."""
        super().__init__(reason)
        self.reason = reason


class Lane:
    """A running zygote; handles one upload at a time and is thrown away after any irregular answer."""

    def __init__(self, limits: Limits) -> None:
        """Start the zygote, which keeps these limits, and wait for its first word; raises CageUnavailable."""
        self._limits = limits
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = ours
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 our own interpreter and our own code
                [sys.executable, "-I", "-S", "-c", BOOT, str(theirs.fileno()), str(PROJECT), *PACKAGES],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
                start_new_session=True,
            )
        reading = {name: getattr(limits, name) for name in READING_LIMITS}
        with suppress(OSError):  # it died at once: there will be no first word
            self.control.send(msgpack.packb(reading))
        hello = self._receive(time.monotonic() + START_SECONDS)
        if hello is None:
            self.end()
            raise CageUnavailable(
                "Không khởi động được trình đọc cách ly; chưa có tệp nào được đọc. "
                "Hãy kiểm tra môi trường Python (gói python-calamine, msgpack) rồi chạy lại."
            )
        self.isolation: frozenset[str] = frozenset(hello.get("isolation", ()))

    def read(self, source: int, kind: str) -> Outcome:
        """Have one upload read.

        Raises:
            LaneLost: the zygote gave no answer in time, answered too much, or died; it is ended.
        """
        deadline = time.monotonic() + self._limits.waiting_seconds + GRACE_SECONDS
        listening, answering = os.pipe()
        try:
            try:
                self.ask({"kind": kind}, [source, answering])
            finally:
                os.close(answering)
            content = content_of(_listen(listening, deadline))  # while the child ends
        except OSError as error:
            self.kill()
            raise LaneLost("died") from error
        except LaneLost:
            self.kill()
            raise
        finally:
            os.close(listening)
        status = self.ended(deadline)
        return Outcome(
            content, int(status["exit"]), bool(status["timed_out"]),
            int(status["cpu_milliseconds"]), int(status["peak_kibibytes"]),
        )  # fmt: skip

    def ask(self, request: dict[str, object], descriptors: list[int]) -> None:
        """Send a request with its descriptors; the zygote starts a child for it."""
        socket.send_fds(self.control, [msgpack.packb(request)], descriptors)

    def ended(self, deadline: float) -> dict[str, Any]:
        """Return how the child ended; raises LaneLost where the zygote does not tell, and ends it."""
        status = self._receive(deadline)
        if status is None:
            self.kill()
            raise LaneLost("died")
        return status

    @property
    def is_alive(self) -> bool:
        """Tell whether the zygote can be asked."""
        return self.control.fileno() >= 0 and self.process.poll() is None

    def end(self) -> None:
        """End the zygote and its child, and reap it."""
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)  # also for copies of the socket in forked processes
        self.control.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
            return
        self.process.kill()
        self.process.wait()

    def forget(self) -> None:
        """Let go of a zygote that belongs to another process (after a fork): its owner ends it."""
        self.control.close()
        self.process.returncode = 0  # not our child: nothing to wait for

    def kill(self) -> None:
        """Kill the zygote, and by that its child."""
        self.control.close()
        self.process.kill()
        self.process.wait()

    def _receive(self, deadline: float) -> dict[str, Any] | None:
        if not _is_ready(self.control.fileno(), deadline):
            return None
        try:
            message = self.control.recv(LARGEST_REQUEST)
        except OSError:
            return None
        content = msgpack.unpackb(message) if message else None
        return content if isinstance(content, dict) else None


def _listen(descriptor: int, deadline: float) -> bytes:
    """Return all bytes to the end of the answer, or until the writers are gone.

    What stops in the middle, or only looks like an end, is no whole answer, and not believed.

    Raises:
        LaneLost: past the deadline or the largest answer.
    """
    answer = bytearray()
    while _is_ready(descriptor, deadline):
        piece = os.read(descriptor, PIECE)
        if not piece:
            return bytes(answer)
        answer += piece
        if len(answer) > LARGEST_ANSWER:
            raise LaneLost("size")
        if answer.endswith(END):
            return bytes(answer)
    raise LaneLost("wait")


def _is_ready(descriptor: int, deadline: float) -> bool:
    watcher = select.poll()
    watcher.register(descriptor, select.POLLIN)
    return bool(watcher.poll(max(0.0, deadline - time.monotonic()) * 1000))
