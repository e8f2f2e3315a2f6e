"""The zygote: a tiny process that forks one limited child per upload.

It is started fresh (not forked from the caller) and imports the readers once, because the price of
a fork follows the parent's page tables (performance 3: 3 ms lean, 8 ms from a heavy process). What
registers work to be done after every fork (`threading`, and with it `zipfile`) stays out: it doubles that price. It
handles one upload at a time, enforces the wall clock itself, and ends when its control socket
closes, so that it cannot outlive its owner.
"""

from __future__ import annotations

import codecs
import gc
import os
import signal
import socket
import sys
import time

import msgpack

from ingestion.caged.child import run_child, run_reader
from ingestion.caged.isolation import isolate_zygote
from ingestion.caged.rehearsal import rehearse
from ingestion.caged.request import LARGEST_REQUEST, ReadingLimits

DESCRIPTORS = 2
CHILD_ENDED = frozenset({signal.SIGCHLD})
# A child can open no file, so the codecs it may need are loaded before it is born.
CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp437", "latin-1", "ascii")


def main() -> None:
    """Serve the socket whose descriptor is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for codec in CODECS:
        codecs.lookup(codec)
    limits = ReadingLimits(**msgpack.unpackb(control.recv(LARGEST_REQUEST)))
    isolation = isolate_zygote(limits)
    signal.pthread_sigmask(signal.SIG_BLOCK, CHILD_ENDED)
    rehearse(limits)
    control.send(msgpack.packb({"isolation": isolation}))
    gc.collect()
    gc.freeze()
    gc.disable()  # a child is too short-lived to collect, and collecting would copy the zygote's pages
    while _serve(control, limits):
        pass


def _serve(control: socket.socket, limits: ReadingLimits) -> bool:
    message, descriptors, _, _ = socket.recv_fds(control, LARGEST_REQUEST, DESCRIPTORS)
    if not message or not descriptors:
        return False
    request = msgpack.unpackb(message)
    reads = int(request.get("reads", 1))
    child = os.fork()
    if child == 0:
        control.close()
        if "reads" in request:
            run_reader(descriptors[0], limits, reads)
        run_child(descriptors[0], descriptors[1], str(request["kind"]), limits)
    for descriptor in descriptors:
        os.close(descriptor)
    control.send(msgpack.packb(_wait(child, limits.waiting_seconds * reads)))
    return True


def _wait(child: int, seconds: float) -> dict[str, int | bool]:
    """Wait for the child, at most `seconds` by the wall clock, then kill it; always reaps it.

    Its end is announced by SIGCHLD, which is blocked and waited for: works on every kernel.
    """
    deadline = time.monotonic() + seconds
    timed_out = False
    ended, status, usage = os.wait4(child, os.WNOHANG)
    while not ended:
        rest = deadline - time.monotonic()
        timed_out = rest <= 0
        if timed_out:
            os.kill(child, signal.SIGKILL)  # not reaped yet, so the number is still this child's
        else:
            signal.sigtimedwait(CHILD_ENDED, rest)
        ended, status, usage = os.wait4(child, 0 if timed_out else os.WNOHANG)
    return {
        "timed_out": timed_out,
        "exit": os.waitstatus_to_exitcode(status),
        "cpu_milliseconds": round((usage.ru_utime + usage.ru_stime) * 1000),
        "peak_kibibytes": usage.ru_maxrss,
    }
