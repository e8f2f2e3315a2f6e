"""Matching keys of row labels: what a row is called, without numbering, footnote marks and short forms."""

from __future__ import annotations

import re
from functools import lru_cache

from ingestion.forms.reading.titles import words
from ingestion.normalise.text import fold

_BULLET = re.compile(r"(?:[0-9]{1,2}(?:\.[0-9]{1,2})*[.)]|[a-zđ]\)|[-+–•*])\s*(?=\D)")
_TAIL = re.compile(r"(?:\s*\((?:%|\*+|[0-9])\)|[\s*:;.,])+$")
_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """Return the matching key of a label; for comparing only.

    Folded, without a leading number or bullet, without a trailing "(%)" or footnote mark, and with short
    forms of one meaning written out (TTHC: thủ tục hành chính).
    """
    folded = fold(text)
    bullet = _BULLET.match(folded)
    key = _TAIL.sub("", folded[bullet.end() :] if bullet else folded)
    return _WORD.sub(lambda word: _short_forms().get(word.group(), word.group()), key)


@lru_cache(maxsize=1)
def _short_forms() -> dict[str, str]:
    return {fold(short): fold(long) for short, long in words().abbreviations.items()}
