"""Parse a portal's answers, and only what the portal file lists of them.

Names, contacts, notes and whatever a portal adds one day are skipped byte by byte while parsing:
what is never made into a value cannot be kept by mistake, and takes no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import msgspec

if TYPE_CHECKING:
    from ingestion.portal.records import Portal, Record

ENVELOPE = ("error_code", "session", "madonvi", "tongSo", "trang")
"""Keys around the records that the client reads."""


class AnswerParser:
    """Parses the answers of one portal; made once, because msgspec prepares the decoder for its keys."""

    def __init__(self, portal: Portal) -> None:
        record = _keys(portal.fields)
        for part in (portal.components, portal.results, portal.fees, portal.supplements):
            record[part.list] = list[_objects_with(_keys(part))] | None  # type: ignore[misc]  # made while running
        answer = dict.fromkeys(ENVELOPE, Any) | {"data": list[_objects_with(record)]}  # type: ignore[misc]  # likewise
        self._decoder = msgspec.json.Decoder(_objects_with(answer))

    def parse(self, content: bytes) -> dict[str, object] | None:
        """Return an answer's listed keys; None if it is no JSON object in UTF-8 (the error would quote it).

        Absent keys stay absent, and an answer of another shape is parsed whole, so that the
        checks behind this one can name the key that is wrong.
        """
        try:
            content.decode("utf-8")  # the parser does not look into what it skips
            answer = self._parsed(content)
        except (ValueError, RecursionError):
            return None
        return answer if isinstance(answer, dict) else None

    def _parsed(self, content: bytes) -> object:
        try:
            return self._decoder.decode(content)
        except msgspec.ValidationError:
            return msgspec.json.decode(content)


def _keys(part: Record) -> dict[str, Any]:
    """Return the portal's own keys of a part of the portal file, of any type: what they hold is checked later."""
    return {key: Any for name, key in part if isinstance(key, str) and name != "list"}


def _objects_with(keys: dict[str, Any]) -> Any:
    """Return the type of objects of which only these keys are read."""
    return TypedDict("_objects_with", keys, total=False)  # type: ignore[operator]  # the keys are data of the portal file
