"""What reading a form safely costs: our ways and the bare and the usual ones, in turns, in one run.

Every way reads the same files in every round, so that a machine whose speed drifts drifts for all;
ratios are medians over the rounds of two ways of the same round. Beside the wall clock stands the
processor time of the process and all its children, which a busy machine disturbs less. Before
anything is measured, all ways must give the same cells.
Run: `make bench-forms` (`python benchmarks/read_forms.py --files 300 --rounds 5`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import psutil
from bare_forms import BareFork, bare_rows
from forms_workload import notes_forms, own_forms

from ingestion.cage import Cage
from ingestion.reading import read_accepted, read_batch, read_upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ingestion.cage import CagedFile

Way = tuple[float, float]
MILLISECONDS = 1000
TICK_SECONDS = 0.01  # in which the kernel counts processor time of other processes
# (what the goal says, our way, the way it is held against, "most" or "least" ratio)
GOALS = (
    ("a fork per file, cage alone, to the bare lean fork: at most 1.5", "cage", "bare fork"),
    ("a fork per file, gate and cage, to the bare lean fork: at most 1.5", "gate + cage", "bare fork"),
    ("pandas + openpyxl to a fork per file on 2 lanes: at least 5", "pandas + openpyxl", "gate + cage, 2 lanes"),
    ("reused children to bare calamine: at most 2.0", "reused", "bare calamine"),
    ("pandas + openpyxl to reused children on 2 lanes: at least 10", "pandas + openpyxl", "reused, 2 lanes"),
)


def main() -> None:
    """Read both workloads every way and print medians and the ratios of the goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure("the notes' form, 40 x 9", notes_forms(Path(folder), asked.files), asked.rounds)
        measure("our own forms, filled in", own_forms(Path(folder) / "office")[: asked.files], asked.rounds)


def measure(title: str, files: list[Path], rounds: int) -> None:
    """Read the files every way in turns."""
    named = [(path, path.name) for path in files]
    kinds = [(path, "xlsx") for path in files]
    with Cage() as one, Cage(lanes=2) as two, BareFork() as bare:
        ways: dict[str, Callable[[], Iterable[object]]] = {
            "bare calamine": lambda: [bare_rows(str(path)) for path in files],
            "bare fork": lambda: [bare.read(path) for path in files],
            "cage": lambda: [one.read(path, "xlsx") for path in files],
            "gate + cage": lambda: [read_upload(one, *upload).content for upload in named],
            "reused": lambda: read_accepted(one, kinds),
            "gate + cage, 2 lanes": lambda: (reading.content for reading in read_batch(two, named)),
            "reused, 2 lanes": lambda: read_accepted(two, kinds),
            "pandas + openpyxl": lambda: [pd.read_excel(path, None, header=None, engine="openpyxl") for path in files],
        }
        check_equal(files, ways)
        taken: dict[str, list[Way]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, act in ways.items():
                taken[name].append(timed(act, len(files)))
    print(f"\n{title}: {len(files)} files of {statistics.mean(path.stat().st_size for path in files) / 1024:.1f} KiB")
    print(f"{'milliseconds a file, median':32}{'wall':>8}{'processor':>11}")
    for name, times in taken.items():
        wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:32}{wall:8.2f}{processor:11.2f}")
    for goal, above, below in GOALS:
        wall, processor = (
            statistics.median(a[clock] / b[clock] for a, b in zip(taken[above], taken[below], strict=True))
            for clock in (0, 1)
        )
        print(f"{goal:72} {wall:6.2f} (processor {processor:.2f})")


def timed(act: Callable[[], Iterable[object]], count: int) -> Way:
    """Return the wall and processor milliseconds of one file."""
    started, used = time.perf_counter(), processor_seconds()
    for _ in act():
        pass
    wall = time.perf_counter() - started
    processor = max(processor_seconds() - used, TICK_SECONDS)
    return wall / count * MILLISECONDS, processor / count * MILLISECONDS


def processor_seconds() -> float:
    """Return what this process, its children and their dead children have used."""
    own = psutil.Process()
    times = [child.cpu_times() for child in own.children()]
    return sum(own.cpu_times()[:2]) + sum(sum(time[:4]) for time in times)


def check_equal(files: list[Path], ways: dict[str, Callable[[], Iterable[object]]]) -> None:
    """Require the same cells from every way that gives cells as they stand."""
    wanted = [[plain(rows) for rows in sheets] for sheets in map(openpyxl_rows, files)]
    for name, act in ways.items():
        if name != "pandas + openpyxl":
            for path, content, cells in zip(files, act(), wanted, strict=True):
                assert [plain(rows) for rows in rows_of(content)] == cells, (name, path)


def openpyxl_rows(path: Path) -> list[Any]:
    """Return the cells as an independent reader sees them."""
    book = openpyxl.load_workbook(path, data_only=True)
    return [list(sheet.values) for sheet in book.worksheets]


def rows_of(content: Any) -> Iterable[Any]:
    """Return the rows of every sheet, whatever way they were read."""
    caged: CagedFile | None = None if isinstance(content, list) else content
    return [sheet.rows for sheet in caged.sheets] if caged else content


def plain(rows: Iterable[Iterable[Any]]) -> list[list[object]]:
    """Bring rows to one form: no empty ends, whole numbers as integers, dates as their first ten letters."""
    found = [[plain_cell(cell) for cell in row] for row in rows]
    for row in found:
        while row and row[-1] is None:
            row.pop()
    while found and not found[-1]:
        found.pop()
    return found


def plain_cell(cell: Any) -> object:
    """Bring a cell to one form."""
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return (
        cell[:10] if isinstance(cell, str) and cell[4:5] == "-" == cell[7:8] else cell or (None if cell == "" else cell)
    )


if __name__ == "__main__":
    main()
