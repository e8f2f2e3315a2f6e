"""The zygote: a tiny process whose children each read one upload.

It is started fresh (not forked from the caller) and imports the readers once, because the price of
a fork follows the parent's page tables (performance 3: 3 ms lean, 8 ms from a heavy process). What
registers work to be done after every fork (`threading`, and with it `zipfile`) stays out: it doubles that price.

Children are forked ahead: a few wait at the control socket, whichever wakes takes the next upload,
and nobody waits for a fork. The owner holds the wall clock and ends the zygote when it runs out;
children die with the zygote. Since one always waits, the end of the owner is noticed at once.
"""

from __future__ import annotations

import codecs
import gc
import os
import socket
import sys
from contextlib import suppress

import msgpack

from ingestion.caged.child import attend
from ingestion.caged.isolation import isolate_zygote
from ingestion.caged.rehearsal import rehearse
from ingestion.caged.request import LARGEST_REQUEST, ReadingLimits

AHEAD = 2
# A child can open no file, so the codecs it may need are loaded before it is born.
CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp437", "latin-1", "ascii")


def main() -> None:
    """Serve the socket whose descriptor is the only argument, until its other end is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for codec in CODECS:
        codecs.lookup(codec)
    limits = ReadingLimits(**msgpack.unpackb(control.recv(LARGEST_REQUEST)))
    isolation = isolate_zygote(limits)
    rehearse(limits)
    control.send(msgpack.packb({"isolation": isolation}))
    gc.collect()
    gc.freeze()
    gc.disable()  # a child is too short-lived to collect, and collecting would copy the zygote's pages
    with suppress(OSError):  # the owner is gone
        _keep_children(control, limits)


def _keep_children(control: socket.socket, limits: ReadingLimits) -> None:
    """Have children wait for uploads, and tell how each that ended did.

    Raises:
        OSError: nobody listens any more; a child that waited has seen that and ended, whatever it says of it.
    """
    for _ in range(AHEAD):
        _fork(control, limits)
    while True:
        child, status, usage = os.wait4(-1, 0)
        ended = {
            "ended": child,
            "exit": os.waitstatus_to_exitcode(status),
            "cpu_milliseconds": round((usage.ru_utime + usage.ru_stime) * 1000),
            "peak_kibibytes": usage.ru_maxrss,
        }
        control.send(msgpack.packb(ended))
        _fork(control, limits)


def _fork(control: socket.socket, limits: ReadingLimits) -> None:
    zygote = os.getpid()
    if os.fork() == 0:
        attend(control, zygote, limits)
