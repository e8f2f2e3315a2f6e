"""Leave a child only the system calls that computing and answering need (Linux seccomp filter).

The filter is a list of the calls that are allowed; every other call fails with 'not permitted'.
So a parser that an upload took over could open no file and no socket, start no program, and send
no signal to another process. Layout: Linux `seccomp(2)` and `linux/filter.h`; call numbers:
`asm/unistd.h` of each machine.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # load a word, jump if equal, end
_CALL_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EPERM
_INSTRUCTION = struct.Struct("=HBBI")

# machine: (audit name, tgkill, the other allowed calls): read write close fstat poll lseek mmap mprotect munmap brk
# rt_sigaction rt_sigprocmask rt_sigreturn sched_yield mremap madvise getpid exit gettimeofday sigaltstack gettid
# futex restart_syscall clock_gettime exit_group getrandom rseq
_MACHINES = {
    "x86_64": (
        0xC000003E, 234,
        (0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 39, 60, 96, 131, 186, 202, 219, 228, 231, 318, 334),
    ),
    "aarch64": (
        0xC00000B7, 131,
        (63, 64, 57, 80, 73, 62, 222, 226, 215, 214, 134, 135, 139, 124, 216, 233, 172, 93, 169, 132, 178, 98, 128, 113,
         94, 278, 293),
    ),
}  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def filter_calls() -> bool:
    """Put the filter on this process for good; returns whether the machine and its kernel allow it."""
    if _FILTER is None:
        return False
    start, end = _FILTER
    return _put_on(start + _step(_EQUAL, os.getpid(), 0, 1) + end)


def _put_on(instructions: bytes) -> bool:
    program = _Program(len(instructions) // _INSTRUCTION.size, instructions)
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)) == 0)


def can_filter_calls() -> bool:
    """Try the filter on a throw-away child; an empty one, which no kernel takes, readies the call in this process."""
    _put_on(b"")
    child = os.fork()
    if child == 0:
        os._exit(0 if filter_calls() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _instructions(machine: int, tgkill: int, allowed: tuple[int, ...]) -> tuple[bytes, bytes]:
    """Build the filter: right machine, a signal only to itself (abort), or one of the allowed calls.

    Built once, before any child is born; between the two parts stands the step that knows the child's number.
    """
    calls = tuple(_step(_EQUAL, call, len(allowed) - place) for place, call in enumerate(allowed))
    start = (
        _step(_LOAD, _MACHINE), _step(_EQUAL, machine, 1, 0), _FAILED,
        _step(_LOAD, _CALL_NUMBER), _step(_EQUAL, tgkill, 0, 3), _step(_LOAD, _FIRST_ARGUMENT),
    )  # fmt: skip
    return b"".join(start), b"".join((_ALLOWED, _step(_LOAD, _CALL_NUMBER), *calls, _FAILED, _ALLOWED))


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, if_true, if_false, value)


_ALLOWED, _FAILED = _step(_RETURN, _ALLOW), _step(_RETURN, _FAIL)
_FILTER = _instructions(*_MACHINES[platform.machine()]) if platform.machine() in _MACHINES else None
