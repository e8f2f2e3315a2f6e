"""What reading a form safely costs: bare calamine, our cage, and what people would use instead, in one run.

The workload is that of the performance notes: a form of 40 rows and 9 columns with merged
headers and Vietnamese text. The three ways are alternated, so that a machine whose speed
drifts drifts for all; only ratios are worth quoting. Run: `python benchmarks/read_forms.py`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

from ingestion.cage import Cage
from ingestion.gate import inspect

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, COLUMNS, ROUNDS = 40, 9, 5


def write_form(path: Path, seed: int) -> None:
    """Write one form of the workload."""
    random = Random(seed)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Báo cáo")
        sheet.merge_range(0, 0, 0, COLUMNS - 1, "BÁO CÁO KẾT QUẢ THỰC HIỆN CHỈ TIÊU")
        for row in range(1, 6):
            sheet.write_string(row, 0, f"Thông tin {row}")
            sheet.write_string(row, 1, f"xã số {seed}")
        for row in range(8, 8 + ROWS):
            sheet.write_number(row, 0, row - 7)
            sheet.write_string(row, 1, f"Tỷ lệ hồ sơ trực tuyến của lĩnh vực {row}")
            for column in range(2, COLUMNS - 1):
                sheet.write_number(row, column, round(random.uniform(0, 100), 2))
            if random.random() < 0.2:
                sheet.write_string(row, COLUMNS - 1, "Số liệu ước thực hiện")


def milliseconds_per_file(read: Callable[[Path], object], files: list[Path]) -> float:
    """Read every file once; return the milliseconds that one takes."""
    started = time.perf_counter()
    for path in files:
        read(path)
    return 1000 * (time.perf_counter() - started) / len(files)


def main() -> None:
    """Alternate the ways and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder, Cage() as cage:
        files = [Path(folder) / f"{number}.xlsx" for number in range(count)]
        for number, path in enumerate(files):
            write_form(path, number)
        ways: dict[str, Callable[[Path], object]] = {
            "bare calamine": lambda path: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(),
            "gate + cage (fork per file)": lambda path: (inspect(path, path.name), cage.read(path, "xlsx")),
            "cage alone": lambda path: cage.read(path, "xlsx"),
            "pandas + openpyxl": lambda path: pd.read_excel(path, header=None, engine="openpyxl"),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, read in ways.items():
                taken[name].append(milliseconds_per_file(read, files))
    bare = statistics.median(taken["bare calamine"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:30} {median:8.2f} ms/file   {median / bare:6.1f} x bare   ({min(times):.2f} – {max(times):.2f})")


if __name__ == "__main__":
    main()
