"""A month's forms of the country: 30,000 read on 2 lanes, one Parquet file of rows per 500.

First the forms of the performance notes, gate, a child each, rows out, nothing judged; then our own
issued forms, filled in (two months of the five plans' units, over and over), read and judged, for the
first time and again. Prints the time of every part, the largest memory of the whole family of processes
(PSS) and the rows. Last, each different form goes the whole way: landing, ledger, decision, raw rows.
Run: `python benchmarks/thirty_thousand.py --files 30000`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from forms_workload import notes_forms, own_forms
from measuring import Worker
from read_forms import processor_seconds

from ingestion.arrivals import Decision, Receipt
from ingestion.cage import shared_cage
from ingestion.decisions import raw_rows
from ingestion.forms.reading.read import read_form
from ingestion.forms.records import Sender
from ingestion.intake import Arrival, take_in
from ingestion.reading import read_accepted, read_batch
from plans.reading import read_plans
from warehouse.ledger import open_ledger
from warehouse.raw import ensure_tables, write_batch
from warehouse.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Generator

    from ingestion.cage import CagedFile
    from ingestion.forms.records import ParsedForm

BATCH_SIZE = 500
NOTES_FORMS = 100
FIRST, AGAIN = "read for the first time", "read again (back-fill)"
TABLES = ("observations", "task_reports")
KNOWN_FROM = dt.datetime(2026, 7, 20, 3, tzinfo=dt.UTC)


def contents_of(paths: list[Path], *, is_first: bool) -> Generator[CagedFile | None]:
    """Read forms in order: for the first time (gate, a child each), or accepted ones again (several in one child)."""
    if is_first:
        for reading in read_batch(shared_cage(), ((path, path.name) for path in paths)):
            yield reading.content
    else:
        yield from read_accepted(shared_cage(), [(path, "xlsx") for path in paths])


def read_month(home: str, files: list[str], count: int, is_first: bool) -> dict[str, float]:
    """Read, judge and write `count` forms; return the seconds of each part and the numbers of forms and rows."""
    settings, plans = Settings(home=Path(home)), read_plans()
    ensure_tables(settings)
    used = processor_seconds()
    spent = dict.fromkeys(("reading (waited for)", "judge", "parquet", "accepted forms", "rows"), 0.0)
    paths = list(itertools.islice(itertools.cycle(map(Path, files)), count))
    with closing(contents_of(paths, is_first=is_first)) as contents:
        for number in range(0, count, BATCH_SIZE):
            rows: dict[str, list[dict[str, object]]] = {table: [] for table in TABLES}
            for place in range(number, min(number + BATCH_SIZE, count)):
                started = time.perf_counter()
                content = next(contents)
                read = time.perf_counter()
                parsed = read_form(content, plans, Sender()) if content else None
                if parsed and not parsed.is_refused and parsed.identity:
                    spent["accepted forms"] += 1
                    for table, found in rows_of(parsed, place).items():
                        rows[table] += found
                spent["judge"] += time.perf_counter() - read
                spent["reading (waited for)"] += read - started
            started = time.perf_counter()
            spent["rows"] += sum(write_batch(settings, table, f"b{number:06}", rows[table]) for table in TABLES)
            spent["parquet"] += time.perf_counter() - started
    written = sum(pq.read_metadata(path).num_rows for table in TABLES for path in (settings.raw / table).glob("b*"))
    assert written == spent["rows"]
    spent["processor, all processes"] = processor_seconds() - used
    return spent


def read_cells(folder: str, files: list[str], count: int) -> dict[str, float]:
    """Read `count` forms for the first time and write their cells as text, one Parquet file per batch."""
    used, rows = processor_seconds(), 0.0
    paths = list(itertools.islice(itertools.cycle(map(Path, files)), count))
    with closing(contents_of(paths, is_first=True)) as contents:
        for number in range(0, count, BATCH_SIZE):
            batch = list(itertools.islice(contents, BATCH_SIZE))
            cells = [
                (place, sheet.name, row, [None if cell is None else str(cell) for cell in line])
                for place, content in enumerate(batch, start=number)
                for sheet in (content.sheets if content else ())
                for row, line in enumerate(sheet.rows)
            ]
            columns = dict(zip(("form", "sheet", "row", "cells"), map(list, zip(*cells, strict=True)), strict=True))
            pq.write_table(pa.table(columns), Path(folder, f"{number:06}.parquet"))
            rows += len(cells)
    return {"rows": rows, "processor, all processes": processor_seconds() - used}


def rows_of(parsed: ParsedForm, number: int) -> dict[str, list[dict[str, object]]]:
    """Return the raw rows of an accepted form under a receipt of its own."""
    receipt = Receipt(f"R{number:012}", "0" * 64, "form.xlsx", "benchmark", Sender(), KNOWN_FROM)
    identity = parsed.identity
    assert identity
    decision = Decision(
        receipt, "accepted", plan_key=identity.plan_key, unit_code=identity.unit_code, form_code=identity.form_code,
        period=identity.period, revision=1,
    )  # fmt: skip
    return raw_rows(decision, parsed, KNOWN_FROM)


def whole_intake(home: str, files: list[str]) -> dict[str, float]:
    """Take files in the whole way; return how many were accepted."""
    settings, plans = Settings(home=Path(home)), read_plans()
    engine = open_ledger(settings)
    arrivals = [Arrival(Path(file), Path(file).name, "command") for file in files]
    results = take_in(settings, engine, plans, arrivals, KNOWN_FROM)
    engine.dispose()
    return {"accepted": float(sum(result.outcome.startswith("accepted") for result in results))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=30_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        Path(folder, "notes").mkdir()
        notes = [str(path) for path in notes_forms(Path(folder, "notes"), NOTES_FORMS)]
        cells = worker.call(read_cells, folder, notes, asked.files)
        files = [str(path) for path in own_forms(Path(folder) / "office")]
        months = {
            told: worker.call(read_month, f"{folder}/{told}", files, asked.files, told == FIRST)
            for told in (FIRST, AGAIN)
        }
        peak = worker.peak_mib
        intake = worker.call(whole_intake, f"{folder}/intake", files)
    print(
        f"{asked.files} of the notes' forms ({NOTES_FORMS} different), read for the first time: {cells.seconds:.1f} s"
    )
    for part, figure in cells.result.items():
        print(f"  {part:28} {figure:12,.1f}")
    for told, month in months.items():
        print(
            f"{asked.files} forms ({len(files)} different) {told}: {month.seconds:.1f} s on {shared_cage().lanes} lanes"
        )
        for part, figure in month.result.items():
            print(f"  {part:28} {figure:12,.1f}")
    print(f"memory of all processes        {peak:12,.0f} MiB PSS at most")
    each = intake.seconds / len(files) * 1000
    print(
        f"whole intake of {len(files)} different forms: {each:.1f} ms a form, {intake.result['accepted']:.0f} accepted"
    )


if __name__ == "__main__":
    main()
