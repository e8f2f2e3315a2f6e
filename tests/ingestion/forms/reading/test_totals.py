"""Totals and group rows among the data: not taken, but held against the rows they sum up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.forms.contents import IndicatorRow
from ingestion.forms.reading.figures import judge_indicator
from ingestion.forms.reading.locate import LocatedCell, LocatedRow
from ingestion.forms.reading.totals import check_totals, is_group, is_total
from plans.records import ValueKind

COLUMNS = ("number", "label", "unit", "numerator", "denominator", "value", "nil", "note", "key")


def row(place: int, label: str = "", *, number: str = "", key: str = "", **cells: object) -> LocatedRow:
    said: dict[str, object] = {"number": number, "label": label, "key": key, **cells}
    located = {
        name: LocatedCell("Trang", f"{chr(65 + column)}{place}", said.get(name))  # type: ignore[arg-type]
        for column, name in enumerate(COLUMNS)
    }
    return LocatedRow(key, number, located["label"], located)


def found(rows: list[LocatedRow], kinds: dict[str, ValueKind], unit: str = "") -> list[tuple[str, str | None]]:
    """Return code and cell of what is found about the totals among some rows."""
    answered = {}
    for each in rows:
        if each.key:
            item = IndicatorRow(each.key, 1, "I", each.label.text, unit, "", "", kinds[each.key])
            answered["Trang", each.label.address] = (item, judge_indicator(item, each, None)[0])
    return [(one.code, one.cell) for one in check_totals(rows, answered)]


COUNTS = dict.fromkeys(("a", "b", "c"), ValueKind.COUNT)


def counts(*values: object) -> list[LocatedRow]:
    return [
        row(place, f"Số {key}", key=key, value=value)
        for place, (key, value) in enumerate(zip("abc", values, strict=True), 1)
    ]


@pytest.mark.parametrize("label", ["Tổng cộng", "TỔNG SỐ:", "Cộng", "Cộng mục I", "Tổng (I+II)", "cộng nhóm A"])
def test_a_total_is_known_by_its_name(label: str) -> None:
    assert is_total(row(1, label))
    assert is_total(row(1, number=label))


@pytest.mark.parametrize("label", ["Tổng số hộ nghèo", "Cộng đồng số", "Tổng kết", ""])
def test_a_name_that_only_begins_like_a_total_is_none(label: str) -> None:
    assert not is_total(row(1, label))


def test_a_row_with_a_key_is_never_a_total() -> None:
    assert not is_total(row(1, "Tổng cộng", key="a"))


@pytest.mark.parametrize("number", ["I", "II.", "III", "A", "B)", "IV. Kinh tế số"])
def test_a_group_is_known_by_its_number(number: str) -> None:
    assert is_group(row(1, "Chính quyền số", number=number))


@pytest.mark.parametrize("number", ["1", "1.1", "", "Ghi chú"])
def test_a_numbered_row_is_no_group(number: str) -> None:
    assert not is_group(row(1, "Chính quyền số", number=number))


@pytest.mark.parametrize("total", [20, "20", "20,0"])
def test_a_total_that_adds_up_is_let_be(total: object) -> None:
    assert found([*counts(5, 7, 8), row(9, "Tổng cộng", value=total)], COUNTS) == []


def test_a_total_of_counts_that_is_off_by_one_is_refused() -> None:
    assert found([*counts(5, 7, 8), row(9, "Tổng cộng", value=21)], COUNTS) == [("RUL-08", "F9")]


def test_a_missing_part_makes_the_total_wrong() -> None:
    assert found([*counts(5, None, 8), row(9, "Cộng", value=20)], COUNTS) == [("RUL-08", "F9")]


def test_a_total_above_its_rows_is_checked_too() -> None:
    assert found([row(9, "Tổng số", value=21), *counts(5, 7, 8)], COUNTS) == [("RUL-08", "F9")]


def test_the_figure_of_a_group_title_sums_up_the_rows_below_it() -> None:
    first, second, third = counts(5, 7, 8)
    groups = [row(7, "Nhóm một", number="I", value=12), first, second, row(8, "Nhóm hai", number="II", value=9), third]
    assert found(groups, COUNTS) == [("RUL-08", "F8")]


def test_a_total_may_be_of_its_group_or_of_all_rows() -> None:
    first, second, third = counts(5, 7, 8)
    rows = [first, second, row(7, "Cộng", value=12), third, row(9, "Tổng cộng", value=20)]
    assert found(rows, COUNTS) == []


def test_a_subtotal_is_not_excused_by_the_sum_of_all_rows() -> None:
    first, second, third = counts(5, 7, 8)
    assert found([first, row(7, "Cộng", value=5), second, third, row(9, "Cộng", value=20)], COUNTS) == [
        ("RUL-08", "F9")
    ]


@pytest.mark.parametrize(("total", "codes"), [(100, []), (99.5, []), (98, ["RUL-08"])])
def test_money_may_be_rounded_within_one_percent(total: float, codes: list[str]) -> None:
    rows = [*counts(33, 33, 34), row(9, "Tổng cộng", value=total)]
    told = found(rows, dict.fromkeys("abc", ValueKind.MONEY), "triệu đồng")
    assert [code for code, _ in told] == codes


@pytest.mark.parametrize("total", [270, "#REF!", "nhiều"])
def test_percentages_are_never_summed(total: object) -> None:
    rows = [*counts(90, 90, 90), row(9, "Tổng cộng", value=total)]
    assert found(rows, dict.fromkeys("abc", ValueKind.RATIO)) == [("RUL-09", "F9")]


def shares(value: object, numerator: int = 30, denominator: int = 40) -> list[LocatedRow]:
    return [
        row(1, "Tỷ lệ a", key="a", numerator=10, denominator=20),
        row(2, "Tỷ lệ b", key="b", numerator=20, denominator=20),
        row(9, "Tổng cộng", numerator=numerator, denominator=denominator, value=value),
    ]


def test_numerators_and_denominators_add_up_and_give_the_percentage_of_the_total() -> None:
    assert found(shares("75%"), dict.fromkeys("ab", ValueKind.RATIO)) == []


def test_a_numerator_that_does_not_add_up_is_refused() -> None:
    assert found(shares(None, numerator=31), dict.fromkeys("ab", ValueKind.RATIO)) == [("RUL-08", "D9")]


def test_an_average_of_percentages_is_told_and_not_taken() -> None:
    rows = [
        row(1, "Tỷ lệ a", key="a", numerator=1, denominator=2),
        row(2, "Tỷ lệ b", key="b", numerator=60, denominator=60),
    ]
    total = row(9, "Tổng cộng", value=75)
    assert found([*rows, total], dict.fromkeys("ab", ValueKind.RATIO)) == [("RUL-09", "F9")]


def test_rows_of_different_kinds_are_not_summed() -> None:
    kinds = {"a": ValueKind.COUNT, "b": ValueKind.MONEY, "c": ValueKind.COUNT}
    assert found([*counts(1, 2, 3), row(9, "Tổng cộng", value=6)], kinds) == [("RUL-09", "F9")]


@given(values=st.lists(st.integers(0, 10**6), min_size=3, max_size=3), off=st.integers(-3, 3))
def test_counts_add_up_exactly_or_are_refused(values: list[int], off: int) -> None:
    told = found([*counts(*values), row(9, "Tổng cộng", value=abs(sum(values) + off))], COUNTS)
    assert bool(told) == (Decimal(abs(sum(values) + off)) != sum(values))
