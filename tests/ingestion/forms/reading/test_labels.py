"""Matching keys of row labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.forms.reading.labels import label_key


@pytest.mark.parametrize(
    "text",
    [
        "1. Tỷ lệ TTHC",
        "- tỷ lệ thủ tục hành chính",
        "a) Tỷ lệ TTHC (%)",
        "1.2. TỶ LỆ TTHC:",
        "Tỷ  lệ TTHC *",
        "+ Tỷ lệ TTHC (1);",
    ],
)
def test_list_marks_footnotes_and_short_forms_do_not_matter(text: str) -> None:
    assert label_key(text) == "tỷ lệ thủ tục hành chính"


@pytest.mark.parametrize(
    ("one", "other"),
    [("100 mô hình", "mô hình"), ("5G", "G"), ("Tỷ lệ TTTT", "Tỷ lệ thanh toán trực tuyến"), ("Tỷ lệ (xã)", "Tỷ lệ")],
)
def test_what_tells_two_rows_apart_is_kept(one: str, other: str) -> None:
    assert label_key(one) != label_key(other)


@given(st.text(max_size=40))
def test_a_key_is_stable_under_the_fold(text: str) -> None:
    assert label_key(text.replace(" ", "\u00a0")) == label_key(text)
