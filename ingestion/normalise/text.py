"""Vietnamese text: cleaning, matching keys, look-alike letters (domain 7.2, reliability F35).

`clean` is for what is shown and stored, `fold` is for comparing only: units and indicators are
matched by code, names only help (rule R21), so a key may throw away what a display may not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from ingestion.findings import finding
from ingestion.normalise.legacy import LegacyEncoding, looks_legacy_encoded
from ingestion.normalise.names import escape_name

if TYPE_CHECKING:
    from ingestion.findings import Finding

__all__ = [
    "LegacyEncoding", "clean", "escape_name", "examine", "fold", "has_lookalike_d", "lookalike_letters",
    "looks_legacy_encoded", "with_true_d",
]  # fmt: skip

LEGACY_SAMPLE = 60
REMEMBERED_LENGTH = 200

# soft hyphen, zero-width space/joiners, word joiner, byte order mark, direction marks and isolates
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")

# The tone mark of an open oa/oe/uy stands on either letter: hòa and hoà are one word (NFC does not unify them).
_TONED = {"o": "òóỏõọ", "u": "ùúủũụ", "a": "àáảãạ", "e": "èéẻẽẹ", "y": "ỳýỷỹỵ"}
_TONE_PAIRS = {
    toned_first + second: first + toned_second
    for first, second in (("o", "a"), ("o", "e"), ("u", "y"))
    for toned_first, toned_second in zip(_TONED[first], _TONED[second], strict=True)
}
_TONE_PAIR = re.compile("|".join(_TONE_PAIRS))

# Eth and African D look exactly like Đ and come from old fonts and keyboards.
_TRUE_D = str.maketrans({"\u00d0": "Đ", "\u00f0": "đ", "\u0189": "Đ", "\u0256": "đ"})

# Cyrillic and Greek letters that cannot be told from Latin ones on a screen.
_LOOKALIKES = frozenset("АВЕЅІЈКМНОРСТУХаеорсухіјѕԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοικνρυ")
_WORD = re.compile(r"[^\W\d_]+")


def clean(text: str) -> str:
    """Return text in NFC without invisible characters, every run of spaces one plain space, ends trimmed."""
    return _remembered_clean(text) if len(text) <= REMEMBERED_LENGTH else _clean(text)


def _clean(text: str) -> str:
    composed = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _SPACES.sub(" ", composed).strip()


def fold(text: str) -> str:
    """Return the matching key of a text: cleaned, casefolded, Ð read as Đ, one placement of the tone mark.

    Keys are for comparing only. Idempotent. `Hoà`, `HÒA` and `hòa` (decomposed) have one key.
    """
    return _remembered_key(text) if len(text) <= REMEMBERED_LENGTH else _key(text)


def _key(text: str) -> str:
    key = unicodedata.normalize("NFC", clean(text).translate(_TRUE_D).casefold())
    key = unicodedata.normalize("NFC", key.translate(_TRUE_D).casefold())
    return clean(_TONE_PAIR.sub(lambda pair: _TONE_PAIRS[pair.group()], key))


# A form says the same titles, labels and choices a dozen times, and so does the next form.
_remembered_key = lru_cache(maxsize=1 << 14)(_key)
_remembered_clean = lru_cache(maxsize=1 << 14)(_clean)


def has_lookalike_d(text: str) -> bool:
    """Tell whether Ð (U+00D0), ð, Ɖ or ɖ stands where Vietnamese has Đ/đ."""
    return text.translate(_TRUE_D) != text


def with_true_d(text: str) -> str:
    """Return the text with look-alikes of Đ/đ replaced."""
    return text.translate(_TRUE_D)


def lookalike_letters(text: str) -> tuple[str, ...]:
    """Return the Cyrillic or Greek letters that pose as Latin ones, in order of appearance.

    A word counts when it mixes such letters with Latin ones, or consists of them alone. A real
    Greek or Russian word (with at least one letter of its own) is left to the reader.
    """
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        posing = [letter for letter in word if letter in _LOOKALIKES]
        if posing and all(letter in _LOOKALIKES or _is_latin(letter) for letter in word):
            found += posing
    return tuple(dict.fromkeys(found))


def examine(text: str, *, sheet: str | None = None, cell: str | None = None) -> Finding | None:
    """Return what is wrong with the letters of one text: ENC-02 old font, ENC-04 other script, ENC-05 Ð for Đ."""
    if looks_legacy_encoded(text):
        return finding("ENC-02", sheet=sheet, cell=cell, found=text[:LEGACY_SAMPLE])
    if letters := lookalike_letters(text):
        told = ", ".join(f"{letter} U+{ord(letter):04X}" for letter in letters)
        return finding("ENC-04", sheet=sheet, cell=cell, found=clean(text), expected=told)
    if has_lookalike_d(text):
        return finding("ENC-05", sheet=sheet, cell=cell, found=clean(text), expected=clean(with_true_d(text)))
    return None


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")
