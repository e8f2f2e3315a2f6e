"""Cleaning, matching keys and look-alike letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.text import clean, examine, fold, has_lookalike_d, lookalike_letters, with_true_d

VIETNAMESE = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặếềểễệóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ ĐÐðƏ0123456789.,-"
)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.one_of(st.text(), VIETNAMESE))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(VIETNAMESE)
def test_the_key_does_not_depend_on_composition_or_case(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text.upper()) == fold(text)


def test_cleaning_removes_what_cannot_be_seen() -> None:
    assert clean("\ufeff Xã\u200b\u00a0Thăng\u2009\u00ad  Bình\n") == "Xã Thăng Bình"


def test_cleaning_keeps_the_spelling_that_was_written() -> None:
    assert clean("Uỷ ban, Hoà Bình") == "Uỷ ban, Hoà Bình"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Hòa Bình", "Hoà Bình"), ("THỦY NGUYÊN", "Thuỷ Nguyên"), ("khỏe", "khoẻ"), ("loè", "lòe"), ("quý", "qúy"),
        ("Đồng Nai", "Ðồng Nai"), ("đường", "ðường"), ("Xã\u00a0Dân Tiến", "xã  dân tiến"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_have_one_key(first: str, second: str) -> None:
    assert fold(first) == fold(second)


@pytest.mark.parametrize(("first", "second"), [("chuyên", "chuyển"), ("mùa", "muà"), ("Hòa", "Hóa"), ("đa", "da")])
def test_different_words_keep_different_keys(first: str, second: str) -> None:
    assert fold(first) != fold(second)


def test_a_look_alike_of_d_is_noticed_and_can_be_replaced() -> None:
    assert has_lookalike_d("Ðồng Nai")
    assert with_true_d("Ðồng Nai") == "Đồng Nai"
    assert not has_lookalike_d("Đồng Nai")


@pytest.mark.parametrize(("text", "letters"), [("xа", ("а",)), ("ТТНС", ("Т", "Н", "С")), ("Хã Сát", ("Х", "С"))])
def test_letters_of_another_script_that_pose_as_latin_are_named(text: str, letters: tuple[str, ...]) -> None:
    assert lookalike_letters(text) == letters


@pytest.mark.parametrize("text", ["Москва", "Ω và λ", "5 µg", "xã Thăng Bình", "Κίεφ"])
def test_honest_foreign_words_are_left_to_the_reader(text: str) -> None:
    assert lookalike_letters(text) == ()


def test_homoglyphs_are_refused_with_their_letters_as_enc_04() -> None:
    found = examine("xа", sheet="Báo cáo", cell="B2")
    assert found is not None
    assert (found.code, found.severity, found.cell, found.expected) == ("ENC-04", "error", "B2", "а U+0430")


def test_eth_for_d_is_told_but_accepted_as_enc_05() -> None:
    found = examine("Ðồng Nai")
    assert found is not None
    assert (found.code, found.severity, found.expected) == ("ENC-05", "warning", "Đồng Nai")


def test_old_font_text_is_refused_as_enc_02() -> None:
    found = examine("céng hßa x· héi")
    assert found is not None
    assert (found.code, found.severity) == ("ENC-02", "error")


def test_ordinary_text_has_nothing_to_tell() -> None:
    assert examine("Ủy ban nhân dân xã Thăng Bình – Quý II/2026") is None
