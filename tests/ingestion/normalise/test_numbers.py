"""One figure from one cell: certain, or refused with its readings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.numbers import (
    Cell,
    Figure,
    FigureKind,
    ValueStatus,
    format_figure,
    is_percent_format,
    parse_figure,
)

KINDS: tuple[FigureKind, ...] = ("ratio", "count", "index", "growth", "money")
HUNDREDS = st.decimals("0", "100", places=4)
FIGURES = st.decimals("-99999999999999", "99999999999999", places=4)


def code_of(figure: Figure) -> str | None:
    return figure.finding.code if figure.finding else None


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("1.234,5", "index", "1234.5"), ("1,234.5", "index", "1234.5"), ("1.234", "count", "1234"),
        ("1,234", "ratio", "1.234"), ("92,5%", "ratio", "92.5"), ("92,5 %", "ratio", "92.5"),
        ("92.5%", "ratio", "92.5"),
        ("100", "ratio", "100"), (92.5, "ratio", "92.5"), (0, "ratio", "0"), ("0,5%", "ratio", "0.5"),
        ("1%", "ratio", "1"), ("02", "count", "2"), ("1 234 567", "count", "1234567"),
        ("1\u00a0234\u202f567", "count", "1234567"), (12.000000000000002, "count", "12"), (1.1 + 2.2, "index", "3.3"),
        ("-5,2", "growth", "-5.2"), ("\u22125,2%", "growth", "-5.2"), (-3.5, "growth", "-3.5"),
        ("1e5", "count", "100000"),
        ("1,2 tỷ", "money", "1200000000"), ("500 triệu đồng", "money", "500000000"), ("5 tr.đ", "money", "5000000"),
        ("1.234 đồng", "money", "1234"), ("3,5 nghìn đồng", "money", "3500"), (37 / 41 * 100, "ratio", "90.2439"),
    ],
)  # fmt: skip
def test_a_certain_figure_is_reported(raw: Cell, kind: FigureKind, value: str) -> None:
    assert parse_figure(raw, kind) == Figure(Decimal(value), "reported")


@pytest.mark.parametrize(
    ("raw", "kind", "readings"),
    [
        ("1.234", "ratio", "1,234 hoặc 1.234"), ("1,234", "count", "1,234 hoặc 1.234"),
        ("1.234", "index", "1,234 hoặc 1.234"), ("1.234%", "ratio", "1,234 hoặc 1.234"),
        ("1.234", "money", "1,234 hoặc 1.234"), ("1,234", "growth", "1,234 hoặc 1.234"),
        (0.925, "ratio", "0,925 % hoặc 92,5 %"), ("0,925", "ratio", "0,925 % hoặc 92,5 %"),
        (1, "ratio", "1 % hoặc 100 %"), ("1", "ratio", "1 % hoặc 100 %"), (0.08, "growth", "0,08 % hoặc 8 %"),
    ],
)  # fmt: skip
def test_an_ambiguous_figure_is_refused_with_both_readings_as_num_01(
    raw: Cell, kind: FigureKind, readings: str
) -> None:
    figure = parse_figure(raw, kind, sheet="Báo cáo chỉ tiêu", cell="H9")
    assert (figure.value, figure.status, code_of(figure)) == (None, "error", "NUM-01")
    assert figure.finding is not None
    assert figure.finding.expected == readings
    assert readings in figure.finding.message
    assert "H9" in figure.finding.message


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (None, "missing"), ("", "missing"), ("  ", "missing"), ("-", "missing"), ("–", "missing"), ("…", "missing"),
        ("Không phát sinh", "nil_return"), ("KPS", "nil_return"), ("không  PHÁT sinh", "nil_return"),
        ("Không áp dụng", "not_applicable"), ("N/A", "not_applicable"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_figure_keeps_its_own_state(raw: Cell, status: ValueStatus, kind: FigureKind) -> None:
    assert parse_figure(raw, kind) == Figure(None, status)


@pytest.mark.parametrize("raw", ["#DIV/0!", "#REF!", "#N/A", "#NAME?", "Err:502"])
def test_a_failed_formula_is_num_03(raw: str) -> None:
    figure = parse_figure(raw, "ratio")
    assert (figure.status, code_of(figure)) == ("error", "NUM-03")


@pytest.mark.parametrize(
    "raw", ["x", "X", "Có", "Không", "không có", "đang làm", "Đạt", True, "=cmd|x", "12 34", "5%%"]
)
def test_other_words_are_num_05(raw: Cell) -> None:
    figure = parse_figure(raw, "ratio")
    assert (figure.value, figure.status, code_of(figure)) == (None, "error", "NUM-05")


@pytest.mark.parametrize(
    "raw", ["≥ 85%", ">92%", "Tối thiểu 90%", "trên 80%", "đạt 100%", "không quá 5", "70-80%", "từ 70 đến 80%", "= 5"]
)
def test_a_comparison_or_range_in_a_result_is_num_06(raw: str) -> None:
    assert code_of(parse_figure(raw, "ratio")) == "NUM-06"


@pytest.mark.parametrize(
    "raw",
    ["NaN", "Infinity", "-inf", "1E+309", "9" * 400, float("nan"), float("inf"), 10**14, 1e300, "1E-999999"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_stored_is_num_04(raw: Cell, kind: FigureKind) -> None:
    assert code_of(parse_figure(raw, kind)) == "NUM-04"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("12%", "count"), ("0,65%", "index"), (150, "ratio"), (-1, "ratio"), (-1, "count"), (2.5, "count"),
        ("5 triệu", "count"),
    ],
)  # fmt: skip
def test_a_figure_that_does_not_fit_its_unit_is_num_02(raw: Cell, kind: FigureKind) -> None:
    assert code_of(parse_figure(raw, kind)) == "NUM-02"


@pytest.mark.parametrize("raw", [-0.0, "-0", "-0,0", 1e-17])
def test_negative_zero_and_binary_noise_are_zero(raw: Cell) -> None:
    value = parse_figure(raw, "growth").value
    assert value is not None
    assert str(value) == "0.0000"


def test_words_after_a_count_are_told_as_num_07() -> None:
    figure = parse_figure("01 mô hình", "count")
    assert (figure.value, figure.status, code_of(figure)) == (Decimal(1), "reported", "NUM-07")


def test_the_unit_itself_after_a_count_is_not_worth_telling() -> None:
    assert parse_figure("01 Mô hình", "count", unit="mô hình") == Figure(Decimal(1), "reported")


def test_money_is_converted_to_the_unit_of_the_indicator() -> None:
    assert parse_figure("1,2 tỷ", "money", unit="triệu đồng").value == Decimal(1200)


def test_a_percent_format_turns_a_fraction_into_percent() -> None:
    assert parse_figure(0.925, "ratio", "0.00%").value == Decimal("92.5")
    assert parse_figure(1, "ratio", "0%").value == Decimal(100)


def test_a_percent_format_in_a_count_is_num_02() -> None:
    assert code_of(parse_figure(0.5, "count", "0%")) == "NUM-02"


@pytest.mark.parametrize(
    ("number_format", "is_percent"),
    [
        ("0%", True),
        ("0.00%", True),
        ("[Red]0.0%", True),
        ('0.0"%"', False),
        (r"0\%", False),
        ("0.##", False),
        (None, False),
    ],
)
def test_only_a_live_percent_sign_makes_a_percent_format(number_format: str | None, is_percent: bool) -> None:
    assert is_percent_format(number_format) is is_percent


@given(FIGURES, st.sampled_from(KINDS))
def test_a_figure_written_the_vietnamese_way_is_read_back_or_refused(value: Decimal, kind: FigureKind) -> None:
    figure = parse_figure(format_figure(value), kind)
    assert figure.value in {value, None}
    assert figure.status == ("error" if figure.value is None else "reported")


@given(st.integers(0, 10**13), st.sampled_from([kind for kind in KINDS if kind != "ratio"]))
def test_a_whole_number_grouped_either_way_is_read_back_or_refused(value: int, kind: FigureKind) -> None:
    for text in (f"{value:,}", f"{value:,}".replace(",", "."), f"{value:,}".replace(",", " ")):
        assert parse_figure(text, kind).value in {Decimal(value), None}


@given(HUNDREDS)
def test_a_percent_with_its_sign_is_read_back_or_refused(value: Decimal) -> None:
    figure = parse_figure(f"{format_figure(value)} %", "ratio")
    assert figure.value in {value, None}


@given(HUNDREDS)
def test_a_typed_percent_cell_gives_the_percent(value: Decimal) -> None:
    assert parse_figure(float(value / 100), "ratio", "0.00%").value == value


@given(st.floats(), st.sampled_from(KINDS))
def test_a_typed_number_is_read_exactly_or_refused(raw: float, kind: FigureKind) -> None:
    figure = parse_figure(raw, kind)
    assert figure.value is None or abs(figure.value - Decimal(repr(raw))) <= Decimal("0.00006")


@given(st.text(), st.sampled_from(KINDS))
def test_any_text_becomes_exactly_one_state(raw: str, kind: FigureKind) -> None:
    figure = parse_figure(raw, kind)
    assert (figure.value is not None) == (figure.status == "reported")
    assert (figure.status == "error") == (figure.finding is not None and figure.finding.severity == "error")
