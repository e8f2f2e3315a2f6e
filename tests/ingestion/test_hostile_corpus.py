"""The hostile corpus (tests/fixtures/hostile): every file ends as its manifest says, and harms nobody."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ingestion.arrivals import ACCEPTED
from ingestion.cage.lane import BOOT
from ingestion.caged.zygote import AHEAD
from tests.fixtures.filled_forms import filled_forms, plans
from tests.fixtures.make_hostile import FOLDER, MAKERS
from tests.ingestion.deciding import Desk, open_desk

if TYPE_CHECKING:
    from ingestion.arrivals import Decision

MEGABYTE = 1 << 20
LARGEST_KEPT, ALL_KEPT = 300_000, 5 * MEGABYTE
MOST_GROWTH = 64 * MEGABYTE
QUICK_SECONDS = 2.0
"""Processor time of the caller; what the caged child takes is limited by the kernel."""
ROWS = {f"F{row}" for row in (3, 4, 13, *range(16, 31), *range(32, 42), 43, 44, 45, 46)}
"""Rows of the reliability study that a file can show; names in folders and old versions are tested elsewhere."""


@dataclass(frozen=True)
class Expected:
    """One line of the manifest."""

    file: str
    row: str
    outcome: str
    code: str | None = None
    kept: bool = True
    harmless: str | None = None


def _manifest() -> list[Expected]:
    groups = yaml.safe_load((FOLDER / "expected.yml").read_text(encoding="utf-8"))
    return [
        Expected(f"{group}/{name}", **expected)
        for group, listed in groups.items()
        for name, expected in listed["files"].items()
    ]


MANIFEST = _manifest()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(tmp_path_factory.mktemp("desk"), plans())


def content_of(expected: Expected) -> bytes:
    if expected.kept:
        return (FOLDER / expected.file).read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MAKERS[expected.file]()


def told(decision: Decision) -> str | None:
    """Return the code that tells most: the first error, else the first warning."""
    order = {"error": 0, "warning": 1}
    found = [finding for finding in decision.findings if finding.severity in order]
    return min(found, key=lambda finding: order[finding.severity]).code if found else None


def _peak() -> int:
    """Return the most memory held since the last look, in bytes, and start looking anew."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    Path("/proc/self/clear_refs").write_text("5")
    return int(status["VmHWM"].split()[0]) * 1024


def _children(process: str) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def _zygotes() -> list[str]:
    running = [
        process for task in Path("/proc/self/task").iterdir() for process in (task / "children").read_text().split()
    ]
    return [process for process in running if BOOT in Path(f"/proc/{process}/cmdline").read_text()]


@pytest.mark.parametrize("expected", MANIFEST, ids=lambda expected: expected.file)
def test_a_hostile_file_ends_as_its_manifest_says_and_leaves_nothing_behind(desk: Desk, expected: Expected) -> None:
    content = content_of(expected)
    _peak()
    before = _peak()
    began = time.process_time()
    decision = desk.decide(Path(expected.file).name, content)
    assert time.process_time() - began < QUICK_SECONDS
    assert (decision.outcome, told(decision)) == (expected.outcome, expected.code)
    assert bool(decision.rows) == (expected.outcome in ACCEPTED)
    assert _peak() - before < MOST_GROWTH
    assert all(len(_children(zygote)) <= AHEAD for zygote in _zygotes())


@pytest.mark.parametrize(("name", "content"), filled_forms(), ids=[name for name, _ in filled_forms()])
def test_the_form_that_every_attack_starts_from_is_accepted(desk: Desk, name: str, content: bytes) -> None:
    assert (desk.decide(name, content).outcome, desk.decide(name, content).findings) == ("accepted", ())


def test_what_may_be_accepted_says_why_and_nothing_else_is() -> None:
    assert {e.file for e in MANIFEST if e.outcome in ACCEPTED} == {e.file for e in MANIFEST if e.harmless}
    assert sum(e.outcome not in ACCEPTED for e in MANIFEST) >= 400


def test_every_row_that_a_file_can_show_is_shown() -> None:
    assert {expected.row for expected in MANIFEST} == ROWS


def test_the_manifest_the_makers_and_the_folder_name_the_same_files() -> None:
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")}
    assert {expected.file for expected in MANIFEST} == set(MAKERS)
    assert {expected.file for expected in MANIFEST if expected.kept} == kept


def test_the_corpus_stays_small() -> None:
    sizes = [path.stat().st_size for path in FOLDER.glob("*/*")]
    assert max(sizes) <= LARGEST_KEPT
    assert sum(sizes) <= ALL_KEPT
