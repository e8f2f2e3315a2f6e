"""Recognise text typed with the fonts of the time before Unicode: TCVN3 (.VnTime…) and VNI.

Such text is refused with a hint, never converted in silence (reliability F33). It is recognised by
its meaning: several words that are no Vietnamese syllables become ones when read with the old
table. Tables: TCVN 5712:1993 (TCVN3, byte values shown as Latin-1 or Windows-1252/1258) and the VNI
for Windows convention (base letter followed by a mark letter).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import Literal

LegacyEncoding = Literal["TCVN3", "VNI"]

FEWEST_WORDS = 2
SMALLEST_SHARE = 0.8
LONGEST_LOOK = 4000
LONGEST_WORD = 14

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)

_VNI_MARKS = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_HATS = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVES = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "î": "ỵ"}


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_ALONE)
    for base, (mark, tone) in product("aeouy", _VNI_MARKS.items()):
        table[base + mark] = base + tone
    for base, (mark, tone) in product("aeo", _VNI_HATS.items()):
        table[base + mark] = base + "\u0302" + tone
    for mark, tone in _VNI_BREVES.items():
        table["a" + mark] = "a\u0306" + tone
    for (letter, horned), (mark, tone) in product((("ô", "ơ"), ("ö", "ư")), _VNI_MARKS.items()):
        table[letter + mark] = horned + tone
    return {typed: unicodedata.normalize("NFC", read) for typed, read in table.items()}


_VNI = _vni_table()
_VNI_PIECE = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))
_TCVN3_PIECE = re.compile("[" + "".join(_TCVN3) + "]")

_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|kh|gh|gi|ch|th|tr|ph|qu|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x)?"
    r"(?:uyê|iêu|yêu|ươi|ươu|uôi|oai|oay|oao|oeo|uây|uya|uyu"
    r"|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|ui|uê|uô|uơ|uy|ưa|ưi|ươ|ưu|yê"
    r"|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)"
    r"(?:ch|ng|nh|c|m|n|p|t)?"
)
# Letters that only Unicode text has; no byte of an old font is ever shown as one of them.
_UNICODE_VIETNAMESE = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]"
)
_WORD = re.compile(r"[A-Za-z\u00a1-\u00ff]+")


def looks_legacy_encoded(text: str) -> LegacyEncoding | None:
    """Return which old font a text was typed with, or None for Unicode text.

    At least two words must be broken Vietnamese as they stand, and four in five of the broken
    words must become Vietnamese syllables by the same table.
    """
    if text.isascii() or _UNICODE_VIETNAMESE.search(text):
        return None
    words = {word for word in _WORD.findall(unicodedata.normalize("NFC", text[:LONGEST_LOOK])) if _is_broken(word)}
    if len(words) < FEWEST_WORDS:
        return None
    for encoding, read in (("TCVN3", _from_tcvn3), ("VNI", _from_vni)):
        healed = sum(_is_syllable(read(word)) for word in words)
        if healed >= FEWEST_WORDS and healed >= SMALLEST_SHARE * len(words):
            return "TCVN3" if encoding == "TCVN3" else "VNI"
    return None


def _is_broken(word: str) -> bool:
    return (
        len(word) <= LONGEST_WORD
        and not word.isascii()
        and any(letter.isascii() for letter in word)
        and not _is_syllable(word)
    )


@lru_cache(maxsize=4096)
def _is_syllable(word: str) -> bool:
    letters = unicodedata.normalize("NFD", word.lower())
    if sum(letter in _TONES for letter in letters) > 1:
        return False
    bare = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    return _SYLLABLE.fullmatch(bare) is not None


def _from_tcvn3(word: str) -> str:
    return _TCVN3_PIECE.sub(lambda piece: _TCVN3[piece.group()], word)


def _from_vni(word: str) -> str:
    return _VNI_PIECE.sub(lambda piece: _VNI[piece.group()], word.lower())
