"""File names and other foreign text made safe to show: on a page, in a log line, in a finding."""

from __future__ import annotations

import unicodedata

SHOWN_NAME_LENGTH = 120
NAMELESS = "(không tên)"
ELLIPSIS = "…"
KEPT_END = 20
# Cc control, Cf invisible and direction marks, Cs lone surrogate, Co private, Cn unassigned, Zl/Zp line ends
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def escape_text(text: str, limit: int) -> str:
    r"""Return text with every character that could act or hide written as `\uXXXX`, cut to `limit`."""
    safe = "".join(map(_safe, text[: limit + 1]))
    return safe if len(safe) <= limit else safe[: limit - 1] + ELLIPSIS


def escape_name(name: str, limit: int = SHOWN_NAME_LENGTH) -> str:
    """Return a sender's file name for display and logs only; stored names are always our own.

    Handles NUL, control characters, right-to-left override, undecodable bytes (surrogate escapes),
    4,000-character names and empty names (reliability F9). A long name is cut in its middle: its
    extension says how the file is to be read.
    """
    ends = name if len(name) <= limit * 4 else name[: limit * 2] + name[-limit * 2 :]
    safe = "".join(map(_safe, unicodedata.normalize("NFC", ends)))
    shown = safe if len(safe) <= limit else safe[: limit - 1 - KEPT_END] + ELLIPSIS + safe[-KEPT_END:]
    return shown or NAMELESS


def _safe(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
