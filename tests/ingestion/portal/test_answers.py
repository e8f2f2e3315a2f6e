"""What is parsed of a portal's answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.portal.answers import AnswerParser
from ingestion.portal.simulator.histories import histories
from tests.canaries import canaries_in
from tests.ingestion.portal.test_minimise import NEVER

if TYPE_CHECKING:
    from ingestion.portal.records import Portal

LISTED = ("MaHoSo", "TrangThaiHoSo", "NgayHenTra", "MucDo")
LISTS = ("TaiLieuNop", "DanhSachGiayToKetQua", "DanhSachLePhi", "DanhSachHoSoBoSung")
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("Gia", "GiayToId", "x")), inner),
    max_leaves=8,
)


@pytest.fixture(scope="session")
def parser(portal: Portal) -> AnswerParser:
    return AnswerParser(portal)


def answer(records: object) -> bytes:
    return json.dumps({"error_code": "0", "tongSo": "1", "data": records}, ensure_ascii=False).encode()


def parsed_records(parser: AnswerParser, records: object) -> Any:
    found = parser.parse(answer(records))
    assert found is not None
    return found["data"]


def test_only_listed_keys_become_values(parser: AnswerParser) -> None:
    seen = histories("demo", "05755", "2026-01")[0].seen(NEVER)
    (record,) = parsed_records(parser, [seen])
    assert all(record[key] == seen[key] for key in record if key not in LISTS)
    assert not {"ChuHoSo", "SoDienThoai", "GhiChu", "TrichYeuHoSo"} & record.keys()
    assert {tuple(file) for file in record["TaiLieuNop"]} == {
        ("TepDinhKemId", "TenTepDinhKem", "IsDeleted", "DuocSoHoa", "DuocTaiSuDung")
    }


def test_nothing_of_a_persons_fields_is_parsed(parser: AnswerParser) -> None:
    seen = [history.seen(NEVER) for history in histories("demo", "05755", "2026-01")]
    kept = json.dumps(parsed_records(parser, seen), ensure_ascii=False)
    # A file's name and address are read to tell whether it is a real one, and go no further than that.
    assert set(canaries_in(kept)) == {"cong_dan_mau", "https://tep-mau.example.invalid"}


def test_an_absent_key_stays_absent(parser: AnswerParser) -> None:
    assert parsed_records(parser, [{"MaHoSo": "DEMO.1"}]) == [{"MaHoSo": "DEMO.1"}]


def test_an_empty_or_null_list_is_of_the_contracts_shape(parser: AnswerParser) -> None:
    assert parsed_records(parser, [{"TaiLieuNop": None, "DanhSachLePhi": [], "ChuHoSo": "x"}]) == [
        {"TaiLieuNop": None, "DanhSachLePhi": []}
    ]


@pytest.mark.parametrize("value", ["x", [1], ["x"], {"Gia": "1"}, 7])
def test_a_list_of_another_shape_is_parsed_as_it_came_so_that_its_key_can_be_named(
    parser: AnswerParser, value: object
) -> None:
    assert parsed_records(parser, [{"DanhSachLePhi": value}]) == [{"DanhSachLePhi": value}]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=st.dictionaries(st.sampled_from((*LISTED, "DanhSachLePhi", "HoTen", "x")), anything))
def test_listed_keys_hold_what_any_json_parser_finds_in_them(parser: AnswerParser, record: dict[str, Any]) -> None:
    (found,) = parsed_records(parser, [record])
    assert {key: record[key] for key in LISTED if key in record} == {key: found[key] for key in LISTED if key in found}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_any_bytes_are_an_object_or_nothing(parser: AnswerParser, content: bytes) -> None:
    assert isinstance(parser.parse(content), dict | None)


@pytest.mark.parametrize("content", [
    b'{"ChuHoSo": "\xff"}',
    b'{"error_code": "0"',
    b'{"MaHoSo": "\\ud800"}',
    b"[]",
    b"null",
    b"[" * 100_000,
    b'{"x": ' * 100_000,
    b"\xef\xbb\xbf{}",
])  # fmt: skip
def test_what_is_no_json_object_in_utf_8_is_nothing(parser: AnswerParser, content: bytes) -> None:
    assert parser.parse(content) is None
