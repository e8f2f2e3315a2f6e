"""The drop folder: the folder is the sender, growing files wait, odd things are set aside unopened."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ingestion.channels.drop_folder import collect_drop_folder
from ingestion.limits import limits
from tests.ingestion.office import IN_TIME, PLAN_KEY, codes
from tests.wording import assert_vietnamese
from warehouse.errors import SourceUnavailable
from warehouse.ledger_tables import RECEIPTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingestion.intake import ReceiptResult, Taken
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


def held(commune: Office) -> list[Path]:
    return list(commune.settings.path("quarantine", PLAN_KEY, "vhxh").iterdir())


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


def test_a_file_that_never_settles_is_set_aside_after_half_an_hour_and_its_unit_told(commune: Office) -> None:
    growing = drop(commune)

    def grow(_seconds: float) -> None:
        with growing.open("ab") as file:
            file.write(b"!")

    def collected_after(minutes: int) -> list[ReceiptResult]:
        now = IN_TIME + dt.timedelta(minutes=minutes)
        return collect_drop_folder(commune.settings, commune.engine, commune.plans, now, pause=grow)

    assert [collected_after(minutes) for minutes in (0, 15, 30)] == [[], [], []]
    (result,) = collected_after(31)
    assert (result.outcome, codes(result), result.unit_code) == ("quarantined", ["ARR-01"], "vhxh")
    assert "10:00 ngày 15/06/2026" in result.findings[0].message
    assert (left(commune), len(held(commune))) == ([], 1)
    growing = drop(commune)
    assert collected_after(45) == []


def test_a_file_that_settles_after_a_while_starts_with_new_patience(commune: Office) -> None:
    path = drop(commune)
    whole = path.read_bytes()

    def collected_after(minutes: int, content: bytes) -> list[str]:
        def pause(_seconds: float) -> None:
            path.write_bytes(content)

        now = IN_TIME + dt.timedelta(minutes=minutes)
        results = collect_drop_folder(commune.settings, commune.engine, commune.plans, now, pause=pause)
        return [result.outcome for result in results]

    assert collected_after(0, whole[:900]) == []
    assert [result.outcome for result in collect(commune)] == ["rejected"]
    path.write_bytes(whole[:800])
    assert collected_after(40, whole) == []


def test_a_file_that_cannot_be_read_is_told_and_set_aside_unlost(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = drop(commune, "khoa.xlsx")
    content = locked.read_bytes()
    drop(commune, "mo.xlsx", **{"ct-03": {"value": 3}})
    opened = os.open

    def open_but_one(path: object, *how: int, **more: int | None) -> int:
        if str(path) == str(locked):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *how, **more)  # type: ignore[call-overload,no-any-return]

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", open_but_one)
        results = {result.file: result for result in collect(commune)}
    assert (results["khoa.xlsx"].outcome, codes(results["khoa.xlsx"])) == ("quarantined", ["ARR-05"])
    assert results["mo.xlsx"].outcome == "accepted"
    (aside,) = held(commune)
    assert (left(commune), aside.read_bytes() == content) == ([], True)


def test_a_file_that_is_too_large_is_set_aside_not_deleted(commune: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    large = drop(commune)
    size = large.stat().st_size
    small = replace(limits(), file_bytes=size - 1)
    monkeypatch.setattr("ingestion.landing.limits", lambda: small)
    (result,) = collect(commune)
    assert (result.outcome, codes(result)) == ("rejected", ["ARR-04"])
    assert (left(commune), [path.stat().st_size for path in held(commune)]) == ([], [size])


def test_an_unreadable_folder_keeps_nobody_else_waiting(commune: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(commune)
    closed = unit_folder(commune, "tram-y-te")
    scan = os.scandir

    def scan_but_one(folder: Path) -> object:
        if Path(folder) == closed:
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scan_but_one)
    with pytest.raises(SourceUnavailable) as told:
        collect(commune)
    assert told.value.facts["problems"] == [f"{PLAN_KEY}/tram-y-te"]
    assert_vietnamese(told.value.message)
    with commune.engine.connect() as connection:
        assert list(connection.scalars(sa.select(RECEIPTS.c.outcome))) == ["accepted"]


def test_a_file_that_cannot_be_moved_out_is_told_and_counts_once(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, unlink = drop(commune), os.unlink

    def unlink_but_one(name: object, **how: int) -> None:
        if str(name) == str(path):
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(name, **how)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", unlink_but_one)
        with pytest.raises(SourceUnavailable):
            collect(commune)
    assert [result.outcome for result in collect(commune)] == ["duplicate"]
    assert left(commune) == []


def test_a_link_left_by_a_crash_is_known_again(commune: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (unit_folder(commune) / "la.xlsx").symlink_to("/etc/hostname")

    class Crash(BaseException):
        pass

    def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("ingestion.channels.drop_folder._set_aside", die)
        with pytest.raises(Crash):
            collect(commune)
    (again,) = collect(commune)
    assert (again.outcome, codes(again), len(held(commune))) == ("quarantined", ["SEC-01"], 1)
    with commune.engine.connect() as connection:
        first, second = connection.execute(sa.select(RECEIPTS).order_by(RECEIPTS.c.received_at)).all()
    assert (first.duplicate_of, second.duplicate_of, second.sha256) == (None, first.receipt_id, first.sha256)


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
    received = drop_folder.receive

    def replaced(*given: object) -> list[Taken]:
        results = received(*given)  # type: ignore[arg-type]
        shutil.copyfile(newer, target)
        return results

    with monkeypatch.context() as patched:
        patched.setattr(drop_folder, "receive", replaced)
        assert collect(commune)[0].revision == 1
    assert left(commune) == ["bieu.xlsx"]
    assert collect(commune)[0].revision == 2


def test_older_files_come_first(commune: Office) -> None:
    newer = drop(commune, "a.xlsx", **{"ct-03": {"value": 3}})
    older = drop(commune, "b.xlsx", **{"ct-03": {"value": 2}})
    os.utime(older, (1_000_000, 1_000_000))
    os.utime(newer, (2_000_000, 2_000_000))
    assert [(result.file, result.revision) for result in collect(commune)] == [("b.xlsx", 1), ("a.xlsx", 2)]


@pytest.mark.parametrize("make", ["symlink", "broken_link", "folder_link", "hard_link", "fifo", "socket", "device"])
def test_what_is_no_plain_file_is_set_aside_unopened(
    commune: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: str
) -> None:
    outside = tmp_path / "ngoai.xlsx"
    shutil.copyfile(commune.fill(GOOD), outside)
    odd = unit_folder(commune) / "la.xlsx"
    if make == "symlink":
        odd.symlink_to(outside)
    elif make == "folder_link":
        odd.symlink_to(tmp_path)
    elif make == "broken_link":
        odd.symlink_to(tmp_path / "không có")
    elif make == "hard_link":
        odd.hardlink_to(outside)
    elif make == "socket":
        monkeypatch.chdir(odd.parent)  # an address of a socket is short
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(odd.name)
    elif make == "device":
        try:
            os.mknod(odd, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero, which never ends
        except PermissionError:
            os.mknod(odd, stat.S_IFIFO)  # only root may make a device
    else:
        os.mkfifo(odd)
    (result,) = collect(commune)
    assert (result.outcome, codes(result)) == ("quarantined", ["SEC-01"])
    assert (left(commune), outside.exists()) == ([], True)
    assert len(held(commune)) == 1
    assert collect(commune) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"-rf .xlsx", "-rf .xlsx"),
        (b"CON.xlsx", "CON.xlsx"),
        (b"=cmd|'calc'!A0.xlsx", "=cmd|'calc'!A0.xlsx"),
        (b"a\nb\x1b[2J.xlsx", "a\\u000ab\\u001b[2J.xlsx"),
        ("x\u202excod.xlsx".encode(), "x\\u202excod.xlsx"),
        ("bie\u0302\u0309u.xlsx".encode(), "biểu.xlsx"),
        (b"a\\..\\x.xlsx", "a\\..\\x.xlsx"),
        (b"%2e%2e%2fx.xlsx", "%2e%2e%2fx.xlsx"),
        (b"x" * 250 + b".xlsx", None),
        (b"\xff\xfe.xlsx", None),
    ],
)
def test_a_name_made_to_harm_is_only_a_text(commune: Office, name: bytes, shown: str | None) -> None:
    target = os.path.join(os.fsencode(unit_folder(commune)), name)  # noqa: PTH118 pathlib joins no bytes
    shutil.copyfile(commune.fill(GOOD), target)
    (result,) = collect(commune)
    assert (result.outcome, left(commune)) == ("accepted", [])
    assert result.file == shown or shown is None
    assert result.file.isprintable()
    assert result.model_dump_json().encode().decode("utf-8")


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
