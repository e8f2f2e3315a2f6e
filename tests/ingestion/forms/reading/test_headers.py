"""Headers are found wherever they stand, each page by its own columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.cage import CagedSheet
from ingestion.forms.layout import TEMPLATE_VERSION
from ingestion.forms.reading.headers import Header, headers_of, is_column_numbers


def headers(*rows: tuple[object, ...]) -> tuple[Header, ...]:
    return headers_of(CagedSheet("Trang", is_hidden=False, rows=rows), TEMPLATE_VERSION)  # type: ignore[arg-type]


def test_the_lowest_title_of_a_column_counts() -> None:
    (header,) = headers(("Chỉ tiêu", "Kết quả", None, None), (None, "Tử số", "Mẫu số", "Kết quả"), ("Tỷ lệ", 1, 2, 50))
    assert (header.columns, header.first_row) == ({"label": 0, "numerator": 1, "denominator": 2, "value": 3}, 2)


def test_a_data_row_is_no_part_of_a_header() -> None:
    (header,) = headers(("Chỉ tiêu", "Kết quả"), ("Số hộ", "Không phát sinh"))
    assert (header.columns, header.first_row) == ({"label": 0, "value": 1}, 1)


def test_every_page_has_its_own_columns() -> None:
    first, second = headers(("Chỉ tiêu", "Kết quả"), ("Số hộ", 1), (None, "Chỉ tiêu", "Kết quả"), (None, "Số xã", 2))
    assert (first.columns, second.columns) == ({"label": 0, "value": 1}, {"label": 1, "value": 2})


def test_a_title_over_two_columns_is_a_doubt_with_both_cells() -> None:
    (header,) = headers(("Chỉ tiêu", "Kết quả", "Kết quả"))
    assert [(doubt.code, doubt.cell, doubt.expected) for doubt in header.doubts] == [("KEY-01", "C1", "ô B1")]


def test_a_title_of_the_form_itself_comes_before_a_similar_one() -> None:
    (header,) = headers(("Chỉ tiêu", "Kết quả tháng 5/2026", "Kết quả"))
    assert (header.columns["value"], header.doubts) == (2, ())


def test_many_titles_without_results_are_a_header_that_lacks_a_column() -> None:
    (header,) = headers(("STT", "Chỉ tiêu", "Đơn vị tính"))
    assert "value" not in header.columns
    assert headers(("Chỉ tiêu", "Đơn vị tính")) == ()


@pytest.mark.parametrize(
    "row", [("(1)", "(2)", "(3)=(2)/(1)"), (1, 2, 3), ("A", "B", 1), ("1", "2", None), ("\u200b1", "\u200b2")]
)
def test_a_row_that_numbers_the_columns_is_known(row: tuple[object, ...]) -> None:
    assert is_column_numbers(row, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", [(1, "Số hộ", 3), (1, None, 3), (None, "2", None), (1,)])
def test_a_row_of_data_is_none(row: tuple[object, ...]) -> None:
    assert not is_column_numbers(row, 1)  # type: ignore[arg-type]


CELLS = st.sampled_from(["Chỉ tiêu", "Kết quả", "Nhiệm vụ", "Trạng thái", "STT", None, 1])


@given(st.lists(st.lists(CELLS, max_size=6).map(tuple), max_size=6))
def test_any_rows_have_headers_in_order_and_inside(rows: list[tuple[object, ...]]) -> None:
    found = headers(*rows)
    assert [header.top for header in found] == sorted(header.top for header in found)
    assert all(header.top < header.first_row <= len(rows) for header in found)
