"""Take away what a parser does not need: network, files, processes, memory, time.

What holds on every Linux: resource limits, and a descriptor limit that is lowered to what is
already open, so that the child can open no file and no socket. What holds where the kernel allows
it, and is reported by the zygote: an own network namespace without any interface ('network'), and
the filter of system calls ('calls', `call_filter.py`).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from typing import TYPE_CHECKING

from ingestion.caged.call_filter import can_filter_calls

if TYPE_CHECKING:
    from ingestion.caged.request import ReadingLimits

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38

_libc = ctypes.CDLL(None, use_errno=True)


def isolate_zygote(limits: ReadingLimits) -> list[str]:
    """Enter an empty network namespace if allowed, and take on what every child inherits.

    512 MiB of address space, no file growth, no core file, no new privileges; none can be undone.

    Returns:
        What this machine allows beyond that: 'network', 'calls'.
    """
    flags = CLONE_NEWNET | CLONE_NEWIPC
    has_network = _libc.unshare(CLONE_NEWUSER | flags) == 0 or _libc.unshare(flags) == 0
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for name, limit in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (limit, limit))
    return ["network"] * has_network + ["calls"] * can_filter_calls()


def leave_with(zygote: int) -> bool:
    """Have the kernel kill this process when the zygote ends, and show its memory to nobody.

    Returns:
        Whether the zygote still lives: the kernel says nothing of one that ended before it was asked.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    return os.getppid() == zygote


def limit_child(seconds: int) -> None:
    """Limit this process to so many processor seconds, and to no new process or thread (root is exempt).

    The other limits are inherited from the zygote.
    """
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    # one second between the signal that tells the reason and the one that kills
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def forbid_descriptors(kept: int) -> None:
    """Close every descriptor but `kept`, and allow no other to be opened: no file, no socket, no pipe."""
    os.dup2(kept, 0)
    os.closerange(1, 256)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))
