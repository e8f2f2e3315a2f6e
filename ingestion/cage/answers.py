"""Take apart what a caged child answered, trusting none of it: lengths, types and codes are checked."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgpack

from ingestion.cage.records import CagedFile, CagedSheet, CageRefused, Position
from ingestion.caged.request import FRAME_LENGTH, LARGEST_FRAME
from ingestion.findings import finding
from ingestion.limits import limit_text, limits

if TYPE_CHECKING:
    from collections.abc import Iterator

# The reasons that the caged reader may give; anything else is treated as a broken reader.
REFUSALS = frozenset({
    "FMT-02", "FMT-10", "FMT-13", "FMT-15", "FMT-16", "SEC-13", "SEC-15", "SEC-16", "SEC-17", "SEC-20", "ENC-02",
    "ENC-03",
})  # fmt: skip
_FACTS = frozenset({"sheet", "cell", "found", "expected", "what", "limit"})
_CELL_TYPES = frozenset({str, int, float, bool, type(None)})


def file_of(answer: bytes) -> CagedFile | None:
    """Return what an answer holds, or None if it is not a complete and well-formed answer.

    Raises:
        CageRefused: the reader inside refused the file.
    """
    sheets: list[CagedSheet] = []
    try:
        for frame in _frames(answer):
            if "refused" in frame:
                raise _refusal(frame)
            if frame.get("done") is True:
                return CagedFile(tuple(sheets))
            sheets.append(_sheet(frame["sheet"]))
    except (ValueError, TypeError, KeyError, msgpack.exceptions.UnpackException):
        return None
    return None


def _frames(answer: bytes) -> Iterator[dict[str, Any]]:
    view = memoryview(answer)
    position = 0
    while position + FRAME_LENGTH.size <= len(view):
        (length,) = FRAME_LENGTH.unpack_from(view, position)
        position += FRAME_LENGTH.size
        if length > LARGEST_FRAME or position + length > len(view):
            return
        frame = msgpack.unpackb(view[position : position + length], use_list=False, strict_map_key=True)
        position += length
        if not isinstance(frame, dict):
            return
        yield frame


def _refusal(frame: dict[str, Any]) -> CageRefused:
    code, facts = frame["refused"], frame["facts"]
    if code not in REFUSALS or not isinstance(facts, dict) or not _FACTS.issuperset(facts):
        raise ValueError(code)
    words = {name: str(fact) for name, fact in facts.items() if fact}
    limit = words.pop("limit", None)
    if limit:
        words["expected"] = limit_text(limit)
    elif code == "FMT-10":
        words["expected"] = f"{limit_text('rows')}, {limit_text('columns')}"
    return CageRefused(finding(code, **words))


def _sheet(raw: dict[str, Any]) -> CagedSheet:
    rows = tuple(map(_row, raw["rows"]))
    if len(rows) > limits().rows or not isinstance(raw["name"], str):
        raise ValueError("rows")
    return CagedSheet(
        name=raw["name"],
        is_hidden=raw["is_hidden"] is True,
        rows=rows,
        formats=MappingProxyType(_formats(raw.get("formats", {}))),
        uncalculated=frozenset((int(r), int(c)) for r, c in raw.get("uncalculated", ())),
        errors=frozenset((int(r), int(c)) for r, c in raw.get("errors", ())),
        hidden_rows=frozenset(map(int, raw.get("hidden_rows", ()))),
        hidden_columns=frozenset(map(int, raw.get("hidden_columns", ()))),
    )


def _formats(raw: dict[str, tuple[int, ...]]) -> dict[Position, str]:
    formats: dict[Position, str] = {}
    for code, places in raw.items():
        if not isinstance(code, str) or not {int}.issuperset(map(type, places)):
            raise TypeError("formats")
        turns = iter(places)
        formats |= dict.fromkeys(zip(turns, turns, strict=True), code)
    return formats


def _row(cells: object) -> tuple[Any, ...]:
    if not isinstance(cells, tuple) or len(cells) > limits().columns or not _CELL_TYPES.issuperset(map(type, cells)):
        raise TypeError("row")
    return cells
