"""Landing: whole, once, read-only, under the hash of the bytes."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingestion import landing
from ingestion.findings import FindingRefused
from ingestion.landing import land, landed_path
from ingestion.limits import limits
from warehouse.errors import StorageFull
from warehouse.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 6, 20, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "báo cáo.xlsx"
    path.write_bytes(b"figures")
    return path


def left_behind(settings: Settings) -> list[Path]:
    return [path for path in settings.landing.rglob("*") if path.is_file()]


def test_bytes_land_under_their_own_hash(settings: Settings, upload: Path) -> None:
    landed = land(settings, upload, NOW)
    assert landed.sha256 == hashlib.sha256(b"figures").hexdigest()
    assert landed.path == landed_path(settings, landed.sha256)
    assert landed.path.read_bytes() == b"figures"
    assert (landed.size, landed.is_new) == (7, True)


def test_landed_bytes_are_read_only_and_dated_by_the_given_clock(settings: Settings, upload: Path) -> None:
    state = land(settings, upload, NOW).path.stat()
    assert stat.S_IMODE(state.st_mode) == 0o444
    assert state.st_mtime == NOW.timestamp()


def test_the_same_bytes_land_once_whatever_they_are_called(settings: Settings, upload: Path, tmp_path: Path) -> None:
    first = land(settings, upload, NOW)
    other = tmp_path / "-rf ..xlsx"
    other.write_bytes(b"figures")
    again = land(settings, other, NOW)
    assert (again.sha256, again.path, again.is_new) == (first.sha256, first.path, False)
    assert left_behind(settings) == [first.path]


def test_a_damaged_landed_file_is_healed_by_the_same_bytes(settings: Settings, upload: Path) -> None:
    path = land(settings, upload, NOW).path
    path.chmod(0o644)
    path.write_bytes(b"rotten!")
    land(settings, upload, NOW)
    assert path.read_bytes() == b"figures"


def test_the_sender_file_is_left_as_it_was(settings: Settings, upload: Path) -> None:
    land(settings, upload, NOW)
    assert upload.read_bytes() == b"figures"


def test_an_empty_file_lands_as_evidence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").touch()
    assert land(settings, tmp_path / "empty.xlsx", NOW).size == 0


def test_a_link_is_never_followed(settings: Settings, upload: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(upload)
    with pytest.raises(FindingRefused) as refused:
        land(settings, link, NOW)
    assert refused.value.finding.code == "SEC-01"
    assert left_behind(settings) == []


def test_a_fifo_without_a_writer_is_refused_at_once(settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(FindingRefused) as refused:
        land(settings, tmp_path / "pipe.xlsx", NOW)
    assert refused.value.finding.code == "SEC-01"


@pytest.mark.parametrize("name", ["/dev/zero", "."])
def test_devices_and_folders_are_refused(settings: Settings, tmp_path: Path, name: str) -> None:
    with pytest.raises(FindingRefused) as refused:
        land(settings, tmp_path / name, NOW)
    assert refused.value.finding.code == "SEC-01"


def test_a_file_over_the_limit_is_refused_and_not_kept(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as handle:
        handle.truncate(limits().file_bytes + 1)
    with pytest.raises(FindingRefused) as refused:
        land(settings, path, NOW)
    assert refused.value.finding.code == "ARR-04"
    assert left_behind(settings) == []


def test_a_file_that_changes_while_it_is_read_waits(
    settings: Settings, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = os.read

    def read_while_it_grows(descriptor: int, length: int) -> bytes:
        piece = read(descriptor, length)
        if piece:
            with upload.open("ab") as handle:
                handle.write(b"!")
        return piece if len(piece) > 1 else b""

    monkeypatch.setattr(landing.os, "read", read_while_it_grows)
    with pytest.raises(FindingRefused) as refused:
        land(settings, upload, NOW)
    assert refused.value.finding.code == "ARR-01"
    assert left_behind(settings) == []


def test_a_full_disk_leaves_nothing_half_written(
    settings: Settings, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(landing.os, "fsync", full)
    with pytest.raises(StorageFull):
        land(settings, upload, NOW)
    assert left_behind(settings) == []


def test_everything_is_synced_before_it_gets_its_name(
    settings: Settings, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "bytes")
        fsync(descriptor)

    def note_rename(source: str, target: str, **_: object) -> None:
        steps.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_rename)
    land(settings, upload, NOW)
    assert steps.index("bytes") < steps.index("name")
    assert steps[-2:] == ["name", "folder"]


def test_a_missing_file_is_the_callers_matter(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        land(settings, tmp_path / "gone.xlsx", NOW)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(contents=st.lists(st.binary(max_size=64), min_size=1, max_size=6))
def test_landing_any_files_in_any_order_keeps_each_content_once(tmp_path: Path, contents: list[bytes]) -> None:
    settings = Settings(home=tmp_path / "home")
    path = tmp_path / "upload"
    for content in contents:
        path.write_bytes(content)
        assert land(settings, path, NOW).path.read_bytes() == content
    names = {path.name for path in left_behind(settings)}
    assert {hashlib.sha256(content).hexdigest() for content in contents} <= names
