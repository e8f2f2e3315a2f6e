"""Read back the answers of accepted submissions from the raw layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from warehouse.raw import batch_path, batches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from warehouse.settings import Settings

Row = dict[str, Any]


@dataclass(frozen=True)
class StoredAnswers:
    """The raw rows of one submission."""

    observations: tuple[Row, ...]
    task_reports: tuple[Row, ...]


def stored_answers(settings: Settings, submission_ids: Collection[str]) -> dict[str, StoredAnswers]:
    """Return the raw rows of submissions by their id; one that raw does not hold is left out.

    A submission lies in one batch, under the same name in both tables: the batches are searched
    from the newest on, and no further once all are found.
    """
    names = sorted({*batches(settings, "observations"), *batches(settings, "task_reports")}, reverse=True)
    wanted = set(submission_ids)
    found: dict[str, StoredAnswers] = {}
    for name in names:
        if not wanted:
            break
        observations, reports = (
            _rows(batch_path(settings, table, name), wanted) for table in ("observations", "task_reports")
        )
        for submission_id in {*observations, *reports}:
            rows = (tuple(table.get(submission_id, ())) for table in (observations, reports))
            found[submission_id] = StoredAnswers(*rows)
        wanted -= set(found)
    return found


def _rows(path: Path, submission_ids: Collection[str]) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    if path.exists():
        table = pq.read_table(path, filters=[("submission_id", "in", sorted(submission_ids))])
        for row in table.to_pylist():
            grouped.setdefault(row["submission_id"], []).append(row)
    return grouped
