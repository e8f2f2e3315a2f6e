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


class CageUnavailable(ThuocDoError):
    """The caged reader cannot be started on this machine; nothing was read."""

    code = "CAGE-01"
    retryable = True


def reading_limits(limits: Limits) -> ReadingLimits:
    """Return those limits that hold inside the cage."""
    return ReadingLimits(**{field.name: getattr(limits, field.name) for field in fields(ReadingLimits)})


class LaneLost(Exception):
    """The talk with the zygote broke off; it was ended. `reason` says whose fault that can be."""

    def __init__(self, reason: Literal["wait", "size", "died"]) -> None:
        """Keep the reason: 'died' is never the upload's fault, the child cannot reach the zygote."""
        super().__init__(reason)
        self.reason = reason


class Lane:
    """A running zygote; handles one upload at a time and is thrown away after any irregular answer.

    `hears_every_end` has it wait for the end of each child, whole answer or not, for those who measure children.
    """

    hears_every_end = False

    def __init__(self, limits: Limits) -> None:
        """Start the zygote, which keeps these limits, and wait for its first word; raises CageUnavailable."""
        self._limits = limits
        self._asked = self._takes = self._taker = 0
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
        with suppress(OSError):  # it died at once: there will be no first word
            self.control.send(msgpack.packb(vars(reading_limits(limits))))
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

        A whole answer is taken as it is; how a child ends tells only why one is not whole.

        Raises:
            LaneLost: no answer in time, too long an answer, or the zygote died; it is ended.
        """
        deadline = time.monotonic() + self._limits.waiting_seconds
        listening, answering = os.pipe()
        try:
            try:
                self.ask({"kind": kind}, [source, answering])
            finally:
                os.close(answering)
            content = content_of(_listen(listening, deadline))
        except OSError as error:
            self.kill()
            raise LaneLost("died") from error
        except LaneLost as lost:
            was_taken = self._comes_to_be_taken(time.monotonic() + GRACE_SECONDS)
            self.kill()
            raise LaneLost(lost.reason if was_taken else "died") from lost
        finally:
            os.close(listening)
        if content is not None and not self.hears_every_end:
            return Outcome(content, 0)
        end = self._end_of_child(time.monotonic() + GRACE_SECONDS)
        return Outcome(content, int(end["exit"]), int(end["cpu_milliseconds"]), int(end["peak_kibibytes"]))

    def ask(self, request: dict[str, object], descriptors: list[int]) -> None:
        """Send a request with its descriptors; a waiting child takes it."""
        self._hear_what_waits()
        self._asked += 1
        socket.send_fds(self.control, [msgpack.packb(request)], descriptors)

    @property
    def _is_taken(self) -> bool:
        """Whether a child has taken the last request; children take them in their order."""
        return self._takes == self._asked

    def _comes_to_be_taken(self, deadline: float) -> bool:
        """Tell whether a child takes the last request, or has taken it; if none does, the zygote is stuck."""
        while not self._is_taken and (told := self._receive(deadline)) is not None:
            self._note(told)
        return self._is_taken

    def _hear_what_waits(self) -> None:
        """Hear what the zygote and its children have said so far."""
        with suppress(OSError):
            while message := self.control.recv(LARGEST_REQUEST, socket.MSG_DONTWAIT):
                self._note(msgpack.unpackb(message))

    def _note(self, told: dict[str, Any]) -> bool:
        """Note what was said; returns whether it is the end of the child that took the last request."""
        if "taken" in told:
            self._takes, self._taker = self._takes + 1, told["taken"]
        return self._is_taken and told.get("ended") == self._taker

    def _end_of_child(self, deadline: float) -> dict[str, Any]:
        """Return how the child that took the last request ended.

        Raises:
            LaneLost: that child does not end ('wait'); it died in the moment of taking the request, or
                the zygote died ('died'). The zygote is ended.
        """
        while (told := self._receive(deadline)) is not None:
            if self._note(told):
                return told
        self.kill()
        raise LaneLost("wait" if self._is_taken and time.monotonic() >= deadline else "died")

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
