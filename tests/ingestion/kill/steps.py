"""Die at a durable step: whatever changes disk, ledger or server is counted, and one of them may be the last.

Nothing of this is in the product: the functions that it calls are wrapped in a process made for it.
"""

from __future__ import annotations

import functools
import io
import os
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imap_tools.mailbox
import obstore
import paramiko
import pyarrow.parquet as pq
from sqlalchemy.engine.default import DefaultDialect

if TYPE_CHECKING:
    from collections.abc import Callable

COMMIT = "do_commit"
BEFORE, AFTER = "before", "after"
VARYING = re.compile(r"(?<=/)[0-9a-f]{2}(?=/|$)|[^/]*\.(part|parquet|xlsx|held)$|[0-9a-f]{64}|(?<=\.note-)\w+")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
DISK = ("fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir", "open", "write")
SERVERS = {
    paramiko.SFTPClient: ("mkdir", "rename", "remove"),
    obstore: ("copy", "delete"),
    imap_tools.mailbox.BaseMailBox: ("move", "delete", "flag"),
    imap_tools.mailbox.MailBoxFolderManager: ("create",),
}


@dataclass(frozen=True)
class Step:
    """One durable step: what was done, to what (and what it became)."""

    name: str
    places: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The step without what differs from file to file."""
        places = [VARYING.sub("*", place) for place in self.places]
        return " ".join((self.name, " → ".join(places)))

    def __str__(self) -> str:
        return " ".join((self.name, " → ".join(self.places)))


@dataclass
class Watch:
    """Counts steps; at `last` (number, side) the process sends itself a signal."""

    home: Path
    last: tuple[int, str] | None = None
    blow: int = signal.SIGKILL
    steps: list[Step] = field(default_factory=list)

    def put_in_place(self) -> None:
        """Wrap every durable function for the rest of this process's life."""
        for name in DISK:
            self._wrap(os, name, self._places)
        self._wrap(io, "open", self._places)
        self._wrap(pq, "write_table", lambda _name, _given: ())
        self._wrap(DefaultDialect, COMMIT, lambda _name, _given: ())
        for owner, names in SERVERS.items():
            for name in names:
                self._wrap(owner, name, lambda _name, _given: ("server",))

    def _wrap(self, owner: Any, name: str, places: Callable[[str, tuple[Any, ...]], tuple[str, ...] | None]) -> None:
        done = getattr(owner, name)

        @functools.wraps(done)
        def counted(*given: Any, **named: Any) -> Any:
            touched = places(name, given)
            if touched is None:
                return done(*given, **named)
            number = len(self.steps) + 1
            self.steps.append(Step(name, touched))
            self._die_if(number, BEFORE)
            result = done(*given, **named)
            self._die_if(number, AFTER)
            return result

        setattr(owner, name, counted)

    def _die_if(self, number: int, side: str) -> None:
        if self.last == (number, side):
            os.kill(os.getpid(), self.blow)

    def _places(self, name: str, given: tuple[Any, ...]) -> tuple[str, ...] | None:
        """Return what a call touches inside the state folder; None for what it does elsewhere, or only reads."""
        if name == "open" and (isinstance(given[0], int) or not _writes(given[1] if len(given) > 1 else "r")):
            return None
        if name in {"mkdir", "unlink"} and os.path.lexists(given[0]) == (name == "mkdir"):
            return None  # it will change nothing
        count = 2 if name in {"replace", "rename", "link"} else 1
        places = [self._place(one) for one in given[:count]]
        return tuple(place for place in places if place) if all(places) else None

    def _place(self, given: int | str | bytes | os.PathLike[str]) -> str | None:
        path = Path(f"/proc/self/fd/{given}").readlink() if isinstance(given, int) else Path(os.fsdecode(given))
        return str(path.relative_to(self.home)) if path.is_relative_to(self.home) else None


def _writes(how: int | str) -> bool:
    return bool(how & WRITING) if isinstance(how, int) else bool(set(how) & set("wax+"))
