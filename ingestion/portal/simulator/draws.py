"""Deterministic draws: the same words give the same number, on any machine and in any order."""

from __future__ import annotations

import hashlib
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """Numbers that depend on a seed and a name only, so that history never changes when time goes on."""

    def __init__(self, *names: str | int) -> None:
        # Hashed once for all draws of these names: a dossier has some forty, and a benchmark a million dossiers.
        self._root = hashlib.blake2b("".join(f"{name}:" for name in names).encode(), digest_size=6)

    def share(self, name: str) -> float:
        """Return a number in [0, 1)."""
        digest = self._root.copy()
        digest.update(name.encode())
        return int.from_bytes(digest.digest(), "big") / 2**48

    def hits(self, name: str, probability: float) -> bool:
        """Tell whether an event of this probability happens."""
        return self.share(name) < probability

    def whole(self, name: str, lowest: int, highest: int) -> int:
        """Return a whole number in [lowest, highest]."""
        return lowest + int(self.share(name) * (highest - lowest + 1))

    def pick(self, name: str, weighted: tuple[tuple[T, float], ...]) -> T:
        """Return one of the values, as often as its weight says."""
        point = self.share(name) * sum(weight for _, weight in weighted)
        for value, weight in weighted:
            point -= weight
            if point < 0:
                return value
        return weighted[-1][0]
