"""The catalogue of shared indicators, by code; read once for as long as its file does not change."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from plans.reading import CATALOGUE_FILE, read_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plans.records import CanonicalIndicator


def canonical_entries(plans_folder: Path) -> Mapping[str, CanonicalIndicator]:
    """Return the entries of `plans/catalogue.yml` by canonical code; raises PlanRefused like `read_catalogue`."""
    return _entries(plans_folder, (plans_folder / CATALOGUE_FILE).stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _entries(plans_folder: Path, _changed_at: int) -> Mapping[str, CanonicalIndicator]:
    return {entry.code: entry for entry in read_catalogue(plans_folder).indicators}
