"""Days as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.dates import parse_day

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))
APRIL_30 = dt.date(2026, 4, 30)


@pytest.mark.parametrize(
    "raw",
    [
        "30/4/2026", "30-04-2026", "30.4.2026", "ngày 30 tháng 4 năm 2026", "Ngày 30/4/2026", "2026-04-30",
        "2026-04-30T00:00:00", 46142, 46142.0, " 30 / 4 / 2026 ",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(raw: str | float) -> None:
    assert parse_day(raw).value == APRIL_30


def test_the_day_comes_first() -> None:
    assert parse_day("04/05/2026").value == dt.date(2026, 5, 4)


@pytest.mark.parametrize(
    "raw",
    [
        "31/02/2026", "13/14/2026", "29/02/2025", "29/02/1900", "5/5/26", "30/4/2569", "30/4-2026", "mồng một Tết",
        "năm Bính Ngọ", 46142.5, -1, 1e300, float("nan"), float("inf"), True, "2026-04-30T10:00:00",
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_refused_as_dat_01(raw: str | float) -> None:
    day = parse_day(raw, sheet="Nhiệm vụ", cell="C5")
    assert day.value is None
    assert day.finding is not None
    assert (day.finding.code, day.finding.severity, day.finding.cell) == ("DAT-01", "error", "C5")


@pytest.mark.parametrize("raw", [None, ""])
def test_an_empty_cell_is_no_day_and_no_error(raw: str | None) -> None:
    assert parse_day(raw) == parse_day(None)
    assert parse_day(raw).finding is None


@given(DAYS)
def test_a_written_day_is_read_back(day: dt.date) -> None:
    for text in (f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", day.isoformat()):
        assert parse_day(text).value == day


@given(DAYS)
def test_a_serial_number_is_read_back(day: dt.date) -> None:
    assert parse_day((day - dt.date(1899, 12, 30)).days).value == day


@given(st.one_of(st.text(), st.floats(), st.integers()))
def test_anything_written_is_a_day_or_a_refusal(raw: str | float) -> None:
    day = parse_day(raw)
    assert raw == "" or (day.value is None) != (day.finding is None)
