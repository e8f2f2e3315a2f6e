"""The life of the cage: isolated children, no zombies, no orphans, restart, forks, threads."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ingestion.cage import Cage, CagedFile, lane, read_sheets
from ingestion.caged.call_filter import can_filter_calls
from ingestion.caged.zygote import AHEAD
from ingestion.limits import limits
from tests.ingestion.uploads import xlsx

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 10.0

FILTERS = can_filter_calls()

CAGED = """
import errno, os, resource, signal, socket, sys
from ingestion.caged.call_filter import filter_calls
from ingestion.caged.isolation import forbid_descriptors, isolate_zygote, limit_child
from ingestion.cage.lane import reading_limits
from ingestion.limits import limits
reading = reading_limits(limits())
isolate_zygote(reading)
limit_child(reading.reading_seconds)
forbid_descriptors(1)
def refused(act):
    try:
        act()
    except (OSError, MemoryError, ValueError) as error:
        return True
    return False
"""


CAGED_WITHOUT_LIMITS = CAGED.replace(
    "isolate_zygote(reading)\nlimit_child(reading.reading_seconds)\nforbid_descriptors(1)\n", ""
)


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(xlsx())
    return path


def is_alive(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def children_of(process: int) -> list[int]:
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def wait_until(condition: object) -> bool:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if callable(condition) and condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    "act",
    [
        "open('/etc/hostname')", "open('/tmp/thuocdo-escape', 'w')", "socket.socket()", "os.pipe()",
        "os.open('.', os.O_RDONLY)", "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)) or open('/etc/hostname')",
        "bytearray(600 << 20)", "os.listdir('/')",
    ],
)  # fmt: skip
def test_a_caged_child_can_open_nothing_and_take_no_more(act: str) -> None:
    code = f"{CAGED}os._exit(0 if refused(lambda: {act}) else 1)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, check=False)
    assert ended.returncode == 0


@pytest.mark.skipif(not FILTERS, reason="kernel or machine without system call filters")
@pytest.mark.parametrize(
    "act",
    [
        "os.fork()", "os.kill(os.getppid(), 0)", "os.execv('/bin/true', ['true'])", "os.unlink('/nowhere')",
        "socket.socket()", "open('/etc/hostname')", "os.setpriority(os.PRIO_PROCESS, 0, 1)",
    ],
)  # fmt: skip
def test_a_filtered_child_can_only_compute_and_answer(act: str) -> None:
    code = f"{CAGED_WITHOUT_LIMITS}assert filter_calls()\nos._exit(0 if refused(lambda: {act}) else 1)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, check=False)
    assert ended.returncode == 0


def test_a_child_lets_go_of_the_socket_it_was_asked_by_whatever_its_number() -> None:
    code = (
        "import os, socket, sys\nfrom ingestion.caged import child\n"
        "from ingestion.cage.lane import reading_limits\nfrom ingestion.limits import limits\n"
        "reading = reading_limits(limits())\n"
        "owner, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        "control = socket.socket(fileno=os.dup2(theirs.fileno(), 700))\n"
        "def look(*_):\n"
        "    try:\n        os.write(700, b'x')\n"
        "    except OSError:\n        yield {'name': 'let go', 'rows': []}\n"
        "child.read_csv = look\n"
        "upload, (listening, answering) = os.open('/dev/null', os.O_RDONLY), os.pipe()\n"
        "socket.send_fds(owner, [child.msgpack.packb({'kind': 'csv'})], [upload, answering])\n"
        "zygote = os.getpid()\n"
        "if os.fork() == 0:\n    child.attend(control, zygote, reading)\n"
        "os.close(answering)\nprint(os.read(listening, 1000))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "let go" in told.stdout


@pytest.mark.skipif(not FILTERS, reason="kernel or machine without system call filters")
def test_a_filtered_child_may_still_abort_itself() -> None:
    code = f"{CAGED_WITHOUT_LIMITS}filter_calls()\nos.abort()"
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, check=False)
    assert ended.returncode == -signal.SIGABRT


def test_a_caged_child_cannot_burn_processor_time_for_long() -> None:
    code = CAGED.replace("limit_child(reading.reading_seconds)", "limit_child(1)")
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", code + "while True: pass"], cwd=PROJECT, stdout=subprocess.PIPE, check=False
    )
    assert ended.returncode == -signal.SIGXCPU
    assert time.monotonic() - started < PATIENCE_SECONDS


def test_the_cage_says_what_isolation_this_machine_allows(upload: Path) -> None:
    with Cage() as cage:
        assert cage.isolation <= {"network", "calls"}
        assert cage.read(upload, "xlsx").sheets


def test_closing_the_cage_leaves_no_process_and_no_zombie(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        assert is_alive(zygote)
    assert not Path(f"/proc/{zygote}").exists()


def test_reading_leaves_no_child_behind(upload: Path) -> None:
    with Cage() as cage:
        for _ in range(20):
            cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        # Those that wait for the next upload, and no zombie.
        assert wait_until(lambda: [is_alive(child) for child in children_of(zygote)] == [True] * AHEAD)


def test_a_child_that_dies_waiting_is_replaced_and_harms_no_upload(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        for _ in range(5):
            dead = children_of(*cage.zygotes)[0]
            os.kill(dead, signal.SIGKILL)
            assert cage.read(upload, "xlsx").sheets
            assert wait_until(lambda gone=dead: not is_alive(gone) and len(children_of(*cage.zygotes)) == AHEAD)


def test_an_upload_that_no_child_takes_is_read_by_a_fresh_zygote(upload: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "GRACE_SECONDS", 0.2)
    with Cage(limits_in_force=dataclasses.replace(limits(), waiting_seconds=1)) as cage:
        cage.read(upload, "xlsx")
        (stuck,) = cage.zygotes
        assert wait_until(lambda: len(children_of(stuck)) == AHEAD)
        stopped = children_of(stuck)
        for child in stopped:
            os.kill(child, signal.SIGSTOP)
        assert cage.read(upload, "xlsx").sheets
        assert cage.zygotes != (stuck,)
    for child in stopped:  # one that was stopped as it was born has not asked the kernel yet to die with its zygote
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGCONT)
    assert wait_until(lambda: not any(map(is_alive, stopped)))


def test_waiting_children_end_with_the_cage(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        waiting = children_of(*cage.zygotes)
        assert waiting
    assert wait_until(lambda: not any(map(is_alive, waiting)))


def test_waiting_children_end_with_a_zygote_that_is_killed(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        waiting = children_of(zygote)
        os.kill(zygote, signal.SIGKILL)
        assert wait_until(lambda: not any(map(is_alive, waiting)))


def test_a_closed_cage_starts_again_when_needed(upload: Path) -> None:
    cage = Cage()
    cage.read(upload, "xlsx")
    cage.close()
    assert cage.read(upload, "xlsx").sheets
    cage.close()


def test_a_killed_zygote_is_replaced(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        os.kill(zygote, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(zygote))
        assert cage.read(upload, "xlsx").sheets
        assert cage.zygotes != (zygote,)


def test_a_stopped_zygote_does_not_hang_the_caller(upload: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "END_SECONDS", 0.2)
    with Cage() as cage:
        cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        os.kill(zygote, signal.SIGSTOP)
        cage.close()
        assert not Path(f"/proc/{zygote}").exists()


def test_the_zygote_ends_when_its_owner_is_killed(upload: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom ingestion.cage import Cage\ncage = Cage()\n"
        "cage.read(Path(sys.argv[1]), 'xlsx')\nprint(*cage.zygotes, flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(upload)], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        zygote = int(owner.stdout.readline())
        assert is_alive(zygote)
        owner.kill()
    assert wait_until(lambda: not is_alive(zygote))


def test_a_forked_copy_of_the_owner_reads_with_a_cage_of_its_own(upload: Path) -> None:
    read_sheets(upload, "xlsx")
    copy = os.fork()
    if copy == 0:
        try:
            status = 0 if read_sheets(upload, "xlsx").sheets else 1
        finally:
            os._exit(status if "status" in locals() else 2)
    assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 0
    assert read_sheets(upload, "xlsx").sheets


def test_threads_share_a_cage(upload: Path) -> None:
    results: list[CagedFile] = []
    with Cage(lanes=2) as cage:
        threads = [threading.Thread(target=lambda: results.append(cage.read(upload, "xlsx"))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert len(cage.zygotes) <= 2
    assert len(results) == 12
    assert len(set(map(repr, results))) == 1


def test_no_descriptor_leaks_over_many_readings(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(30):
            cage.read(upload, "xlsx")
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_zygote_knows_nothing_of_our_environment(upload: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUOCDO_PORTAL_PASSWORD", "mật khẩu")
    with Cage() as cage:
        cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        assert b"THUOCDO" not in Path(f"/proc/{zygote}/environ").read_bytes()


def test_the_zygote_stays_lean(upload: Path) -> None:
    with Cage() as cage:
        cage.read(upload, "xlsx")
        (zygote,) = cage.zygotes
        maps = Path(f"/proc/{zygote}/maps").read_text()
    assert "python_calamine" in maps
    assert not any(heavy in maps for heavy in ("pandas", "numpy", "duckdb", "pyarrow", "sqlalchemy"))


def test_an_unknown_kind_is_a_mistake_of_ours(upload: Path) -> None:
    with Cage() as cage, pytest.raises(ValueError, match="xls"):
        cage.read(upload, "xls")
