"""A claim that differs from the portal's records asks for its reason, where both surely speak of the same."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.ingestion.measured import online, open_measured_office, publish_rates
from tests.ingestion.office import IN_TIME, codes
from warehouse.thresholds import threshold

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.intake import ReceiptResult
    from tests.ingestion.office import Office

BEFORE_THE_END = dt.datetime(2026, 6, 14, 10, tzinfo=dt.UTC)


@pytest.fixture
def measured(tmp_path: Path) -> Office:
    return open_measured_office(tmp_path)


def claim(office: Office, **cells: object) -> ReceiptResult:
    (result,) = office.submit(office.fill({"ct-01": cells}))
    return result


def test_a_claim_beyond_the_notice_limit_without_a_reason_is_taken_and_asked_for_it(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    result = claim(measured, value=96)
    (told,) = [found for found in result.findings if found.code == "RUL-10"]
    assert (result.outcome, told.severity, told.cell) == ("accepted_with_warnings", "warning", "H15")
    assert (told.found, told.expected) == ("96%", "90/120 = 75%")
    assert "Ghi chú" in told.message


def test_a_reason_in_the_note_settles_it(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    assert "RUL-10" not in codes(claim(measured, value=96, note="cộng cả hồ sơ nộp tại bưu điện"))


@pytest.mark.parametrize(
    ("value", "is_told"), [(75, False), (78.94, False), (78.95, True), (71.43, False), (71.42, True)]
)
def test_the_limit_is_that_of_the_thresholds_in_percent_of_the_claim(
    measured: Office, value: float, is_told: bool
) -> None:
    assert threshold("claim_notice_pct", dt.date(2026, 6, 30)) == 5
    publish_rates(measured.settings, [online(90, 120)])
    assert ("RUL-10" in codes(claim(measured, value=value))) is is_told


def test_a_claim_near_zero_is_let_be_within_a_point(measured: Office) -> None:
    publish_rates(measured.settings, [online(12, 1000)])
    assert "RUL-10" not in codes(claim(measured, numerator=21, denominator=1000))
    assert "RUL-10" in codes(claim(measured, numerator=22, denominator=1000))


def test_a_claim_of_nothing_against_records_of_something_is_told(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    assert "RUL-10" in codes(claim(measured, numerator=0, denominator=120))


@pytest.mark.parametrize(
    "rates",
    [
        [],
        [online(90, 120, BEFORE_THE_END)],
        [online(90, 120, IN_TIME + dt.timedelta(minutes=1))],
        [online(0, 0)],
        [online(90, 120, period="2026-05")],
    ],
    ids=["no records", "count not closed", "known only later", "nothing to divide by", "another period"],
)
def test_where_it_is_not_certain_nothing_is_said(measured: Office, rates: list[tuple[object, ...]]) -> None:
    publish_rates(measured.settings, [online(1, 1, period="2026-01"), *rates])  # type: ignore[list-item]  # parametrised
    assert "RUL-10" not in codes(claim(measured, value=96))


def test_other_indicators_and_nil_returns_are_not_held_against_records(measured: Office) -> None:
    publish_rates(measured.settings, [online(90, 120)])
    (result,) = measured.submit(measured.fill({"ct-01": {"nil": "x"}, "ct-02": {"value": 96}}))
    assert "RUL-10" not in codes(result)
