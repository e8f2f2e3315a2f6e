"""Backup: whole, checked file by file, restored without losing what stood there."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.wording import assert_vietnamese
from warehouse import backup as backup_module
from warehouse.backup import MANIFEST, create_backup, restore_backup, verify_backup
from warehouse.errors import ReconciliationFailed, StorageFull, UsageError
from warehouse.ledger import audit, broken_audit_entries, instant, open_ledger, transaction
from warehouse.ledger_tables import AUDIT_LOG, FILES
from warehouse.raw import write_batch
from warehouse.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATER = dt.timedelta(minutes=1)


def work(settings: Settings, now: dt.datetime, text: bytes = b"figures") -> Path:
    """Land a file, write a batch and a form, tell it in the ledger; returns the landed file."""
    digest = hashlib.sha256(text).hexdigest()
    landed = settings.landing / digest[:2] / digest
    landed.parent.mkdir(parents=True, exist_ok=True)
    landed.write_bytes(text)
    write_batch(settings, "observations", digest[:8], [{"period": "2026-06"}])
    form = settings.forms / "p" / "2026-06" / f"{digest[:4]}.xlsx"
    form.parent.mkdir(parents=True, exist_ok=True)
    form.write_bytes(b"PK" + text)
    ledger = open_ledger(settings)
    with transaction(ledger) as connection:
        if connection.scalar(sa.select(FILES.c.sha256).where(FILES.c.sha256 == digest)) is None:
            connection.execute(sa.insert(FILES).values(sha256=digest, size_bytes=len(text), landed_at=instant(now)))
        audit(connection, at=now, actor="drop", action="landed", subject=digest)
    ledger.dispose()
    return landed


def subjects(settings: Settings) -> list[str]:
    ledger = open_ledger(settings)
    with ledger.connect() as connection:
        found = list(connection.scalars(sa.select(AUDIT_LOG.c.subject).order_by(AUDIT_LOG.c.entry_no)))
    assert broken_audit_entries(ledger) == []
    ledger.dispose()
    return found


def state(settings: Settings) -> dict[str, bytes]:
    """Return every file that a backup holds but the ledger, which is compared by its content."""
    folders = [settings.landing, settings.raw, settings.forms]
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_a_backup_holds_ledger_landing_raw_and_forms_and_checks_out(settings: Settings, now: dt.datetime) -> None:
    landed = work(settings, now)
    made = create_backup(settings, now)
    assert made.files == verify_backup(made.folder) == 4
    assert made.bytes > 0
    assert (made.folder / landed.relative_to(settings.root)).read_bytes() == b"figures"


def test_a_backup_taken_while_somebody_writes_has_a_consistent_ledger(settings: Settings, now: dt.datetime) -> None:
    work(settings, now)
    ledger = open_ledger(settings)
    with transaction(ledger) as connection:
        audit(connection, at=now, actor="a", action="b", subject="not committed")
        made = create_backup(settings, now)
    ledger.dispose()
    copy = Settings(home=made.folder)
    assert len(subjects(copy)) == 1


def test_half_written_files_are_not_backed_up(settings: Settings, now: dt.datetime) -> None:
    landed = work(settings, now)
    (landed.parent / ".x.part").write_bytes(b"half")
    made = create_backup(settings, now)
    assert [path for path in made.folder.rglob("*") if path.name.startswith(".")] == []


def test_two_backups_never_share_a_folder(settings: Settings, now: dt.datetime) -> None:
    work(settings, now)
    create_backup(settings, now)
    with pytest.raises(UsageError, match="Đã có bản sao lưu"):
        create_backup(settings, now)


@pytest.mark.parametrize("harm", ["edit", "remove", "add", "edit ledger", "break manifest"])
def test_a_backup_that_was_touched_is_refused(settings: Settings, now: dt.datetime, harm: str) -> None:
    landed = work(settings, now)
    folder = create_backup(settings, now).folder
    copy = folder / landed.relative_to(settings.root)
    {
        "edit": lambda: copy.write_bytes(b"figurez"),
        "remove": copy.unlink,
        "add": lambda: (folder / "landing" / "extra").write_bytes(b"x"),
        "edit ledger": lambda: (folder / "ledger.db").open("ab").write(b"x"),
        "break manifest": lambda: (folder / MANIFEST).write_text('{"ledger.db": '),
    }[harm]()
    before = state(settings)
    with pytest.raises(ReconciliationFailed, match="bản") as told:
        restore_backup(settings, folder, now)
    assert_vietnamese(told.value.message)
    assert state(settings) == before
    assert not settings.path("set_aside").exists()


def test_a_folder_without_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=MANIFEST):
        verify_backup(tmp_path)


def test_restoring_brings_back_the_state_and_sets_aside_what_stood_there(settings: Settings, now: dt.datetime) -> None:
    work(settings, now)
    before, told = state(settings), subjects(settings)
    folder = create_backup(settings, now).folder
    later = work(settings, now, b"later")
    settings.build_file.parent.mkdir(parents=True)
    settings.build_file.write_bytes(b"built later")
    aside = restore_backup(settings, folder, now)
    assert state(settings) == before
    assert subjects(settings) == told
    assert not settings.build_file.exists()
    assert (aside / "warehouse" / "build.duckdb").read_bytes() == b"built later"
    assert (aside / later.relative_to(settings.root)).read_bytes() == b"later"
    assert len(subjects(Settings(home=aside))) == 2


def test_an_empty_office_can_be_filled_from_a_backup(settings: Settings, now: dt.datetime, tmp_path: Path) -> None:
    work(settings, now)
    folder = create_backup(settings, now).folder
    other = Settings(home=tmp_path / "new machine")
    restore_backup(other, folder, now)
    assert subjects(other) == subjects(settings)
    assert len(state(other)) == len(state(settings))


def test_restoring_twice_in_a_second_is_refused_and_later_allowed(settings: Settings, now: dt.datetime) -> None:
    work(settings, now)
    folder = create_backup(settings, now).folder
    restore_backup(settings, folder, now)
    with pytest.raises(UsageError, match="cất"):
        restore_backup(settings, folder, now)
    restore_backup(settings, folder, now + LATER)


def test_a_restoring_that_fails_halfway_changes_nothing(
    settings: Settings, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(settings, now)
    folder = create_backup(settings, now).folder
    work(settings, now, b"later")
    before, told = state(settings), subjects(settings)

    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(backup_module.shutil, "copytree", fail)
    with pytest.raises(RuntimeError):
        restore_backup(settings, folder, now)
    assert state(settings) == before
    assert subjects(settings) == told


@pytest.mark.parametrize("room_kib", [0, 100], ids=["no room at all", "room for the ledger only"])
def test_a_full_disk_leaves_no_unfinished_backup(
    tiny_disk: Callable[[int], Path], fill: Callable[[Path], Path], now: dt.datetime, room_kib: int
) -> None:
    disk = tiny_disk(2048)
    settings = Settings(home=disk, free_space_mib=0)
    work(settings, now, b"x" * 300_000)
    reserve = disk / "reserve"
    reserve.write_bytes(b"x" * (room_kib << 10))
    filler = fill(disk)
    reserve.unlink()
    with pytest.raises(StorageFull, match="đã đầy"):
        create_backup(settings, now)
    assert not list(disk.glob("backups/*"))
    filler.unlink()
    assert verify_backup(create_backup(settings, now).folder)


def test_a_ledger_on_a_server_is_left_to_the_servers_own_tools(settings: Settings, now: dt.datetime) -> None:
    served = settings.model_copy(update={"ledger_url": SecretStr("postgresql://x/y")})
    with pytest.raises(UsageError, match="pg_dump"):
        create_backup(served, now)
    with pytest.raises(UsageError, match="pg_dump"):
        restore_backup(served, settings.path("backups", "x"), now)
