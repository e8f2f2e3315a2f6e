"""Foreign names made safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.names import NAMELESS, SHOWN_NAME_LENGTH, escape_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("bao cao.xlsx", "bao cao.xlsx"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("a\0b.xlsx", "a\\u0000b.xlsx"),
        ("gnp\u202exslx.exe", "gnp\\u202exslx.exe"),
        ("dòng\nmới.xlsx", "dòng\\u000amới.xlsx"),
        ("hỏng\udcff.xlsx", "hỏng\\udcff.xlsx"),
        ("", NAMELESS),
    ],
)
def test_a_name_is_shown_without_anything_that_acts_or_hides(name: str, shown: str) -> None:
    assert escape_name(name) == shown


def test_a_decomposed_name_is_shown_composed() -> None:
    assert escape_name("ba\u0301o ca\u0301o.xlsx") == "báo cáo.xlsx"


def test_a_name_of_4000_characters_is_cut_in_its_middle() -> None:
    shown = escape_name("x" * 4000 + ".xlsx")
    assert len(shown) == SHOWN_NAME_LENGTH
    assert shown.endswith("xxx.xlsx")
    assert "x…x" in shown


@given(st.text(st.characters()))
def test_every_name_is_shown_printable_and_short(name: str) -> None:
    shown = escape_name(name)
    assert 0 < len(shown) <= SHOWN_NAME_LENGTH
    assert "\n" not in shown
    shown.encode("utf-8")
