"""What a workbook's relationships, content types and references point to: never outside, never active.

Tags are taken apart attribute by attribute, because a sign in a value can stand for the end of a
tag, and a value can look like another attribute (reliability F25; ECMA-376 part 2, 9.3; OpenDocument
1.3 part 3, 19.918).
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from ingestion.findings import FindingRefused, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOWN_TAG = 80

_TAG = rb"<(?:[^\s<>/:=\"']+:)?(?:%s)(?=[\s/>])((?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*)>"
_RELATIONSHIP = re.compile(_TAG % rb"Relationship")
_CONTENT_TYPE = re.compile(_TAG % rb"Default|Override")
_DRAWN = re.compile(_TAG % rb"image|object|fill-image|background-image|audio|video")
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\|/|\.\./)", re.IGNORECASE)
_ACTIVE_TYPES = re.compile(r"macroEnabled|vbaProject|ms-office\.activeX|addin\.|macrosheet|dialogsheet", re.IGNORECASE)
# The last step of a relationship's type, for what runs, embeds or fetches something.
_ACTIVE_RELATIONS = frozenset({
    "vbaproject", "vbaprojectsignature", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet", "dialogsheet", "oleobject",
    "package", "control", "activexcontrolbinary", "attachedtoolbars", "attachedtemplate", "externallink",
    "externallinkpath", "querytable", "connections", "extensibility", "customui", "afchunk", "frame", "subdocument",
})  # fmt: skip
HYPERLINK = "hyperlink"


def check_relationships(buffer: bytes) -> None:
    """Judge every relationship in a piece of markup; only hyperlinks may lead outside: nothing follows them.

    Raises:
        FindingRefused: SEC-17 an external target, or something that runs or embeds.
    """
    for tag, attributes in _tags(_RELATIONSHIP, buffer):
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        if kind in _ACTIVE_RELATIONS:
            raise _refused(tag)
        is_external = attributes.get("TargetMode", "").strip().lower() == "external"
        target = attributes.get("Target", "")
        if kind != HYPERLINK and (is_external or _leads_outside(target)):
            raise _refused(tag)


def check_content_types(buffer: bytes) -> None:
    """Judge every content type in a piece of markup; raises FindingRefused SEC-17 for macros and controls."""
    for _, attributes in _tags(_CONTENT_TYPE, buffer):
        if active := _ACTIVE_TYPES.search(attributes.get("ContentType", "")):
            raise _refused(active.group())


def check_drawn(buffer: bytes) -> None:
    """Judge the pictures and objects of an OpenDocument; raises FindingRefused SEC-17 for those kept elsewhere."""
    for tag, attributes in _tags(_DRAWN, buffer):
        if _OUTSIDE.match(attributes.get("xlink:href", "")):
            raise _refused(tag)


def _leads_outside(target: str) -> bool:
    """Tell whether a target names a place and not a part (`/xl/a.xml` and `../a.xml` are parts)."""
    match = _OUTSIDE.match(target)
    return match is not None and match.group().strip() not in {"/", "../"}


def _tags(pattern: re.Pattern[bytes], buffer: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    for match in pattern.finditer(buffer):
        pairs = _ATTRIBUTE.findall(match[1].decode("utf-8", errors="replace"))
        attributes = {name: unescape(double or single) for name, double, single in pairs}
        yield unescape(match.group().decode("utf-8", errors="replace")), attributes


def _refused(tag: str) -> FindingRefused:
    return FindingRefused(finding("SEC-17", found=tag[:SHOWN_TAG]))
