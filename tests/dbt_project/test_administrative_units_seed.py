"""The seed of administrative units: complete on both sides of 2026-04-30, well formed, without contradictions."""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "reference"
BEFORE, AFTER = date(2025, 8, 1), date(2026, 6, 15)
DATES = [BEFORE, AFTER]
PROVINCE_KINDS = {"tinh", "thanh_pho"}
COMMUNE_KINDS = {"xa", "phuong", "dac_khu"}
PREFIX = {"tinh": "Tỉnh ", "thanh_pho": "Thành phố ", "xa": "Xã ", "phuong": "Phường ", "dac_khu": "Đặc khu "}
COMMUNES_OF_PROVINCE = {
    "01": 126, "04": 56, "08": 124, "11": 45, "12": 38, "14": 75, "15": 99, "19": 92, "20": 65, "22": 54, "24": 99,
    "25": 148, "31": 114, "33": 104, "37": 129, "38": 166, "40": 130, "42": 69, "44": 78, "46": 40, "48": 94, "51": 96,
    "52": 135, "56": 65, "66": 102, "68": 124, "75": 95, "79": 168, "80": 96, "82": 102, "86": 124, "91": 102,
    "92": 103, "96": 64,
}  # fmt: skip
TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
NEW_WARDS = {"25270", "25357", "25363", "26116", "26170", "26248", "26326", "26368", "26425", "26485"}

Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def units() -> list[Row]:
    return read("administrative_units.csv")


@pytest.fixture(scope="module")
def predecessors() -> list[Row]:
    return read("administrative_unit_predecessors.csv")


def last_day(row: Row) -> date:
    return date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max


def valid_on(rows: list[Row], day: date) -> list[Row]:
    return [row for row in rows if date.fromisoformat(row["valid_from"]) <= day <= last_day(row)]


def provinces(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["kind"] in PROVINCE_KINDS]


def communes(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["kind"] in COMMUNE_KINDS]


def tone_last(word: str) -> str:
    """Write the tone mark after the word, so that its place (oà/òa, uý/úy) no longer matters."""
    letters = unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in letters if letter not in TONES)
    return unicodedata.normalize("NFC", bare) + "".join(letter for letter in letters if letter in TONES)


def normalised(name: str) -> str:
    return " ".join(tone_last(word) for word in unicodedata.normalize("NFC", name).casefold().split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xã Thanh Thủy", "xã  Thanh Thuỷ"),
        ("Tỉnh Thanh Hóa", "Tỉnh Thanh Hoá"),
        ("Phường Thúy Lĩnh", "Phường Thuý Lĩnh"),
        ("Xã Hỏa Lựu", unicodedata.normalize("NFD", "Xã Hoả Lựu")),
    ],
)
def test_two_spellings_of_one_name_are_normalised_to_the_same_text(one, other):
    assert normalised(one) == normalised(other)


def test_names_with_different_tones_stay_different():
    assert normalised("Xã Hòa") != normalised("Xã Hóa")
    assert normalised("Xã Quỳ") != normalised("Xã Quý")


@pytest.mark.parametrize("day", DATES)
def test_34_provinces_and_3321_communes_are_valid(units, day):
    current = valid_on(units, day)
    assert (len(provinces(current)), len(communes(current))) == (34, 3321)


@pytest.mark.parametrize("day", [date(2025, 7, 1), date(2026, 4, 29), date(2026, 4, 30), date(2030, 1, 1)])
def test_no_unit_is_missing_on_the_days_around_a_change(units, day):
    assert len(valid_on(units, day)) == 34 + 3321


def test_no_unit_is_valid_before_the_reform(units):
    assert valid_on(units, date(2025, 6, 30)) == []


@pytest.mark.parametrize("day", DATES)
def test_every_province_has_its_known_number_of_communes(units, day):
    assert Counter(row["province_code"] for row in communes(valid_on(units, day))) == COMMUNES_OF_PROVINCE


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (date(2026, 4, 29), {"tinh": 28, "thanh_pho": 6, "xa": 2621, "phuong": 687, "dac_khu": 13}),
        (date(2026, 4, 30), {"tinh": 27, "thanh_pho": 7, "xa": 2611, "phuong": 697, "dac_khu": 13}),
    ],
)
def test_the_kinds_have_their_known_numbers_on_both_sides_of_the_change(units, day, kinds):
    assert Counter(row["kind"] for row in valid_on(units, day)) == kinds


def test_only_dong_nai_and_its_ten_new_wards_have_two_versions(units):
    versions = defaultdict(list)
    for row in units:
        versions[row["code"]].append(row)
    changed = {code: rows for code, rows in versions.items() if len(rows) > 1}
    assert set(changed) == NEW_WARDS | {"75"}
    for code, (old, new) in changed.items():
        assert (old["kind"], new["kind"]) == (("tinh", "thanh_pho") if code == "75" else ("xa", "phuong"))
        assert (old["valid_to"], new["valid_from"], new["valid_to"]) == ("2026-04-29", "2026-04-30", "")
        assert (old["province_code"], new["province_code"]) == ("75", "75")
        assert old["name"].removeprefix(PREFIX[old["kind"]]) == new["name"].removeprefix(PREFIX[new["kind"]])


