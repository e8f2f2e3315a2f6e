"""Personal data is found by its shape and never repeated."""

from __future__ import annotations

import pytest

from ingestion.cage import CagedFile, CagedSheet
from ingestion.forms.personal import personal_data


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
    ],
)
def test_office_text_is_left_alone(text: str) -> None:
    assert found_in(text) == []


def test_the_check_code_of_an_identity_line_is_no_phone_number() -> None:
    unlucky = "nq57-1 / suoi-mau-2026 / vhxh / 2026-06 / F0912345678a"
    assert found_in(f"Mã biểu: {unlucky}b") == []


def test_what_was_found_is_not_repeated() -> None:
    caged = CagedFile((CagedSheet("Trang", is_hidden=False, rows=(("CCCD 000000000000",),)),))
    (found,) = personal_data(caged)
    assert "000000000000" not in f"{found.message} {found.found}"
