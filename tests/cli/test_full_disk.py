"""A full disk: every command says so in one sentence, leaves nothing half-written, and works once there is room."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import assert_refused
from tests.cli.test_intake import GOOD, ISSUE
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Command
    from tests.ingestion.office import Office
    from warehouse.settings import Settings

LIMITED = (
    "import resource,sys\nfrom cli.main import outcome_of\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\nsys.exit(outcome_of(sys.argv[1:]))\n"
)


@pytest.fixture
def disk(tiny_disk: Callable[[int], Path], fill: Callable[[Path], Path], thuocdo: Command, tmp_path: Path) -> Disk:
    place = tiny_disk(1500)
    assert thuocdo("receipts", home=str(place)).exit_code == 0  # the ledger is there
    return Disk(place, fill)


class Disk:
    """A tiny disk with a state folder on it."""

    def __init__(self, place: Path, fill: Callable[[Path], Path]) -> None:
        self.place = place
        self._fill = fill

    def fill(self) -> Path:
        return self._fill(self.place)

    def files(self) -> dict[str, bytes]:
        """Every file but the ledger's own and what filled the disk; its log may tell of errors."""
        return {
            str(path.relative_to(self.place)): path.read_bytes()
            for path in self.place.rglob("*")
            if path.is_file() and not path.name.startswith(("ledger.db", "filler", "intake.lock"))
        }


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_issuing_forms(thuocdo: Command, disk: Disk, tmp_path: Path) -> None:
    issue = (*ISSUE, "--out", str(tmp_path / "out"), "--json")
    before, filler = disk.files(), disk.fill()
    assert_refused(thuocdo(*issue, home=str(disk.place)), 1, "DSK-01")
    assert disk.files() == before
    filler.unlink()
    assert len(thuocdo(*issue, home=str(disk.place)).content) == 2


def test_handing_in(thuocdo: Command, disk: Disk, commune: Office) -> None:
    upload = str(commune.fill(GOOD))
    before, filler = disk.files(), disk.fill()
    assert_refused(thuocdo("submit", upload, "--json", home=str(disk.place)), 1, "DSK-01")
    assert disk.files() == before
    filler.unlink()
    assert thuocdo("receipts", "--json", home=str(disk.place)).content == []
    (receipt,) = thuocdo("submit", upload, "--json", home=str(disk.place)).content
    assert receipt["outcome"].startswith("accepted")
    assert receipt["revision"] == 1


def test_backing_up(thuocdo: Command, disk: Disk, commune: Office) -> None:
    thuocdo("submit", str(commune.fill(GOOD)), home=str(disk.place))
    before, filler = disk.files(), disk.fill()
    assert_refused(thuocdo("backup", "create", "--json", home=str(disk.place)), 1, "DSK-01")
    assert disk.files() == before
    filler.unlink()
    assert thuocdo("backup", "create", "--json", home=str(disk.place)).exit_code == 0


def run_limited(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that may not write a large file: what a full disk looks like where nobody may mount one."""
    environment = {**os.environ, **settings.as_environment()}
    command = [sys.executable, "-c", LIMITED, *arguments]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("[DSK-01] ")
    assert done.stderr.count("\n") == 1
    return done


def test_a_file_that_may_not_grow_is_told_like_a_full_disk(settings: Settings, tmp_path: Path) -> None:
    run_limited(settings, "plans", "schema", "--out", str(tmp_path / "plan.schema.json"))
    assert list(tmp_path.glob("*schema*")) == []


def test_a_build_that_may_not_write_leaves_nothing_half_written(settings: Settings) -> None:
    run_limited(settings, "build")
    assert list(settings.root.rglob("*.part")) == []
    assert not settings.published.exists()
