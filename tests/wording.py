"""Whether a sentence is one that the office can read."""

from __future__ import annotations

import re

VIETNAMESE_LETTER = re.compile(r"[ăâđêôơưàảãạáằẳẵặắầẩẫậấèẻẽẹéềểễệếìỉĩịíòỏõọóồổỗộốờởỡợớùủũụúừửữựứỳỷỹỵý]", re.IGNORECASE)
ENGLISH_WORD = re.compile(
    r"\b(the|is|are|not|error|invalid|missing|should|must|failed|such|unexpected|value|input|found|cannot|usage)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"`[^`]*`|'[^']*'|\S*[/_]\S*")
"""Commands, what the reader typed, and paths and names of fields are as they are."""


def assert_vietnamese(sentence: str) -> None:
    """Hold that a message is Vietnamese, but for what it quotes."""
    said = QUOTED.sub(" ", sentence)
    assert VIETNAMESE_LETTER.search(said), sentence
    assert not ENGLISH_WORD.search(said), sentence
