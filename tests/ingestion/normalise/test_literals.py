"""All readings of a written number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.normalise.literals import is_literal, readings_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("012", "12"), ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("1.234.567", "1234567"),
        ("1,234,567", "1234567"), ("1 234 567,8", "1234567.8"), ("92.5", "92.5"), ("92,55", "92.55"),
        ("0.925", "0.925"), ("0,925", "0.925"), ("12,3456", "12.3456"), ("1234.567", "1234.567"),
        ("-1.234,5", "-1234.5"),
        ("1.234.567,89", "1234567.89"), ("1,5e3", "1500"),
    ],
)  # fmt: skip
def test_a_clear_number_has_one_reading(text: str, value: str) -> None:
    readings = readings_of(text)
    assert readings is not None
    assert readings.certain == Decimal(value)


@pytest.mark.parametrize(("text", "first", "second"), [("1.234", "1.234", "1234"), ("-12,345", "-12.345", "-12345")])
def test_three_digits_after_one_separator_have_two_readings(text: str, first: str, second: str) -> None:
    readings = readings_of(text)
    assert readings is not None
    assert readings.is_ambiguous
    assert readings.certain is None
    assert (readings.decimal, readings.grouped) == (Decimal(first), Decimal(second))


@pytest.mark.parametrize("text", ["1.23.456", "1,2,3", "12 34", "1..2", "1.2,3.4", "1.234,5,6", "1 2345"])
def test_a_malformed_number_has_no_reading(text: str) -> None:
    assert is_literal(text)
    assert readings_of(text) is None


@pytest.mark.parametrize("text", ["", "a", "12a", "５", "1-2", "--1", ".5", "5."])
def test_what_is_not_written_like_a_number_is_no_literal(text: str) -> None:
    assert not is_literal(text)
