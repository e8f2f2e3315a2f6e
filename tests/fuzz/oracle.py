"""What must hold for any upload whatsoever; everything that does not is a complaint.

A mutant ends in a named outcome, within the limits, without an exception of ours; what is accepted
says who it is from, and says the figures of its seed unless the bytes that carry figures changed.
A second reader (openpyxl) must see the accepted figures in the same cells.
"""

from __future__ import annotations

import io
import re
import resource
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl

from ingestion.arrivals import ACCEPTED
from ingestion.cage import coordinator
from ingestion.cage.lane import Lane
from ingestion.findings import catalogue
from ingestion.limits import limits
from tests.fuzz.containers import parts_of

if TYPE_CHECKING:
    from ingestion.arrivals import Decision
    from ingestion.cage.outcomes import Outcome
    from tests.fuzz.mutants import Mutant, Seed
    from tests.ingestion.deciding import Desk

PRINTED_ONLY = re.compile(r'"[^"]*"|\\.')
"""What a number format only prints: a percent sign in quotes multiplies nothing."""
OUR_MISTAKE = "SYS-01"
"""An exception of our own, told as one file's quarantine: no upload may bring one about."""
NAMED = frozenset({*ACCEPTED, "rejected", "quarantined"})
PARENT_SECONDS = 2.0
"""Processor time that one file may cost us outside the cage."""
STANDSTILL_SECONDS = 120.0
"""By the clock, on however busy a machine."""
HUNDRED = Decimal(100)
EXACT = Decimal("0.0001")
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Examined:
    """How one mutant ended: outcome, codes, processor and wall seconds, the child's peak memory in KiB."""

    number: int
    name: str
    outcome: str
    codes: tuple[str, ...]
    complaint: str | None
    processor_seconds: float
    wall_seconds: float
    peak_kibibytes: int
    child_exit: int | None


@dataclass
class Oracle:
    """Examines mutants one after the other; keeps what each seed says itself."""

    desk: Desk
    _said: dict[int, Rows] = field(default_factory=dict)
    _ended: list[Outcome] = field(default_factory=list)

    def examine(self, mutant: Mutant) -> Examined:
        """Decide a mutant and look for anything that must not be."""
        self._ended.clear()
        began, processor = time.monotonic(), time.process_time()
        decision, complaint = None, None
        with self._listening():
            try:
                decision = self.desk.decide(mutant.name, mutant.content)
            except Exception:  # any exception at all is what is looked for
                complaint = f"parent crash: {traceback.format_exc(limit=-4)}"
        wall = time.monotonic() - began
        ours = time.process_time() - processor
        child = sum(ended.cpu_milliseconds for ended in self._ended) / 1000
        peak = max((ended.peak_kibibytes for ended in self._ended), default=0)
        if decision is not None:
            complaint = self._complaint(mutant, decision, ours, child, wall, peak)
        return Examined(
            mutant.number, mutant.name, decision.outcome if decision else "none",
            tuple(found.code for found in decision.findings) if decision else (), complaint, ours + child, wall, peak,
            self._ended[-1].exit if self._ended else None,
        )  # fmt: skip

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Hear how every reading in the cage ended, before it is judged."""
        judge = coordinator.judge

        def heard(outcome: Outcome) -> object:
            self._ended.append(outcome)
            return judge(outcome)

        coordinator.judge = heard  # type: ignore[assignment]
        Lane.hears_every_end = True
        try:
            yield
        finally:
            coordinator.judge = judge
            Lane.hears_every_end = False

    def _complaint(
        self, mutant: Mutant, decision: Decision, ours: float, child: float, wall: float, peak: int
    ) -> str | None:
        if decision.outcome not in NAMED:
            return f"no named outcome: {decision.outcome}"
        if not decision.is_accepted and not any(found.severity == "error" for found in decision.findings):
            return "refused without a reason"
        if any(found.code == OUR_MISTAKE for found in decision.findings):
            return "a mistake of ours: see the log"
        if unknown := {found.code for found in decision.findings} - set(catalogue()):
            return f"uncatalogued: {unknown}"
        if peak * 1024 > limits().memory_bytes:
            return f"child used {peak} KiB"
        if ours > PARENT_SECONDS or ours + child > limits().reading_seconds + 1 or wall > STANDSTILL_SECONDS:
            return f"hang: {ours:.1f} s of our processor time, {child:.1f} s of the child's, {wall:.1f} s by the clock"
        return self._about_figures(mutant, decision) if decision.is_accepted else None

    def _about_figures(self, mutant: Mutant, decision: Decision) -> str | None:
        if decision.plan_key is None or decision.unit_code is None or decision.period is None:
            return "accepted without an identity"
        said = of_the_file(decision.rows)
        before = self._of(mutant.seed)
        if before and bearing(mutant.content) == bearing(mutant.seed.content) and said != before:
            return f"other figures from the same parts: {said}"
        if mutant.content.startswith(b"PK") and mutant.name.endswith(".xlsx"):
            return seen_differently(mutant.content, decision)
        return None

    def _of(self, seed: Seed) -> Rows:
        key = hash(seed.content)
        if key not in self._said:
            self._said[key] = of_the_file(self.desk.decide(seed.name, seed.content).rows)
        return self._said[key]


def of_the_file(rows: Mapping[str, list[dict[str, Any]]]) -> Rows:
    """Return raw rows without what the receipt adds."""
    ours = ("submission_id", "receipt_id", "known_from")
    return {
        table: [{k: v for k, v in row.items() if k not in ours} for row in listed] for table, listed in rows.items()
    }


def bearing(content: bytes) -> object:
    """Return what carries figures: a zip's parts by name as another library reads them, else the bytes."""
    if not content.startswith(b"PK"):
        return content
    parts = parts_of(content)
    return dict(parts) if parts else content


def seen_differently(content: bytes, decision: Decision) -> str | None:
    """Return where openpyxl sees another figure than the one that was taken, if anywhere."""
    taken = [
        row for row in decision.rows.get("observations", ()) if row["value"] is not None and row["denominator"] is None
    ]
    try:
        seen = _seen(content, [(row["sheet"], row["cell"]) for row in taken])
    except Exception:  # the second reader may refuse what the first one reads
        return None
    for row, figure in zip(taken, seen, strict=True):
        if figure is not None and abs(figure - row["value"]) > EXACT:
            return f"{row['sheet']}!{row['cell']}: taken {row['value']}, openpyxl sees {figure}"
    return None


def _seen(content: bytes, places: list[tuple[str, str]]) -> list[Decimal | None]:
    """Return the figures that openpyxl sees at these places; None where it sees none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Read only: otherwise openpyxl makes a cell for every place of a merged range, however large.
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=True)
        cells = [book[sheet][cell] for sheet, cell in places]
    return [
        Decimal(repr(cell.value)) * (HUNDRED if "%" in PRINTED_ONLY.sub("", str(cell.number_format)) else 1)
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
        else None
        for cell in cells
    ]


def resident_mebibytes() -> float:
    """Return the largest memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
