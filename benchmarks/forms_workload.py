"""The forms that are read: the workload of the performance notes, and our own issued forms filled in."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import xlsxwriter

from ingestion.sample.preparing import prepare_letters
from plans.reading import read_plans
from warehouse.ledger import open_ledger
from warehouse.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

ROWS, COLUMNS, FIRST_ROW = 40, 9, 10
WORDS = (
    "tỷ lệ", "hồ sơ", "dịch vụ công", "trực tuyến", "toàn trình", "tiếp nhận", "giải quyết", "đúng hạn", "lĩnh vực",
    "hộ tịch", "đất đai", "xây dựng", "chuyển đổi số", "xã", "thôn", "tổ dân phố",
)  # fmt: skip
ABOUT = (
    ("Mã biểu", "CDS"), ("Đơn vị", "xã số"), ("Kỳ báo cáo", "2026-06"), ("Người lập", "Văn phòng"), ("Phiên bản", "1"),
)  # fmt: skip
PERIODS = ("2026-05", "2026-06")


def write_notes_form(path: Path, seed: int) -> None:
    """Write a form of 40 rows and 9 columns: merged title, 5 lines about it, a date, two header rows, notes."""
    random = Random(seed)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Báo cáo")
        bold = book.add_format({"bold": True, "border": 1})
        figure = book.add_format({"num_format": "#,##0.00", "border": 1})
        sheet.merge_range(0, 0, 0, COLUMNS - 1, "BÁO CÁO KẾT QUẢ THỰC HIỆN CHỈ TIÊU", bold)
        for row, (label, value) in enumerate(ABOUT, start=1):
            sheet.write_string(row, 0, label)
            sheet.write_string(row, 1, f"{value} {seed}")
        sheet.write_number(6, 1, 46_000 + seed % 300, book.add_format({"num_format": "dd/mm/yyyy"}))
        for column, title in ((0, "STT"), (1, "Chỉ tiêu"), (2, "Đơn vị tính"), (COLUMNS - 1, "Ghi chú")):
            sheet.merge_range(FIRST_ROW - 2, column, FIRST_ROW - 1, column, title, bold)
        sheet.merge_range(FIRST_ROW - 2, 3, FIRST_ROW - 2, 5, "Trong kỳ", bold)
        sheet.merge_range(FIRST_ROW - 2, 6, FIRST_ROW - 2, 7, "Lũy kế", bold)
        for column, title in enumerate(("Tử số", "Mẫu số", "Tỷ lệ", "Giá trị", "Cùng kỳ"), start=3):
            sheet.write_string(FIRST_ROW - 1, column, title, bold)
        for row in range(FIRST_ROW, FIRST_ROW + ROWS):
            sheet.write_number(row, 0, row - FIRST_ROW + 1)
            sheet.write_string(row, 1, " ".join(random.choice(WORDS) for _ in range(6)))
            sheet.write_string(row, 2, "%")
            for column in range(3, COLUMNS - 1):
                sheet.write_number(row, column, round(random.uniform(0, 1000), 2), figure)
            if random.random() < 0.2:
                sheet.write_string(row, COLUMNS - 1, "Số liệu ước thực hiện")


def notes_forms(folder: Path, count: int) -> list[Path]:
    """Write forms of the notes' workload."""
    paths = [folder / f"{number:05}.xlsx" for number in range(count)]
    for number, path in enumerate(paths):
        write_notes_form(path, number)
    return paths


def own_forms(folder: Path) -> list[Path]:
    """Issue our own forms to every unit of the five plans and return those that were filled in soundly."""
    settings = Settings(home=folder, is_sample=True)
    plans = read_plans()
    engine = open_ledger(settings)
    letters = [letter for period in PERIODS for letter in prepare_letters(settings, engine, plans, period)]
    engine.dispose()
    sound = [letter for letter in letters if letter.expected_outcome.startswith("accepted")]
    return [letter.path for letter in sound if letter.path and letter.path.suffix == ".xlsx"]
