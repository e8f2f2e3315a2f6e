"""Text files at the gate: one strict encoding, no control characters, no endless line (reliability F30-F34)."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING

from ingestion.findings import FindingRefused, finding
from ingestion.limits import limit_text, limits
from ingestion.normalise.encodings import TextRefused, detect_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.findings import Finding

PIECE = 1 << 18
_JSON_STARTS = (b"[", b"{")


def inspect_csv(descriptor: int) -> tuple[Finding, ...]:
    """Judge the bytes of a delimited text file; returns warnings (ENC-01).

    Raises:
        FindingRefused: ENC-02 old font, ENC-03 unreadable bytes, FMT-13 endless line.
    """
    return _inspect_text(descriptor, limits().line_characters)


def inspect_json(descriptor: int) -> tuple[Finding, ...]:
    """Judge the bytes of a JSON file: as text, starting like a table; returns warnings.

    Raises:
        FindingRefused: ENC-02, ENC-03, or FMT-12 when it starts like no JSON.
    """
    head = os.pread(descriptor, PIECE, 0)
    if not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(_JSON_STARTS):
        raise FindingRefused(finding("FMT-12", found="văn bản không phải JSON", expected=".json"))
    return _inspect_text(descriptor, limits().file_bytes)  # one line of JSON may be the whole file


def _inspect_text(descriptor: int, longest_line: int) -> tuple[Finding, ...]:
    try:
        encoding = detect_encoding(lambda: _pieces(descriptor), longest_line)
    except TextRefused as refused:
        raise FindingRefused(text_finding(refused)) from refused
    return (finding("ENC-01", found="Windows-1258"),) if encoding == "cp1258" else ()


def text_finding(refused: TextRefused) -> Finding:
    """Return the finding that tells where a text file went wrong."""
    place = f"dòng {refused.line}, cột {refused.column}"
    if refused.trouble == "legacy":
        return finding("ENC-02", found=refused.found)
    if refused.trouble == "line_too_long":
        return finding("FMT-13", found=f"dòng {refused.line}", expected=limit_text("line_characters"))
    return finding("ENC-03", found=f"{refused.found}, {place}")


def _pieces(descriptor: int) -> Iterator[bytes]:
    position = 0
    while piece := os.pread(descriptor, PIECE, position):
        position += len(piece)
        yield piece
