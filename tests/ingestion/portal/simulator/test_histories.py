"""The synthetic dossiers: deterministic, plausible, and the same past from every later day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from ingestion.portal.simulator.histories import MOST_VOLUME, History, histories, months_until, stamp
from ingestion.portal.simulator.profiles import PROFILES

MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
LATE = dt.datetime(2027, 1, 1)
LISTS = {
    "TaiLieuNop",
    "DanhSachLePhi",
    "DanhSachHoSoBoSung",
    "DanhSachGiayToKetQua",
    "DanhSachTepDinhKemKhac",
    "DinhDanhCHS",
}


def all_histories(commune_code: str) -> list[History]:
    return [history for month in MONTHS for history in histories("demo", commune_code, month)]


def all_seen(as_of: dt.datetime = LATE) -> list[dict[str, Any]]:
    return [
        history.seen(as_of)
        for commune_code in PROFILES
        for history in all_histories(commune_code)
        if history.updated_at(as_of)
    ]


def fingerprint(as_of: dt.datetime) -> str:
    unprofiled = [history.seen(as_of) for history in all_histories("00001")]
    content = json.dumps(all_seen(as_of) + unprofiled, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def share(rows: list[dict[str, Any]], is_hit: Any) -> float:
    return sum(map(bool, map(is_hit, rows))) / len(rows)


@pytest.mark.parametrize("commune_code", [*PROFILES, "00001"])
@pytest.mark.parametrize("month", MONTHS)
def test_a_commune_gets_a_plausible_number_of_dossiers_a_month(commune_code: str, month: str) -> None:
    assert 120 <= len(histories("demo", commune_code, month)) <= 303


def test_the_same_seed_tells_the_same_history_and_another_seed_another() -> None:
    first = histories("demo", "05755", "2026-01")
    histories.cache_clear()
    assert histories("demo", "05755", "2026-01") == first
    assert histories("khac", "05755", "2026-01") != first


@pytest.mark.parametrize(("as_of", "expected"), [
    (dt.datetime(2026, 3, 10, 12), "8232fcfb9cb7500a"),
    (LATE, "422f78705d109c02"),
])  # fmt: skip
def test_the_demo_tells_the_histories_that_the_samples_answer_key_was_made_from(
    as_of: dt.datetime, expected: str
) -> None:
    assert fingerprint(as_of) == expected


def test_volume_multiplies_the_dossiers_and_tells_the_first_ones_alike() -> None:
    plain, fourfold = (histories("demo", "05755", "2026-01", volume) for volume in (1, 4))
    assert len(fourfold) == pytest.approx(4 * len(plain), rel=0.02)
    assert fourfold[: len(plain)] == plain


def test_dossier_codes_are_unique_at_the_largest_volume() -> None:
    codes = [history.code for history in histories("demo", "16342", "2026-01", MOST_VOLUME)]
    assert len(set(codes)) == len(codes) > 5000


def test_dossier_codes_are_unique() -> None:
    codes = [history.code for commune_code in PROFILES for history in all_histories(commune_code)]
    assert len(codes) == len(set(codes))


def test_events_follow_each_other_in_time() -> None:
    for commune_code in PROFILES:
        for history in all_histories(commune_code):
            moments = [event.at for event in history.events]
            assert moments == sorted(set(moments))


def test_nothing_is_shown_that_had_not_happened_yet() -> None:
    as_of = dt.datetime(2026, 3, 10, 12)
    shown = all_seen(as_of)
    limit = stamp(as_of)
    told = ("NgayNopHoSo", "NgayTiepNhan", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi", "NgayCapNhat")
    assert all(row[name] <= limit for row in shown for name in told)
    assert any(row["TrangThaiHoSo"] in {"2", "4", "5"} for row in shown)


def test_an_open_dossier_is_resolved_when_looked_at_later() -> None:
    day, week_later = dt.datetime(2026, 3, 10, 12), dt.datetime(2026, 5, 10, 12)
    history = next(
        one
        for one in all_histories("08674")
        if one.updated_at(day)
        and one.seen(day)["TrangThaiHoSo"] == "4"
        and one.seen(week_later)["TrangThaiHoSo"] == "10"
    )
    assert (history.seen(day)["NgayKetThucXuLy"], len(history.seen(week_later)["NgayKetThucXuLy"])) == ("", 14)


def test_all_values_are_strings() -> None:
    for row in all_seen():
        assert all(isinstance(value, str) for name, value in row.items() if name not in LISTS | {"DSKetNoiCSDL"})


def test_every_status_and_channel_occurs() -> None:
    events = [event for code in PROFILES for history in all_histories(code) for event in history.events]
    assert {event.changes["TrangThaiHoSo"] for event in events if "TrangThaiHoSo" in event.changes} == set(
        "123456789"
    ) | {"10"}
    assert {row["KenhThucHien"] for row in all_seen()} == {"1", "2", "3"}


def test_the_traps_seen_in_public_code_occur_rarely() -> None:
    rows = all_seen()
    traps = {
        "due date 9": share(rows, lambda row: row["NgayHenTra"] == "9"),
        "returned without a day": share(rows, lambda row: row["TrangThaiHoSo"] == "10" and not row["NgayTra"]),
        "ended before received": share(rows, lambda row: "" < row["NgayKetThucXuLy"] < row["NgayTiepNhan"]),
        "same dossier twice": sum(
            count - 1 for count in Counter((row["ChuHoSo"], row["NgayNopHoSo"]) for row in rows).values()
        )
        / len(rows),
    }
    assert {name: 0.0005 < found < 0.01 for name, found in traps.items()} == dict.fromkeys(traps, True)


def test_an_answered_supplement_moves_the_due_date() -> None:
    answered = [item for row in all_seen() for item in row["DanhSachHoSoBoSung"] if item["NgayTiepNhanBoSung"]]
    assert len(answered) > 100
    assert all(item["NgayHenTraTruoc"] < item["NgayHenTraMoi"] for item in answered)


def test_communes_differ_the_way_their_profiles_say() -> None:
    rows = {code: [history.seen(LATE) for history in all_histories(code)] for code in PROFILES}
    online = {code: share(found, lambda row: row["KenhThucHien"] == "2") for code, found in rows.items()}
    assert online["05755"] < 0.65 < 0.8 < online["16342"]
    default = {
        code: share(found, lambda row: row["TaiLieuNop"][0]["TenTepDinhKem"] == "Dinhkem.pdf")
        for code, found in rows.items()
    }
    assert default["08674"] < 0.05 < 0.25 < default["16342"]


def test_months_run_from_the_first_one_to_the_one_looked_at() -> None:
    assert months_until(dt.datetime(2026, 1, 1)) == ["2025-11", "2025-12", "2026-01"]
