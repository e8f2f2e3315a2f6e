"""Telling text encodings apart, strictly."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.encodings import TextRefused, detect_encoding

LONGEST = 1000
TONES = "\u0300\u0301\u0303\u0309\u0323"
TEXT = "Tên;Số\nXã Thăng Bình đạt;92,5\n"


def as_windows_1258(text: str) -> bytes:
    """Write Vietnamese as Windows-1258 does: base letter, then tone mark."""
    letters = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        letters.append(base + "".join(part for part in parts if part in TONES))
    return "".join(letters).encode("cp1258")


def detected(content: bytes, size: int = 7) -> str:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return detect_encoding(lambda: pieces, LONGEST)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@given(text=st.text("aăâđêôơưếệẩạxyz;,0123456789\n\t“”"))
def test_unicode_text_is_read_back_as_written(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    assert content.decode(detected(content)) == text


def test_windows_1258_is_recognised_by_its_combining_marks() -> None:
    content = as_windows_1258(TEXT)
    assert detected(content) == "cp1258"
    assert unicodedata.normalize("NFC", content.decode("cp1258")) == TEXT


def outcome_of(content: bytes) -> str:
    try:
        encoding = detected(content)
        content.decode(encoding)
    except TextRefused as refused:
        return refused.trouble
    return encoding


def refusal(content: bytes) -> TextRefused:
    with pytest.raises(TextRefused) as refused:
        detected(content)
    return refused.value


def test_nul_is_refused_with_line_and_column() -> None:
    refused = refusal(b"a;b\n1;\x002\n")
    assert (refused.trouble, refused.line, refused.column, refused.found) == ("undecodable", 2, 3, "U+0000")


def test_utf_16_without_its_mark_is_refused_at_its_first_nul() -> None:
    assert refusal("a;b".encode("utf-16-le")).found == "U+0000"


def test_an_undecodable_byte_is_refused_with_line_and_column() -> None:
    refused = refusal("xã;1\nđạt".encode() + b"\xff;2\n\x8a")
    assert (refused.trouble, refused.line, refused.column, refused.found) == ("undecodable", 2, 4, "byte 0xFF")


def test_a_cut_utf_8_letter_is_refused() -> None:
    assert refusal("x;ế".encode()[:-1]).trouble == "undecodable"


def test_western_letters_are_not_taken_for_windows_1258() -> None:
    assert refusal("Größe;Länge;naïf".encode("latin-1")).trouble == "undecodable"


def test_bytes_of_an_old_font_are_refused_with_a_sample() -> None:
    refused = refusal("Tªn;Sè\nX· Th¨ng B×nh céng hßa;1\n".encode("latin-1"))
    assert refused.trouble == "legacy"
    assert "Th¨ng" in refused.found


def test_an_endless_line_is_refused() -> None:
    assert refusal(b"a\n" + b"x" * (LONGEST + 1)).trouble == "line_too_long"


@given(st.binary())
def test_any_bytes_get_an_encoding_or_a_refusal(content: bytes) -> None:
    assert outcome_of(content) in {"utf-8-sig", "utf-16", "cp1258", "undecodable", "legacy", "line_too_long"}
