"""One mutant: a seed, changed one to three times by what its structure allows; the same number gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz.containers import BYTE_MUTATIONS, PART_MUTATIONS, Parts, parts_of, zip_of
from tests.fuzz.markup import TEXT_MUTATIONS, XML_MUTATIONS, encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST, MOST = 1, 3
LARGEST_SEED = 1 << 20
FIGURES_WEIGHT = 5
"""How much more often a part with figures is changed than any other."""


@dataclass(frozen=True)
class Seed:
    """An upload to start from, with the name that it is sent under."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Mutant:
    """A changed upload and the seed that it comes from."""

    number: int
    seed: Seed
    content: bytes

    @property
    def name(self) -> str:
        """The name that it is sent under: the seed's."""
        return self.seed.name


def mutant(number: int, seeds: Sequence[Seed], salt: int) -> Mutant:
    """Make the mutant of this number; `salt` starts another series."""
    rng = Random(f"{salt}/{number}")
    seed = rng.choice(seeds)
    content = seed.content
    for _ in range(rng.randint(FEWEST, MOST)):
        content = _changed(rng, content, seeds)
    return Mutant(number, seed, content)


def _changed(rng: Random, content: bytes, seeds: Sequence[Seed]) -> bytes:
    if rng.random() < 0.08 or not content:
        return _raw(rng, content, rng.choice(seeds).content)
    if not content.startswith(b"PK"):
        return _text(rng, content)
    parts = parts_of(content)
    if not parts or rng.random() < 0.3:
        return rng.choice(BYTE_MUTATIONS)(rng, content)
    return zip_of(rng, _workbook(rng, parts, seeds))


def _workbook(rng: Random, parts: Parts, seeds: Sequence[Seed]) -> Parts:
    chance = rng.random()
    if chance < 0.15:
        return rng.choice(PART_MUTATIONS)(rng, parts)
    if chance < 0.22:
        return _spliced(rng, parts, parts_of(rng.choice(seeds).content))
    at = rng.choices(range(len(parts)), [FIGURES_WEIGHT if bears_figures(name) else 1 for name, _ in parts])[0]
    name, content = parts[at]
    text = content.decode("utf-8", errors="replace")
    for _ in range(rng.randint(1, 2)):
        text = rng.choice(XML_MUTATIONS)(rng, text)
    return [*parts[:at], (name, encoded(rng, text)), *parts[at + 1 :]]


def bears_figures(name: str) -> bool:
    """Tell whether a part of this name holds cells, their texts or their formats."""
    return "sheet" in name or name in {"xl/sharedStrings.xml", "xl/styles.xml", "content.xml"}


def _spliced(rng: Random, parts: Parts, others: Parts) -> Parts:
    """Take one part of another file in the place of, or beside, one's own."""
    if not others:
        return parts
    stranger = rng.choice(others)
    kept = [part for part in parts if part[0] != stranger[0] or rng.random() < 0.1]
    kept.insert(rng.randrange(len(kept) + 1), stranger)
    return kept


def _text(rng: Random, content: bytes) -> bytes:
    text = content.decode("utf-8", errors="surrogateescape")
    text = rng.choice(TEXT_MUTATIONS)(rng, text)
    if rng.random() < 0.1:
        return encoded(rng, text)
    return text.encode("utf-8", errors="surrogateescape")


def _raw(rng: Random, content: bytes, other: bytes) -> bytes:
    """Change bytes without looking: cut, flip, insert, double, or join with another file."""
    at = rng.randrange(len(content) + 1)
    length = rng.randrange(1, 64)
    action = rng.randrange(5)
    if action == 0:
        return content[:at]
    if action == 1:
        return content[:at] + rng.randbytes(length) + content[at + length :]
    if action == 2:
        return content[:at] + rng.randbytes(length) + content[at:]
    if action == 3:
        return content[:at] + content[at : at + length] * 3 + content[at + length :]
    return content[:at] + other[rng.randrange(len(other) + 1) :]
