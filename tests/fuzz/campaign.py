"""Examine many mutants in two lanes, with a checkpoint after every batch, and sum up.

`python -m tests.fuzz.campaign --files 100000` (make fuzz). A mutant is known by its number: the
same number, salt and seeds give the same bytes, so that a complaint can be made again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fixtures.filled_forms import filled_forms, plans
from tests.fuzz.mutants import LARGEST_SEED, Seed, mutant
from tests.fuzz.oracle import Examined, Oracle, resident_mebibytes
from tests.ingestion.deciding import open_desk

PROJECT = Path(__file__).parents[2]
FIXTURES = PROJECT / "tests" / "fixtures"
CORPORA = (FIXTURES / "honest", FIXTURES / "hostile")
KINDS = (".xlsx", ".ods", ".csv", ".tsv", ".txt", ".json")
BATCH = 500
LANES = 2
BATCH_SECONDS = 3600
WARMING = 7
"""So many files are examined first: what they load is no growth."""


def all_seeds() -> tuple[Seed, ...]:
    """Return the filled forms and both corpora; half are the forms, whose mutants may be accepted and so tell most."""
    own = [Seed(name, content) for name, content in filled_forms()]
    found = [path for folder in CORPORA for path in sorted(folder.rglob("*")) if path.suffix in KINDS]
    kept = [Seed(path.name, path.read_bytes()) for path in found if path.stat().st_size <= LARGEST_SEED]
    return (*own * max(1, len(kept) // len(own)), *kept)


def fingerprint() -> str:
    """Return a short hash of the code that is examined, the mutations and the seeds: other ones start anew."""
    folders = (PROJECT / "ingestion", PROJECT / "tests" / "fuzz")
    code = sorted(path for folder in folders for kind in ("*.py", "*.yml") for path in folder.rglob(kind))
    contents = [*(path.read_bytes() for path in code), *(seed.content for seed in all_seeds())]
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()[:12]


@dataclass
class Summary:
    """Figures of many mutants; summaries of batches are added up."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    child_exits: Counter[str] = field(default_factory=Counter)
    complaints: list[dict[str, Any]] = field(default_factory=list)
    deaths: list[dict[str, Any]] = field(default_factory=list)
    slowest: dict[str, Any] = field(default_factory=lambda: {"processor_seconds": 0.0})
    slowest_wall: dict[str, Any] = field(default_factory=lambda: {"wall_seconds": 0.0})
    largest_child_mebibytes: float = 0.0
    parent_growth_mebibytes: float = 0.0

    def take(self, examined: Examined) -> None:
        """Count one mutant."""
        self.files += 1
        self.outcomes[examined.outcome] += 1
        self.codes.update(set(examined.codes))
        if examined.child_exit is not None:
            self.child_exits[str(examined.child_exit)] += 1
        told = {"number": examined.number, "name": examined.name, "codes": list(examined.codes)}
        if examined.child_exit:
            self.deaths.append(told | {"exit": examined.child_exit})
        if examined.complaint:
            self.complaints.append(told | {"complaint": examined.complaint})
        if examined.processor_seconds > self.slowest["processor_seconds"]:
            self.slowest = told | {"processor_seconds": round(examined.processor_seconds, 3)}
        if examined.wall_seconds > self.slowest_wall["wall_seconds"]:
            self.slowest_wall = told | {"wall_seconds": round(examined.wall_seconds, 3)}
        self.largest_child_mebibytes = max(self.largest_child_mebibytes, round(examined.peak_kibibytes / 1024, 1))

    def add(self, other: Summary) -> None:
        """Add the figures of another batch."""
        self.files += other.files
        self.outcomes += other.outcomes
        self.codes += other.codes
        self.child_exits += other.child_exits
        self.complaints += other.complaints
        self.deaths += other.deaths
        self.slowest = max(self.slowest, other.slowest, key=lambda told: told["processor_seconds"])
        self.slowest_wall = max(self.slowest_wall, other.slowest_wall, key=lambda told: told["wall_seconds"])
        self.largest_child_mebibytes = max(self.largest_child_mebibytes, other.largest_child_mebibytes)
        self.parent_growth_mebibytes = max(self.parent_growth_mebibytes, other.parent_growth_mebibytes)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, figures: dict[str, Any]) -> Summary:
        """Return a summary from its plain values."""
        counters = {name: Counter(figures[name]) for name in ("outcomes", "codes", "child_exits")}
        return cls(**(figures | counters))


