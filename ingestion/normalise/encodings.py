"""Tell in which encoding a text file is written, strictly: UTF-8, UTF-16 with its mark, or Windows-1258.

Needs nothing but the standard library, because the caged reader uses it too. Rules: reliability
F32-F34; Windows-1258 writes Vietnamese as base letter and combining mark, so text is composed
(NFC) after decoding (domain 7.2).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from ingestion.normalise.legacy import looks_legacy_encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TextEncoding = Literal["utf-8-sig", "utf-16", "cp1258"]
Trouble = Literal["undecodable", "legacy", "line_too_long"]

SAMPLE_LENGTH = 60
END = b""
_MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
LEGACY_LINES = 2000
_VIETNAMESE = frozenset("aăâbcdđeêfghijklmnoôơpqrstuưvwxyzàằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵ")


class TextRefused(ValueError):
    """The bytes are no acceptable text; says where (1-based line and column) and what stood there."""

    def __init__(self, trouble: Trouble, line: int, column: int, found: str) -> None:
        """Keep the place for the finding."""
        super().__init__(f"{trouble} at line {line}, column {column}: {found}")
        self.trouble: Trouble = trouble
        self.line = line
        self.column = column
        self.found = found


def detect_encoding(pieces: Callable[[], Iterable[bytes]], longest_line: int) -> TextEncoding:
    """Read a text file through once (more often for Windows-1258) and return its encoding.

    `pieces` starts the bytes anew at each call; `longest_line` is in characters. Holds one piece and
    one line at a time.

    Raises:
        TextRefused: NUL or control characters, bytes of no accepted encoding, an old font
            (TCVN3/VNI), or a line that is too long.
    """
    head = next(iter(pieces()), b"")[:2]
    if head in _MARKS_16:
        _check(pieces(), "utf-16", longest_line)
        return "utf-16"
    try:
        _check(pieces(), "utf-8-sig", longest_line)
    except TextRefused as refused:
        if refused.trouble != "undecodable" or refused.found.startswith("U+"):
            raise
        _check_windows_1258(pieces, refused, longest_line)
        return "cp1258"
    return "utf-8-sig"


def _check(pieces: Iterable[bytes], encoding: TextEncoding, longest_line: int) -> None:
    for number, text in _texts(pieces, encoding, longest_line):
        _check_controls(text, number)


def _check_controls(text: str, number: int) -> None:
    if control := CONTROL.search(text):
        raise _refused_at(text[: control.start()], number, f"U+{ord(control.group()):04X}")


def _check_windows_1258(pieces: Callable[[], Iterable[bytes]], first: TextRefused, longest_line: int) -> None:
    """Accept Windows-1258 only when it composes to Vietnamese letters; `first` is where UTF-8 broke."""
    try:
        for number, text in _texts(pieces(), "cp1258", longest_line):
            composed = unicodedata.normalize("NFC", text)
            _check_controls(composed, number)
            if any(not _is_vietnamese(character) for character in set(composed) if not character.isascii()):
                raise first
    except TextRefused as refused:
        if refused.trouble == "line_too_long":
            raise
        raise _legacy(pieces, longest_line) or first from refused


def _legacy(pieces: Callable[[], Iterable[bytes]], longest_line: int) -> TextRefused | None:
    texts = _texts(pieces(), "latin-1", longest_line)
    lines = (line for _, text in texts for line in text.split("\n"))
    for number, line in enumerate(islice(lines, LEGACY_LINES), 1):
        if looks_legacy_encoded(line):
            return TextRefused("legacy", number, 1, line.strip()[:SAMPLE_LENGTH])
    return None


def _is_vietnamese(character: str) -> bool:
    category = unicodedata.category(character)
    return character.lower() in _VIETNAMESE if category.startswith("L") else category[0] in "NPSZ"


def _texts(pieces: Iterable[bytes], encoding: str, longest_line: int) -> Iterator[tuple[int, str]]:
    """Yield decoded text in whole lines, each with the number of its first line."""
    # Python's own utf-8-sig lets a file that is only a piece of the mark pass while it is read in pieces.
    decoder = codecs.getincrementaldecoder("utf-8" if encoding == "utf-8-sig" else encoding)()
    rest, number = "", 1
    for piece in chain(pieces, (END,)):
        try:
            text = rest + decoder.decode(piece, final=piece is END)
        except UnicodeDecodeError as error:
            before = rest + error.object[: error.start].decode(error.encoding, errors="replace")
            raise _refused_at(before, number, f"byte 0x{error.object[error.start]:02X}") from error
        text = text.removeprefix("\ufeff") if number == 1 else text
        lines = text.split("\n")
        if max(map(len, lines)) > longest_line:
            long = next(place for place, line in enumerate(lines) if len(line) > longest_line)
            raise TextRefused("line_too_long", number + long, longest_line, f"hơn {longest_line} ký tự")
        rest = lines[-1]
        if len(lines) > 1:
            yield number, text[: len(text) - len(rest) - 1]
            number += len(lines) - 1
    yield number, rest


def _refused_at(before: str, number: int, found: str) -> TextRefused:
    line = before.rpartition("\n")[2]
    return TextRefused("undecodable", number + before.count("\n"), len(line) + 1, found)
