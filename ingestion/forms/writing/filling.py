"""What stands in a form's input cells when it is written: answers, where they come from, what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CellKey = tuple[str, str, str]
"""Part of the form (`form`, `indicator`, `task`), row key, column key."""
NATURE_CELL: CellKey = ("form", "nature", "nature")
Answer = str | int | float | bool


@dataclass(frozen=True)
class Filling:
    """What to put into the input cells, and the sentences to pin on them.

    `prefilled` says of an answer that the system put there where it comes from; `marks` say what
    is wrong; `notes` explain a cell (of any column); `legend` tells below the title what the
    colours mean.
    """

    answers: Mapping[CellKey, Answer] = field(default_factory=dict)
    marks: Mapping[CellKey, str] = field(default_factory=dict)
    prefilled: Mapping[CellKey, str] = field(default_factory=dict)
    notes: Mapping[CellKey, str] = field(default_factory=dict)
    legend: str = ""

    def pinned(self, cell: CellKey) -> str:
        """Return everything that is told about a cell: what is wrong first, explanations last."""
        texts = (self.marks.get(cell), self.prefilled.get(cell), self.notes.get(cell))
        return "\n".join(text for text in texts if text)
