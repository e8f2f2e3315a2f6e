"""The drop folder: the folder is the sender, growing files wait, odd things are set aside unopened."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from ingestion.channels.drop_folder import collect_drop_folder
from tests.ingestion.office import IN_TIME, PLAN_KEY, codes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingestion.intake import ReceiptResult
    from tests.ingestion.office import Office

GOOD = {"ct-03": {"value": 2}}


def unit_folder(commune: Office, unit_code: str = "vhxh", plan_key: str = PLAN_KEY) -> Path:
    folder = commune.settings.drop / plan_key / unit_code
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def drop(commune: Office, name: str = "bieu.xlsx", unit_code: str = "vhxh", **answers: object) -> Path:
    target = unit_folder(commune, unit_code) / name
    shutil.copyfile(commune.fill(answers or GOOD), target)  # type: ignore[arg-type]
    return target


def collect(commune: Office, pause: Callable[[float], None] = lambda _seconds: None) -> list[ReceiptResult]:
    return collect_drop_folder(commune.settings, commune.engine, commune.plans, IN_TIME, pause=pause)


def left(commune: Office) -> list[str]:
    return sorted(path.name for path in commune.settings.drop.rglob("*") if not path.is_dir())


def test_a_file_is_taken_in_for_its_folder_and_leaves_it(commune: Office) -> None:
    drop(commune)
    (result,) = collect(commune)
    assert (result.outcome, result.plan_key, result.unit_code, result.file) == (
        "accepted", PLAN_KEY, "vhxh", "bieu.xlsx",
    )  # fmt: skip
    assert left(commune) == []


def test_an_empty_or_absent_drop_folder_is_nothing_to_do(commune: Office) -> None:
    assert collect(commune) == []
    unit_folder(commune)
    assert collect(commune) == []


def test_collecting_again_takes_nothing_twice(commune: Office) -> None:
    drop(commune)
    collect(commune)
    assert collect(commune) == []


def test_a_file_in_another_units_folder_is_refused(commune: Office) -> None:
    drop(commune, unit_code="tram-y-te")
    (result,) = collect(commune)
    assert (result.outcome, codes(result), result.unit_code) == ("rejected", ["IDN-01"], "tram-y-te")


@pytest.mark.parametrize("place", ["", PLAN_KEY])
def test_a_file_outside_any_units_folder_has_no_sender(commune: Office, place: str) -> None:
    folder = commune.settings.drop / place
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(commune.fill(GOOD), folder / "bieu.xlsx")
    (result,) = collect(commune)
    assert (result.outcome, codes(result)) == ("rejected", ["IDN-01"])


def test_a_folder_below_the_units_still_speaks_for_the_unit(commune: Office) -> None:
    (unit_folder(commune) / "Tháng 6").mkdir()
    drop(commune).rename(unit_folder(commune) / "Tháng 6" / "bieu.xlsx")
    assert collect(commune)[0].outcome == "accepted"


@pytest.mark.parametrize(
    "name", ["~$bieu.xlsx", "bieu.xlsx.part", "bieu.TMP", "bieu.xlsx.crdownload", ".~lock.bieu.xlsx#", ".hidden"]
)
def test_temporary_names_are_let_be(commune: Office, name: str) -> None:
    drop(commune, name)
    assert (collect(commune), left(commune)) == ([], [name])


def test_a_file_that_is_still_growing_is_left_alone(commune: Office) -> None:
    growing = drop(commune)
    whole = growing.read_bytes()
    growing.write_bytes(whole[:1000])
    assert (collect(commune, lambda _seconds: growing.write_bytes(whole)), left(commune)) == ([], ["bieu.xlsx"])
    (result,) = collect(commune)
    assert result.outcome == "accepted"


def test_a_file_that_vanishes_while_settling_is_no_failure(commune: Office) -> None:
    fleeting = drop(commune)
    assert collect(commune, lambda _seconds: fleeting.unlink()) == []


def test_the_wait_is_as_long_as_asked_and_once_for_all_files(commune: Office) -> None:
    drop(commune)
    drop(commune, "khac.xlsx")
    waits: list[float] = []
    collect_drop_folder(commune.settings, commune.engine, commune.plans, IN_TIME, settle_seconds=7, pause=waits.append)
    assert waits == [7]


def test_a_file_replaced_after_it_was_landed_is_kept_for_the_next_run(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.channels import drop_folder

    target = drop(commune)
    newer = commune.fill({"ct-03": {"value": 3}}, name="moi.xlsx")
    taken = drop_folder.take_in

    def replaced(*given: object) -> list[ReceiptResult]:
        results = taken(*given)  # type: ignore[arg-type]
        shutil.copyfile(newer, target)
        return results

    with monkeypatch.context() as patched:
        patched.setattr(drop_folder, "take_in", replaced)
        assert collect(commune)[0].revision == 1
    assert left(commune) == ["bieu.xlsx"]
    assert collect(commune)[0].revision == 2


def test_older_files_come_first(commune: Office) -> None:
    newer = drop(commune, "a.xlsx", **{"ct-03": {"value": 3}})
    older = drop(commune, "b.xlsx", **{"ct-03": {"value": 2}})
    os.utime(older, (1_000_000, 1_000_000))
    os.utime(newer, (2_000_000, 2_000_000))
    assert [(result.file, result.revision) for result in collect(commune)] == [("b.xlsx", 1), ("a.xlsx", 2)]


@pytest.mark.parametrize("make", ["symlink", "folder_link", "hard_link", "fifo"])
def test_what_is_no_plain_file_is_set_aside_unopened(commune: Office, tmp_path: Path, make: str) -> None:
    outside = tmp_path / "ngoai.xlsx"
    shutil.copyfile(commune.fill(GOOD), outside)
    odd = unit_folder(commune) / "la.xlsx"
    if make == "symlink":
        odd.symlink_to(outside)
    elif make == "folder_link":
        odd.symlink_to(tmp_path)
    elif make == "hard_link":
        odd.hardlink_to(outside)
    else:
        os.mkfifo(odd)
    (result,) = collect(commune)
    assert (result.outcome, codes(result)) == ("quarantined", ["SEC-01"])
    assert (left(commune), outside.exists()) == ([], True)
    assert len(list(commune.settings.path("quarantine", PLAN_KEY, "vhxh").iterdir())) == 1
    assert collect(commune) == []


def test_a_folder_name_that_is_no_code_is_no_sender(commune: Office) -> None:
    folder = unit_folder(commune, "Phòng VHXH")
    shutil.copyfile(commune.fill(GOOD), folder / "bieu.xlsx")
    (result,) = collect(commune)
    assert (codes(result), result.unit_code) == (["IDN-01"], None)


def test_two_units_may_use_the_same_name(commune: Office) -> None:
    drop(commune)
    health = unit_folder(commune, "tram-y-te") / "bieu.xlsx"
    shutil.copyfile(commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te", name="yt.xlsx"), health)
    assert sorted((result.unit_code, result.outcome) for result in collect(commune)) == [
        ("tram-y-te", "accepted"), ("vhxh", "accepted"),
    ]  # fmt: skip
