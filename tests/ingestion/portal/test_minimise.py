"""What is kept of a portal's record, and what is dropped."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.portal.minimise import minimise
from ingestion.portal.simulator.histories import histories
from tests.canaries import canaries_in
from warehouse.errors import SourceContractBroken

if TYPE_CHECKING:
    from ingestion.portal.records import Portal

NEVER = dt.datetime(2030, 1, 1)
KEPT_TEXT = re.compile(r"^(\d{14}|(?!.*\d{9})[A-Za-z0-9]+([._/-][A-Za-z0-9]+)*)$")
Record = dict[str, Any]


@pytest.fixture
def record() -> Record:
    """A resolved dossier of the simulator without any trap."""
    return closed_records()[0]


def closed_records() -> list[Record]:
    seen = [history.seen(NEVER) for history in histories("demo", "08674", "2026-01")]
    return [
        row
        for row in seen
        if row["TrangThaiHoSo"] == "10" and row["DanhSachGiayToKetQua"] and len(row["NgayHenTra"]) == 14
    ]


def file(**changes: str) -> dict[str, str]:
    plain = {"TepDinhKemId": "T1", "TenTepDinhKem": "don.pdf", "IsDeleted": "0", "DuocSoHoa": "1", "DuocTaiSuDung": "0"}
    return plain | changes


def result(file_id: str = "KQ1", address: str = "https://x.invalid/kq") -> dict[str, str]:
    return {"GiayToId": file_id, "DuongDanTepTinKetQua": address}


def test_the_simulators_records_do_carry_personal_texts(record: Record) -> None:
    assert len(canaries_in(json.dumps(record, ensure_ascii=False))) >= 9


def test_no_personal_text_of_a_record_is_kept(portal: Portal) -> None:
    kept = [minimise(portal, row) for row in closed_records()]
    assert canaries_in(msgspec.json.encode(kept).decode()) == []


def test_a_key_that_nobody_listed_is_dropped(portal: Portal, record: Record) -> None:
    assert minimise(portal, record | {"HoTenMe": "CÔNG DÂN MẪU"}) == minimise(portal, record)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=40) | st.from_regex(r"\d{9,12}", fullmatch=True),
    key=st.sampled_from(("MaTTHC", "MaLinhVuc", "NgayHenTra", "TrangThaiHoSo", "DanhGia", "MucDo", "NoiNopHoSo")),
)
def test_a_text_in_the_wrong_field_is_kept_only_if_it_looks_like_a_code(
    portal: Portal, record: Record, text: str, key: str
) -> None:
    kept = minimise(portal, record | {key: text})
    texts = [value for value in msgspec.structs.asdict(kept).values() if isinstance(value, str)]
    assert all(KEPT_TEXT.match(value) for value in texts)


@pytest.mark.parametrize("written", ["9", "20261301000000", "2026-01-01", "hôm nay", "20260101"])
def test_a_due_date_that_is_no_instant_becomes_none_and_a_remark(portal: Portal, record: Record, written: str) -> None:
    kept = minimise(portal, record | {"NgayHenTra": written})
    assert kept.due_at is None
    assert "due_at_not_an_instant" in kept.remarks


def test_an_empty_due_date_is_none_without_a_remark(portal: Portal, record: Record) -> None:
    kept = minimise(portal, record | {"NgayHenTra": ""})
    assert (kept.due_at, kept.remarks) == (None, ())


@pytest.mark.parametrize(("changes", "named"), [
    ({"MaHoSo": "CÔNG DÂN MẪU"}, "MaHoSo"),
    ({"MaHoSo": "000000000001"}, "MaHoSo"),
    ({"NgayCapNhat": "9"}, "NgayCapNhat"),
    ({"KenhThucHien": 2}, "KenhThucHien"),
    ({"TaiLieuNop": "x"}, "TaiLieuNop"),
    ({"TaiLieuNop": [{}]}, "IsDeleted"),
])  # fmt: skip
def test_an_unusable_record_is_refused_by_the_name_of_its_field(
    portal: Portal, record: Record, changes: Record, named: str
) -> None:
    with pytest.raises(SourceContractBroken) as caught:
        minimise(portal, record | changes)
    assert caught.value.facts == {"portal": "demo", "field": named}
    assert not any(str(value) in caught.value.message for value in changes.values() if value != "9" and value != 2)


NO_CODES = {
    "name": "CÔNG DÂN MẪU",
    "name without marks": "CongDanMau",
    "name in parts": "CONG.DAN.MAU",
    "name with a year": "CongDanMau1990",
    "id": "000912345678",
    "id in parts": "000.912.345.678",
    "phone": "0900000000",
    "phone in parts": "0900.000.000",
    "birth date": "01/01/1990",
    "birth date in digits": "19900101",
    "e-mail": "cong.dan.mau@example.invalid",
    "address": "tep-mau.example.invalid/DEMO/1",
    "HTML": "<b>9.000001</b>",
    "script": "9.000001<script>alert(1)</script>",
    "SQL": "9.000001'; drop table dossiers;--",
    "formula": "=9.000001",
    "line break": "9.000001\nCONG DAN MAU",
    "trailing line break inside": "9.0000\n01",
    "full-width digits": "９.000001",
    "zero-width space": "9.000\u200b001",
    "right-to-left mark": "\u202e9.000001",
    "NUL": "9.000001\0",
    "lone surrogate": "9.000001\ud800",
    "very long": "9." + "0" * 100_000,
}


@pytest.mark.parametrize("text", NO_CODES.values(), ids=NO_CODES)
@pytest.mark.parametrize(("key", "field"), [("MaTTHC", "procedure_code"), ("MaLinhVuc", "field_code")])
def test_what_is_no_code_of_this_portal_is_not_kept_in_a_code_field(
    portal: Portal, record: Record, key: str, field: str, text: str
) -> None:
    kept = minimise(portal, record | {key: text})
    assert getattr(kept, field) is None
    assert f"{field}_not_a_code" in kept.remarks


@pytest.mark.parametrize("text", NO_CODES.values(), ids=NO_CODES)
def test_what_is_no_code_is_no_dossier_either_and_the_error_does_not_show_it(
    portal: Portal, record: Record, text: str
) -> None:
    with pytest.raises(SourceContractBroken) as caught:
        minimise(portal, record | {"MaHoSo": text})
    told = f"{caught.value!r} {caught.value.facts} {caught.getrepr(style='long', showlocals=False)}"
    assert text not in told.replace("9.000001", "")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", ["Anh", "CDM", "1990", "9\n", "<b>", "¹", "٩"])
@pytest.mark.parametrize(("key", "field"), [
    ("TrangThaiHoSo", "status"), ("KenhThucHien", "channel"), ("LoaiDoiTuong", "applicant_kind"),
    ("DuocThanhToanTrucTuyen", "payment"), ("DanhGia", "satisfaction"),
])  # fmt: skip
def test_an_unlisted_code_with_letters_or_more_than_two_digits_is_not_kept(
    portal: Portal, record: Record, key: str, field: str, text: str
) -> None:
    kept = minimise(portal, record | {key: text})
    assert getattr(kept, field) in {None, text.strip() if text.strip() == "9" else None}


def test_a_listed_code_may_have_letters(portal: Portal, record: Record) -> None:
    mapped = portal.model_copy(update={"statuses": {"HTXL": "9"}})
    supplement = {"NgayBoSung": "20260105080000", "NgayTiepNhanBoSung": "", "NgayHenTraMoi": ""}
    kept = minimise(mapped, record | {"TrangThaiHoSo": "HTXL", "DanhSachHoSoBoSung": [supplement]})
    assert kept.status == "HTXL"
    assert kept.remarks == ("open_supplement_when_resolved",)


def test_even_a_pattern_that_allows_anything_lets_no_id_through(portal: Portal, record: Record) -> None:
    patterns = portal.code_patterns.model_copy(update={"procedure_code": ".*"})
    loose = portal.model_copy(update={"code_patterns": patterns})
    assert minimise(loose, record | {"MaTTHC": "000912345678"}).procedure_code is None
    assert minimise(loose, record | {"MaTTHC": "CÔNG DÂN MẪU"}).procedure_code is None


@pytest.mark.parametrize("code", ["2.002492", "1.010708.000.00.00.H56"])
def test_codes_of_national_and_provincial_procedures_are_kept(portal: Portal, record: Record, code: str) -> None:
    assert minimise(portal, record | {"MaTTHC": code}).procedure_code == code


def test_a_record_that_lacks_a_documented_field_is_refused(portal: Portal, record: Record) -> None:
    del record["NgayHenTra"]
    with pytest.raises(SourceContractBroken, match="NgayHenTra"):
        minimise(portal, record)


def test_a_code_that_the_portal_file_does_not_know_is_kept_with_a_remark(portal: Portal, record: Record) -> None:
    kept = minimise(portal, record | {"TrangThaiHoSo": "11"})
    assert kept.status == "11"
    assert kept.remarks == ("status_unknown",)


@pytest.mark.parametrize("name", ["Dinhkem", "Dinhkem.pdf", "DINHKEM(1).PDF", "Đính kèm 2.docx", ""])
def test_files_with_only_the_default_name_are_no_component_files(portal: Portal, record: Record, name: str) -> None:
    kept = minimise(portal, record | {"TaiLieuNop": [file(TenTepDinhKem=name)], "HoSoCoThanhPhanSoHoa": "1"})
    assert not kept.has_component_files
    assert kept.remarks == ("default_file_names_only", "digitised_flag_without_file")


@pytest.mark.parametrize("name", ["don.pdf", "123.pdf", "Dinhkem_khaisinh.pdf"])
def test_one_file_with_a_name_of_its_own_is_a_component_file(portal: Portal, record: Record, name: str) -> None:
    files = [file(TenTepDinhKem="Dinhkem.pdf"), file(TenTepDinhKem=name)]
    assert minimise(portal, record | {"TaiLieuNop": files}).has_component_files


@pytest.mark.parametrize("changes", [{"IsDeleted": "1"}, {"DuocSoHoa": "0"}, {"TepDinhKemId": ""}])
def test_a_deleted_paper_or_missing_file_is_no_component_file(
    portal: Portal, record: Record, changes: dict[str, str]
) -> None:
    assert not minimise(portal, record | {"TaiLieuNop": [file(**changes)]}).has_component_files


def test_a_submitted_file_handed_back_is_no_electronic_result(portal: Portal, record: Record) -> None:
    kept = minimise(portal, record | {"TaiLieuNop": [file()], "DanhSachGiayToKetQua": [result("T1")]})
    assert not kept.has_electronic_result
    assert kept.remarks == ("result_is_submitted_file",)


@pytest.mark.parametrize(("results", "expected"), [
    ([result()], True),
    ([result("T1"), result()], True),
    ([result(address="")], False),
    ([result("")], False),
    ([], False),
])  # fmt: skip
def test_an_electronic_result_needs_an_own_file_with_an_address(
    portal: Portal, record: Record, results: list[dict[str, str]], expected: bool
) -> None:
    kept = minimise(portal, record | {"TaiLieuNop": [file()], "DanhSachGiayToKetQua": results})
    assert kept.has_electronic_result is expected


@pytest.mark.parametrize(("reuse", "expected"), [("0", False), ("1", True), ("2", True), ("", False)])
def test_a_dossier_is_reused_if_one_component_is(portal: Portal, record: Record, reuse: str, expected: bool) -> None:
    files = [file(), file(DuocTaiSuDung=reuse)]
    assert minimise(portal, record | {"TaiLieuNop": files}).is_reused is expected


@pytest.mark.parametrize(
    ("amounts", "expected"), [((), False), (("0",), False), (("0", "5000"), True), (("x",), False)]
)
def test_a_dossier_bears_a_fee_if_any_amount_is_above_zero(
    portal: Portal, record: Record, amounts: tuple[str, ...], expected: bool
) -> None:
    kept = minimise(portal, record | {"DanhSachLePhi": [{"Gia": amount} for amount in amounts]})
    assert kept.is_fee_bearing is expected


@pytest.mark.parametrize(
    ("level", "expected"), [("4", True), ("Toàn trình ", True), ("3", False), ("một phần", False), ("", None)]
)
def test_full_online_comes_from_the_service_level(
    portal: Portal, record: Record, level: str, expected: bool | None
) -> None:
    assert minimise(portal, record | {"MucDo": level}).is_full_online is expected


@pytest.mark.parametrize(
    ("submitted_to", "expected"), [("UBND xã A", False), ("UBND  XÃ A", False), ("Bưu điện", True), ("", None)]
)
def test_boundary_free_means_handed_in_elsewhere(
    portal: Portal, record: Record, submitted_to: str, expected: bool | None
) -> None:
    kept = minimise(portal, record | {"DonViXuLy": "UBND xã A", "NoiNopHoSo": submitted_to})
    assert kept.is_boundary_free is expected


@pytest.mark.parametrize(("changes", "remark"), [
    ({"NgayTiepNhan": "20260105080000", "NgayKetThucXuLy": "20260105075959"}, "resolved_before_received"),
    ({"NgayTra": ""}, "returned_without_instant"),
])  # fmt: skip
def test_an_order_of_events_that_cannot_be_is_remarked(
    portal: Portal, record: Record, changes: dict[str, str], remark: str
) -> None:
    assert minimise(portal, record | changes).remarks == (remark,)


def test_a_dossier_done_with_an_open_supplement_is_remarked(portal: Portal, record: Record) -> None:
    supplement = {"NgayBoSung": "20260105080000", "NgayTiepNhanBoSung": "", "NgayHenTraMoi": ""}
    assert minimise(portal, record | {"DanhSachHoSoBoSung": [supplement]}).remarks == ("open_supplement_when_resolved",)