def examine_batch(numbers: Iterable[int], salt: int, seeds: tuple[Seed, ...], oracle: Oracle) -> Summary:
    """Examine the mutants of these numbers one after the other."""
    summary = Summary()
    before = resident_mebibytes()
    for number in numbers:
        summary.take(oracle.examine(mutant(number, seeds, salt)))
    summary.parent_growth_mebibytes = round(resident_mebibytes() - before, 1)
    return summary


def _batch(first: int, count: int, salt: int) -> tuple[int, Summary]:
    """Examine one batch in a lane of its own."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(open_desk(Path(folder), plans()))
        seeds = all_seeds()
        for seed in seeds[:WARMING]:
            oracle.examine(mutant(0, (seed,), salt))
        return first, examine_batch(range(first, first + count), salt, seeds, oracle)


def run(files: int, salt: int, checkpoint: Path) -> Summary:
    """Examine `files` mutants; batches that the checkpoint holds already are not examined again."""
    done = dict(_recorded(checkpoint, salt))
    total = Summary()
    for summary in done.values():
        total.add(summary)
    started, before = time.monotonic(), total.files
    starts = [first for first in range(0, files, BATCH) if first not in done]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(LANES, mp_context=context) as lanes, checkpoint.open("a", encoding="utf-8") as log:
        batches = {lanes.submit(_batch, first, min(BATCH, files - first), salt): first for first in starts}
        for batch in as_completed(batches, timeout=BATCH_SECONDS * max(1, len(starts))):
            first, summary = _result(batch, batches[batch])
            total.add(summary)
            log.write(json.dumps({"first": first, "salt": salt, "summary": summary.as_json()}) + "\n")
            log.flush()
            rate = (total.files - before) / (time.monotonic() - started)
            _tell(f"{total.files}/{files} files, {rate:.0f} a second, {len(total.complaints)} complaints")
    return total


def _result(batch: Any, first: int) -> tuple[int, Summary]:
    try:
        found: tuple[int, Summary] = batch.result()
    except BrokenProcessPool:
        lost = Summary(
            complaints=[{"number": first, "complaint": "parent crash: the lane's process died in this batch"}]
        )
        return first, lost
    return found


def _recorded(checkpoint: Path, salt: int) -> Iterator[tuple[int, Summary]]:
    if checkpoint.exists():
        for line in checkpoint.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["salt"] == salt:
                yield record["first"], Summary.from_json(record["summary"])


def report(total: Summary) -> str:
    """Return the figures as people read them."""
    lines = [
        f"{total.files} mutated files: {len(total.complaints)} complaints",
        f"outcomes: {dict(total.outcomes.most_common())}",
        f"codes: {dict(total.codes.most_common())}",
        f"ends of caged children: {dict(total.child_exits.most_common())}",
        f"slowest by processor time: {total.slowest}",
        f"slowest by the clock: {total.slowest_wall}",
        f"largest child: {total.largest_child_mebibytes} MiB; most growth of a parent in a batch: "
        f"{total.parent_growth_mebibytes} MiB",
    ]
    return "\n".join([*lines, *(f"COMPLAINT {complaint}" for complaint in total.complaints)])


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Examine as many files as asked; returns 1 when there is any complaint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--salt", type=int, default=57)
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    total = run(asked.files, asked.salt, asked.folder / f"batches-{fingerprint()}-{asked.salt}.jsonl")
    (asked.folder / "summary.json").write_text(json.dumps(total.as_json(), indent=2), encoding="utf-8")
    _tell(report(total))
    return 1 if total.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