def test_codes_are_zero_padded_text_of_two_or_five_digits(units):
    wrong = [
        row["code"]
        for row in units
        if not re.fullmatch(r"[0-9]{2}" if row["kind"] in PROVINCE_KINDS else r"[0-9]{5}", row["code"])
    ]
    assert wrong == []


def test_every_kind_is_known_and_is_the_prefix_of_the_name(units):
    assert {row["kind"] for row in units} == PROVINCE_KINDS | COMMUNE_KINDS
    assert [row["name"] for row in units if not row["name"].startswith(PREFIX[row["kind"]])] == []


def test_names_are_nfc_with_single_spaces(units, predecessors):
    names = [row["name"] for row in units] + [row[key] for row in predecessors for key in ("old_name", "old_district")]
    assert [name for name in names if name != " ".join(unicodedata.normalize("NFC", name).split())] == []


def test_every_province_code_is_a_province_and_a_province_is_its_own(units):
    known = {row["code"] for row in provinces(units)}
    assert {row["province_code"] for row in units} == known
    assert [row for row in provinces(units) if row["province_code"] != row["code"]] == []


def test_versions_of_one_code_neither_overlap_nor_end_before_they_begin(units):
    versions = defaultdict(list)
    for row in units:
        versions[row["code"]].append((date.fromisoformat(row["valid_from"]), last_day(row)))
    for code, spans in versions.items():
        assert all(start <= end for start, end in spans), code
        ordered = sorted(spans)
        assert all(earlier[1] < later[0] for earlier, later in pairwise(ordered)), code


@pytest.mark.parametrize("day", DATES)
def test_no_normalised_name_occurs_twice_within_a_province(units, day):
    current = valid_on(units, day)
    names = Counter((row["province_code"], normalised(row["name"])) for row in communes(current))
    assert [name for name, times in names.items() if times > 1] == []
    assert len({normalised(row["name"]) for row in provinces(current)}) == 34


@pytest.mark.parametrize("day", DATES)
@pytest.mark.parametrize(
    ("code", "province_code", "name"),
    [
        ("16342", "38", "Xã Thăng Bình"),
        ("05755", "19", "Xã Dân Tiến"),
        ("11224", "31", "Xã Khúc Thừa Dụ"),
        ("06436", "20", "Xã Thiện Tân"),
        ("08674", "25", "Xã Thanh Thủy"),
    ],
)
def test_the_five_plan_communes_are_in_their_provinces(units, day, code, province_code, name):
    (row,) = [row for row in valid_on(units, day) if row["code"] == code]
    assert (row["province_code"], normalised(row["name"])) == (province_code, normalised(name))


def test_rows_are_sorted_by_code_and_start_and_name_their_source(units):
    keys = [(row["code"], row["valid_from"]) for row in units]
    assert keys == sorted(set(keys))
    for row in units:
        assert re.fullmatch(r"thanglequoc/vietnamese-provinces-database@[0-9a-f]{7}", row["source"])
        assert date.fromisoformat(row["source_snapshot_on"]) >= date.fromisoformat(row["valid_from"])


def test_every_commune_has_a_predecessor_and_every_predecessor_leads_to_a_known_commune(units, predecessors):
    assert {row["new_code"] for row in predecessors} == {row["code"] for row in communes(units)}


def test_an_old_unit_is_marked_split_exactly_when_it_leads_to_several_communes(predecessors):
    successors = Counter(row["old_code"] for row in predecessors)
    assert {row["is_split"] for row in predecessors} == {"true", "false"}
    assert [row for row in predecessors if (row["is_split"] == "true") != (successors[row["old_code"]] > 1)] == []
    assert (len(successors), sum(times > 1 for times in successors.values())) == (10040, 471)


def test_old_codes_are_five_digits_except_for_island_districts_without_communes(predecessors):
    assert {row["old_kind"] for row in predecessors} == {"xa", "phuong", "thi_tran", "huyen"}
    for row in predecessors:
        assert re.fullmatch(r"[0-9]{3}" if row["old_kind"] == "huyen" else r"[0-9]{5}", row["old_code"])
    assert sum(row["old_kind"] == "huyen" for row in predecessors) == 5


def test_no_pair_of_old_and_new_unit_is_repeated(predecessors):
    pairs = [(row["new_code"], row["old_code"]) for row in predecessors]
    assert len(pairs) == len(set(pairs)) == 10602


def test_doubtful_pairs_are_only_those_of_divided_units_and_leave_every_old_unit_a_successor(predecessors):
    doubtful = [row for row in predecessors if row["source"].endswith("; doubtful: matched by name only")]
    assert len(doubtful) == 28
    assert {row["is_split"] for row in doubtful} == {"true"}
    trusted = {row["old_code"] for row in predecessors if row["source"] == "vietnamadminunits 1.0.4"}
    assert {row["old_code"] for row in doubtful} <= trusted
