"""Rows are matched by key, else by a name that one row only has."""

from __future__ import annotations

import pytest

from ingestion.forms.contents import IndicatorRow
from ingestion.forms.reading.locate import LocatedCell, LocatedRow
from ingestion.forms.reading.matching import answers_in, match
from plans.records import ValueKind

ITEMS = [
    IndicatorRow(key, number, "I", label, "", "", "", ValueKind.COUNT)
    for key, number, label in (("a", 1, "Số hộ"), ("b", 2, "Số xã"), ("c", 3, "Số xã"))
]


def row(label: str, number: str = "", key: str = "", place: int = 5, value: object = None) -> LocatedRow:
    return LocatedRow(
        key,
        number,
        LocatedCell("Trang", f"B{place}", label),
        {"value": LocatedCell("Trang", f"H{place}", value)},  # type: ignore[arg-type]
    )


def test_a_name_that_one_row_has_is_enough_whatever_its_number() -> None:
    assert list(match(ITEMS, [row("số hộ", "9")]).rows) == ["a"]


def test_a_name_that_two_rows_have_needs_its_number() -> None:
    assert list(match(ITEMS, [row("Số xã", "3")]).rows) == ["c"]
    matched = match(ITEMS, [row("Số xã"), row("Số xã", "1")])
    assert (dict(matched.rows), len(matched.strays)) == ({}, 2)


def test_a_key_counts_before_the_name_and_the_name_must_not_be_another_rows() -> None:
    matched = match(ITEMS, [row("Số xã", "1", key="a")])
    assert [(one.code, one.cell) for one in matched.findings] == [("TPL-04", "B5")]


def test_totals_and_groups_are_no_strays() -> None:
    assert match(ITEMS, [row("Tổng cộng"), row("Nhóm", "II"), row("Số khác", "4")]).strays[0].label.text == "Số khác"
    assert len(match(ITEMS, [row("Tổng cộng"), row("Nhóm", "II"), row("Số khác", "4")]).strays) == 1


@pytest.mark.parametrize("value", [0, "0 sáng kiến", "92,5%", "Có", "Đạt", "Không phát sinh", "x", 1.5])
def test_what_a_row_of_ones_own_says_is_not_lost(value: object) -> None:
    assert len(answers_in(row("Số khác", value=value))) == 1


@pytest.mark.parametrize("value", [None, "", "-", "(Ký, đóng dấu)", "Ghi chú"])
def test_what_is_no_answer_is_let_be(value: object) -> None:
    assert answers_in(row("Số khác", value=value)) == []
