"""Personal data is found by its shape and never repeated."""

from __future__ import annotations

import pytest

from ingestion.cage import CagedFile, CagedSheet
from ingestion.forms.reading.personal import personal_data


def found_in(text: str) -> list[tuple[str | None, str | None]]:
    caged = CagedFile((CagedSheet("Trang", is_hidden=False, rows=((None,), (None, text))),))
    return [(found.code, found.cell) for found in personal_data(caged)]


@pytest.mark.parametrize(
    "text",
    [
        "CCCD 000000000000",
        "Số CMND: 000000000",
        "liên hệ 0900 000 000",
        "đt 0900000000",
        "+84900000000",
        "0900.000.000",
        "0900-000-000",
        "thu.dan@example.com",
    ],
)
def test_what_looks_like_personal_data_is_named_by_its_cell(text: str) -> None:
    assert found_in(text) == [("PII-01", "B2")]


@pytest.mark.parametrize(
    "text",
    [
        "Quyết định số 1234/QĐ-UBND ngày 05/01/2026",
        "1.234.567.890 đồng",
        "000.00.00.H01-260105-0001",
        "ubnd@thientan.langson.gov.vn",
        "Trụ sở: 0235 000 000",
        "2026-06",
        "0.912345678",
        "0,912345678",
        "912.345.678 đồng",
        "Họ và tên",
        "(Ký, ghi rõ họ tên)",
    ],
)
def test_office_text_is_left_alone(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("title", "cell"),
    [("Họ và tên", "A"), ("SỐ ĐIỆN THOẠI", 900000000), ("CCCD", 1000000000), ("Ngày sinh", "1990-01-01")],
)
def test_a_filled_column_of_people_is_named_by_its_title(title: str, cell: object) -> None:
    caged = CagedFile((CagedSheet("Trang", is_hidden=False, rows=((title,), (cell,))),))  # type: ignore[arg-type]
    assert [(found.code, found.cell) for found in personal_data(caged)] == [("PII-01", "A1")]


@pytest.mark.parametrize("title", ["Họ và tên", "Kinh phí"])
def test_an_empty_column_or_a_column_of_things_is_left_alone(title: str) -> None:
    below = None if title == "Họ và tên" else 912345678
    caged = CagedFile((CagedSheet("Trang", is_hidden=False, rows=((title,), (below,))),))
    assert personal_data(caged) == ()


def test_the_check_code_of_an_identity_line_is_no_phone_number() -> None:
    unlucky = "nq57-1 / suoi-mau-2026 / vhxh / 2026-06 / F0912345678a"
    assert found_in(f"Mã biểu: {unlucky}b") == []


def test_what_was_found_is_not_repeated() -> None:
    caged = CagedFile((CagedSheet("Trang", is_hidden=False, rows=(("CCCD 000000000000",),)),))
    (found,) = personal_data(caged)
    assert "000000000000" not in f"{found.message} {found.found}"
