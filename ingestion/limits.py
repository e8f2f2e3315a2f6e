"""The limits of intake: data (`limits.yml`), the same for the gate, the cage and the sentences people read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LIMITS_FILE = Path(__file__).with_name("limits.yml")


@dataclass(frozen=True)
class Limits:
    """Largest allowed size of everything that an upload may ask us to hold."""

    file_bytes: int
    unpacked_bytes: int
    compression_ratio: int
    zip_entries: int
    sheets: int
    rows: int
    columns: int
    cells: int
    cell_characters: int
    text_characters: int
    line_characters: int
    styles: int
    merged_ranges: int
    defined_names: int
    reading_seconds: int
    waiting_seconds: int
    memory_bytes: int


@lru_cache(maxsize=1)
def _entries() -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(LIMITS_FILE.read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=1)
def limits() -> Limits:
    """Return the limits in force."""
    return Limits(**{field.name: int(_entries()[field.name]["value"]) for field in fields(Limits)})


def limit_text(name: str) -> str:
    """Return a limit as people read it, for example '25 MB mỗi tệp'."""
    return str(_entries()[name]["vi"])


def limit_texts() -> tuple[str, ...]:
    """Return every limit as people read it, in the order of the file."""
    return tuple(str(entry["vi"]) for entry in _entries().values())
