"""Limits that are data: the seed of thresholds, the one place that models, rules and intake read them from."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

THRESHOLDS_FILE = PROJECT / "dbt_project" / "seeds" / "reference" / "thresholds.csv"


def threshold(code: str, on: dt.date) -> Decimal:
    """Return the value of a threshold that is in force on a day; raises KeyError where none is."""
    for row in _rows(THRESHOLDS_FILE):
        valid_to = row["valid_to"] or dt.date.max.isoformat()
        if row["threshold_code"] == code and row["valid_from"] <= on.isoformat() <= valid_to:
            return Decimal(row["threshold_value"])
    raise KeyError(code)


@lru_cache(maxsize=2)
def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
