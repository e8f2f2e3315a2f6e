"""Kill -9 at every durable step of intake: nothing is lost, nothing counts twice, the next run finishes."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ingestion.kill.deaths import chosen_deaths, copy, forked, killed_after, killed_at
from tests.ingestion.kill.scene import EXPECTED

if TYPE_CHECKING:
    from tests.ingestion.kill.deaths import Day


def test_the_day_has_everything_in_it(day: Day) -> None:
    told = {row["original_name"]: (row["outcome"], row["revision"]) for row in day.evening.tables["receipts"]}
    assert {name: told[name] for name in EXPECTED} == EXPECTED
    assert (day.evening.waiting, day.evening.leftovers, day.evening.held) == ([], [], 1)


def test_nothing_gets_its_name_before_its_bytes_are_synced_nor_is_told_before_its_name_is(day: Day) -> None:
    synced, unsynced_folders = set(), set()
    for step in day.steps:
        match step.name, step.places:
            case "write" | "open", (place,):
                synced.discard(place)
            case "fsync", (place,):
                synced.add(place)
                unsynced_folders.discard(place)
            case "mkdir", (place,) if not place.startswith(".note-"):
                unsynced_folders.add(str(Path(place).parent))
            case "replace", (source, target):
                assert source in synced, step
                unsynced_folders.add(str(Path(target).parent))
            case "do_commit", ():
                assert not unsynced_folders, step
    assert len(synced) > len(EXPECTED)


def test_raw_rows_are_written_before_the_ledger_tells_of_them_and_files_leave_last(day: Day) -> None:
    kinds = [step.kind.split("/", maxsplit=1)[0] for step in day.steps]
    names = [kind for kind in kinds if kind.startswith(("do_commit", "replace raw", "unlink drop", "unlink landing"))]
    registered = names.index("do_commit ")
    assert names[registered : registered + 4] == ["do_commit ", "replace raw", "replace raw", "do_commit "]
    assert names.index("unlink drop") > len(names) - 1 - names[::-1].index("do_commit ")


def test_a_death_at_any_durable_step_changes_nothing(day: Day, tmp_path: Path, everywhere: bool) -> None:
    for number, side in chosen_deaths(day, everywhere=everywhere):
        assert killed_at(day, number, side, tmp_path / "dying") == []


def test_a_death_at_any_moment_changes_nothing(day: Day, tmp_path: Path, everywhere: bool) -> None:
    chance, started = random.Random(57), time.monotonic()
    forked(copy(day.morning, tmp_path / "timed"), None, day.readings, None)
    whole_day = time.monotonic() - started
    for _ in range(200 if everywhere else 5):
        assert killed_after(day, chance.uniform(0, whole_day), tmp_path / "dying") == []


def test_a_death_beside_the_real_cage_changes_nothing(day: Day, tmp_path: Path, everywhere: bool) -> None:
    caged = replace(day, readings=None)
    for number, side in chosen_deaths(day, everywhere=False)[:: 4 if everywhere else 40]:
        assert killed_at(caged, number, side, tmp_path / "dying") == []
