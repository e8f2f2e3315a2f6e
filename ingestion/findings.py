"""Findings: what is wrong (or worth telling) about something handed in, with a stable code.

The catalogue `findings.yml` holds every code with its severity and its Vietnamese and English
sentence; code names facts, the catalogue words them (rule R30 of the reliability study: every
error code is in a catalogue, with an example and a test that triggers it).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import yaml

from ingestion.normalise.names import escape_text
from warehouse.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUE_FILE = Path(__file__).with_name("findings.yml")
SHOWN_LENGTH = 200
UNKNOWN_FACT = "…"

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class CatalogueEntry:
    """One code of the catalogue: how bad it is, how it is told, what it looks like."""

    code: str
    severity: Severity
    vi: str
    en: str
    example: str


@dataclass(frozen=True)
class Finding:
    """One thing found: code, how bad, the sentence for the sender, and where it was."""

    code: str
    severity: Severity
    message: str
    sheet: str | None = None
    cell: str | None = None
    found: str | None = None
    expected: str | None = None


class FindingRefused(InputRefused):
    """One finding refuses the whole input; the finding is the reason."""

    def __init__(self, reason: Finding) -> None:
        """Keep the finding; the message is its sentence."""
        super().__init__(reason.message, code=reason.code)
        self.finding = reason


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, CatalogueEntry]:
    """Return every catalogued code; raises ValueError when a code stands twice or a severity is unknown."""
    entries: dict[str, CatalogueEntry] = {}
    for raw in yaml.safe_load(CATALOGUE_FILE.read_text(encoding="utf-8")):
        entry = CatalogueEntry(**raw)
        if entry.code in entries:
            msg = f"findings.yml: code {entry.code} stands twice"
            raise ValueError(msg)
        if entry.severity not in get_args(Severity):
            msg = f"findings.yml: {entry.code} has the unknown severity '{entry.severity}'"
            raise ValueError(msg)
        entries[entry.code] = entry
    return entries


def finding(
    code: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    found: str | None = None,
    expected: str | None = None,
    **facts: object,
) -> Finding:
    """Make a finding from its catalogued code and the facts.

    Everything that came from the input is made safe to show (control and direction characters
    escaped, cut to 200 characters). A placeholder without a fact is shown as '…'.

    Raises:
        KeyError: the code is not in the catalogue.
    """
    entry = catalogue()[code]
    sheet, cell, found, expected = (_shown(text) for text in (sheet, cell, found, expected))
    words = {"sheet": sheet, "cell": cell, "found": found, "expected": expected, "where": _where(sheet, cell)}
    words |= {name: _shown(str(fact)) for name, fact in facts.items() if fact is not None}
    known = defaultdict(lambda: UNKNOWN_FACT, {name: word for name, word in words.items() if word is not None})
    return Finding(code, entry.severity, entry.vi.format_map(known), sheet, cell, found, expected)


def _shown(text: str | None) -> str | None:
    return None if text is None else escape_text(text, SHOWN_LENGTH)


def _where(sheet: str | None, cell: str | None) -> str:
    if cell and sheet:
        return f"Ô {cell} (trang “{sheet}”)"
    if cell:
        return f"Ô {cell}"
    if sheet:
        return f"Trang “{sheet}”"
    return "Tệp"
