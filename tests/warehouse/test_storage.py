"""Durable writing: the old file or the new one, never half of one, and a full disk is told in one sentence."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from warehouse.errors import StorageFull
from warehouse.settings import PROJECT, Settings
from warehouse.storage import CHUNK, check_free_space, full_disk_told, sha256_of, write_durably

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def half_written(handle: IO[bytes]) -> None:
    handle.write(b"half")
    raise RuntimeError


def failing_with(number: int) -> Callable[[IO[bytes]], None]:
    def write(handle: IO[bytes]) -> None:
        handle.write(b"half")
        raise OSError(number, os.strerror(number))

    return write


def run_child(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "file.txt"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


def names(target: Path) -> list[str]:
    return [path.name for path in target.parent.iterdir()]


def test_a_file_is_written_whole_with_its_mode_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "secret"
    write_durably(path, lambda handle: handle.write(b"figures"), mode=0o600)
    assert path.read_bytes() == b"figures"
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(path) == ["secret"]


def test_a_write_that_fails_halfway_leaves_the_old_file_and_nothing_else(target: Path) -> None:
    with pytest.raises(RuntimeError):
        write_durably(target, half_written)
    assert target.read_bytes() == b"old"
    assert names(target) == ["file.txt"]


def test_a_write_that_fails_halfway_leaves_no_file_where_there_was_none(target: Path) -> None:
    other = target.with_name("new.txt")
    with pytest.raises(RuntimeError):
        write_durably(other, half_written)
    assert names(target) == ["file.txt"]


def test_the_bytes_are_on_disk_before_they_take_the_name(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: seen.append(target.read_bytes()))
    write_durably(target, lambda handle: handle.write(b"new"))
    assert seen == [b"old", b"new"]  # the file before the rename, the folder after it


def test_a_process_killed_while_it_writes_leaves_the_old_file(target: Path) -> None:
    program = (
        "import os,signal,sys;from pathlib import Path;from warehouse.storage import write_durably\n"
        "def write(handle):\n"
        "    handle.write(b'half'*100000);handle.flush();os.kill(os.getpid(),signal.SIGKILL)\n"
        "write_durably(Path(sys.argv[1]), write)"
    )
    assert run_child(program, target).returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"
    assert all(name.startswith(".") for name in names(target) if name != "file.txt")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_one_sentence_and_changes_nothing(target: Path, number: int) -> None:
    with pytest.raises(StorageFull, match="đã đầy") as told:
        write_durably(target, failing_with(number))
    assert told.value.facts == {"place": str(target.parent)}
    assert target.read_bytes() == b"old"
    assert names(target) == ["file.txt"]


def test_another_fault_of_the_disk_is_not_called_a_full_one(target: Path) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as told:
        write_durably(target, failing_with(errno.EIO))
    assert not isinstance(told.value, StorageFull)


def test_a_disk_that_is_full_is_told_where_files_are_copied_in_bulk(tmp_path: Path) -> None:
    import shutil

    fault = shutil.Error([("a", "b", f"[Errno {errno.ENOSPC}] {os.strerror(errno.ENOSPC)}: 'b'")])
    with pytest.raises(StorageFull), full_disk_told(tmp_path):
        raise fault


def test_a_really_full_disk_keeps_the_old_file(tiny_disk: Callable[[int], Path], fill: Callable[[Path], Path]) -> None:
    disk = tiny_disk(256)
    target = disk / "file.txt"
    write_durably(target, lambda handle: handle.write(b"old"))
    filler = fill(disk)
    with pytest.raises(StorageFull):
        write_durably(target, lambda handle: handle.write(b"n" * 100_000))
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in disk.iterdir()) == ["file.txt", "filler"]
    filler.unlink()
    write_durably(target, lambda handle: handle.write(b"n" * 100_000))
    assert target.stat().st_size == 100_000


def test_a_file_larger_than_the_system_allows_keeps_the_old_one(target: Path) -> None:
    program = (
        "import resource,sys;from pathlib import Path\n"
        "from warehouse.errors import StorageFull;from warehouse.storage import write_durably\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE,(10000,10000))\n"
        "try: write_durably(Path(sys.argv[1]), lambda handle: handle.write(b'n'*50000))\n"
        "except StorageFull: sys.exit(7)"
    )
    assert run_child(program, target).returncode == 7
    assert target.read_bytes() == b"old"
    assert names(target) == ["file.txt"]


def test_the_hash_of_a_file_is_that_of_all_its_bytes(tmp_path: Path) -> None:
    content = b"ab" * CHUNK  # more than one piece
    (tmp_path / "file").write_bytes(content)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_writing_does_not_start_on_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="chỉ còn") as told:
        check_free_space(Settings(home=tmp_path, free_space_mib=1 << 40))
    assert told.value.facts["free_mib"] < 1 << 40
    check_free_space(Settings(home=tmp_path, free_space_mib=0))
