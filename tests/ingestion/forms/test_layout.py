"""The identity line and the addresses that findings name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from ingestion.caged.request import address
from ingestion.forms.layout import FormIdentity, read_identity

IDENTITY = FormIdentity("thien-tan-2026", "tram-y-te", "2026-06")


@given(
    plan=st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8}){0,2}-20[0-9]{2}", fullmatch=True),
    unit=st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}", fullmatch=True),
    period=st.sampled_from(["2026-06", "2026-Q2", "2026-H1", "2026-M9", "2026"]),
)
def test_an_identity_line_is_read_back_as_it_was_written(plan: str, unit: str, period: str) -> None:
    identity = FormIdentity(plan, unit, period)
    assert read_identity(f"Mã biểu: {identity.line}") == identity


@pytest.mark.parametrize("changed", ["2026-07", "2026-Q2"])
def test_a_line_whose_period_was_retyped_is_no_identity(changed: str) -> None:
    assert read_identity(IDENTITY.line.replace("2026-06", changed)) is None


def test_a_line_whose_unit_was_retyped_is_no_identity() -> None:
    assert read_identity(IDENTITY.line.replace("tram-y-te", "cong-an")) is None


def test_spaces_around_the_parts_do_not_matter() -> None:
    assert read_identity(IDENTITY.line.replace(" / ", "/")) == IDENTITY


def test_ordinary_text_holds_no_identity() -> None:
    assert read_identity("Mã biểu: (đơn vị ghi)") is None


@given(row=st.integers(0, 10_000), column=st.integers(0, 16_383))
def test_an_address_is_what_office_programs_show(row: int, column: int) -> None:
    assert address(row, column) == f"{get_column_letter(column + 1)}{row + 1}"
