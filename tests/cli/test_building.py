"""`thuocdo build`, `rebuild`, `backup`: what they tell, and what stops them before they begin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.commands import building
from ingestion.rebuild import rebuild_raw
from tests.cli.conftest import assert_refused
from tests.cli.test_intake import GOOD
from tests.warehouse.test_writer import other_process_holding_the_slot

if TYPE_CHECKING:
    import datetime as dt

    from tests.cli.conftest import Command
    from tests.ingestion.office import Office
    from warehouse.settings import Settings


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[dt.date | None]:
    """Days for which a build was asked; the build itself is tested where it is."""
    days: list[dt.date | None] = []

    def build(_settings: Settings, as_of: dt.date | None = None) -> str:
        days.append(as_of)
        return "20260615-abc"

    monkeypatch.setattr(building, "build_snapshot", build)
    return days


@pytest.mark.parametrize("command", ["build", "rebuild"])
def test_a_busy_writer_is_told_in_a_sentence_and_nothing_is_built(
    thuocdo: Command, settings: Settings, command: str
) -> None:
    with other_process_holding_the_slot(settings):
        told = thuocdo(command, "--json", writer_wait_seconds="0.2")
    assert_refused(told, 1, "WRT-01")
    assert "đã chờ 0.2 giây" in told.err
    assert not settings.build_file.exists()


@pytest.mark.parametrize("command", [["build"], ["backup", "create"]], ids=" ".join)
def test_a_disk_that_is_nearly_full_stops_before_anything_is_written(
    thuocdo: Command, settings: Settings, command: list[str]
) -> None:
    told = thuocdo(*command, "--json", free_space_mib=str(1 << 40))
    assert_refused(told, 1, "DSK-01")
    assert told.content["error"]["facts"]["free_mib"] >= 0
    assert not settings.build_file.exists()
    assert not settings.path("backups").exists()


def test_a_build_tells_its_snapshot(thuocdo: Command, built: list[dt.date | None]) -> None:
    assert thuocdo("build", "--json").content == {"snapshot_id": "20260615-abc"}
    assert "20260615-abc" in thuocdo("build", "--as-of", "2026-05-31").out
    assert [day and day.isoformat() for day in built] == [None, "2026-05-31"]


def test_a_rebuild_reads_everything_again_and_then_builds(
    thuocdo: Command, commune: Office, built: list[dt.date | None]
) -> None:
    commune.submit(commune.fill(GOOD))
    rows = rebuild_raw(commune.settings, commune.engine, commune.plans)
    assert thuocdo("rebuild", "--json").content == {"rows": rows, "snapshot_id": "20260615-abc"}
    assert len(built) == 1


def test_a_backup_is_made_verified_and_restored(thuocdo: Command, commune: Office) -> None:
    commune.submit(commune.fill(GOOD))
    before = thuocdo("receipts", "--json").content
    made = thuocdo("backup", "create", "--json").content
    assert thuocdo("backup", "verify", made["folder"], "--json").content == {
        "folder": made["folder"],
        "files": made["files"],
    }
    commune.engine.dispose()
    commune.settings.path("ledger.db").unlink()
    restored = thuocdo("backup", "restore", made["folder"], "--json").content
    assert restored["restored_from"] == made["folder"]
    assert thuocdo("receipts", "--json").content == before


def test_a_backup_that_was_touched_is_not_restored(thuocdo: Command, commune: Office) -> None:
    commune.submit(commune.fill(GOOD))
    folder = thuocdo("backup", "create", "--json").content["folder"]
    landed = next(path for path in (Path(folder) / "landing").rglob("*") if path.is_file())
    landed.chmod(0o644)
    landed.write_bytes(b"other")
    assert_refused(thuocdo("backup", "verify", folder), 1, "REC-01")
    assert_refused(thuocdo("backup", "restore", folder), 1, "REC-01")
