"""What a unit writes into a row of its form, as cells: typed numbers, text, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CellValue = str | int | float


@dataclass(frozen=True)
class Answers:
    """The cells of a form by row key and column key (`ingestion.forms.layout`)."""

    indicators: Mapping[str, Mapping[str, CellValue]] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, CellValue]] = field(default_factory=dict)

    def with_indicator(self, key: str, cells: Mapping[str, CellValue]) -> Answers:
        """Return the answers with one indicator's cells replaced."""
        return Answers({**self.indicators, key: cells}, self.tasks)

    def with_task(self, key: str, cells: Mapping[str, CellValue]) -> Answers:
        """Return the answers with one task's cells replaced."""
        return Answers(self.indicators, {**self.tasks, key: cells})
