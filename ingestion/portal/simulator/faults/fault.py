"""What a fault is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Response

if TYPE_CHECKING:
    from types import ModuleType

    from ingestion.portal.simulator.contract import Search

Answer = dict[str, Any]


@dataclass(frozen=True)
class FaultCall:
    """The search that a fault answers: `answer(trang="1")` gives the honest answer to a changed question."""

    question: Search
    answer: Callable[..., Answer]
    forget_sessions: Callable[[], None]
    parameter: str


@dataclass(frozen=True)
class Fault:
    """A fault and what it takes; an empty parameter stands for the default."""

    give: Callable[[FaultCall], Awaitable[Response]]
    parameter: str
    default: str

    @property
    def name(self) -> str:
        """The function's name."""
        return self.give.__name__

    @property
    def told(self) -> str:
        """The function's documentation."""
        return self.give.__doc__ or ""

    def takes(self, parameter: str) -> bool:
        """Tell whether a parameter is one that this fault understands."""
        return re.fullmatch(self.parameter, parameter or self.default) is not None


def fault(parameter: str = "", default: str = "") -> Callable[[Callable[[FaultCall], Awaitable[Response]]], Fault]:
    """Make a function a fault: `parameter` is the pattern of what it takes."""

    def made(give: Callable[[FaultCall], Awaitable[Response]]) -> Fault:
        return Fault(give, parameter, default)

    return made


def faults_of(module: ModuleType) -> Iterator[Fault]:
    """Yield the faults of a module in order of their definition."""
    return (value for value in vars(module).values() if isinstance(value, Fault))
