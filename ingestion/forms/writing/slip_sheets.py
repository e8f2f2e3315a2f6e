"""The sheets that a slip puts before the unit's form: the one-page list, and what changed since the last revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.caged.request import address
from ingestion.forms.layout import SAMPLE_BANNER
from ingestion.forms.writing.book import LINE_HEIGHT, PAPER_A4, lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from ingestion.forms.writing.filling import CellKey

LIST_SHEET = "Cần sửa"
CHANGES_SHEET = "Thay đổi so với bản trước"
LIST_COLUMNS = (("Mã", 10), ("Vị trí trong tệp đã gửi", 36), ("Nội dung", 96), ("Sửa tại", 12))
CHANGE_COLUMNS = (("Vị trí", 34), ("Bản trước", 22), ("Bản này", 22), ("Nội dung", 86))
HEADER_ROW = 4
Place = tuple[str, int, int]
"""Sheet name, row and column counted from zero."""


@dataclass(frozen=True)
class ToldFinding:
    """One line of the list; `cell` is the input cell of the slip that it speaks of, None where it speaks of none."""

    code: str
    severity: str
    place: str
    message: str
    cell: CellKey | None = None


@dataclass(frozen=True)
class ToldChange:
    """One cell that differs from the revision before."""

    place: str
    before: str
    now: str
    message: str


@dataclass(frozen=True)
class SlipTexts:
    """What a slip says beside the form: title lines, every finding, every change."""

    head: tuple[str, ...]
    findings: tuple[ToldFinding, ...]
    changes: tuple[ToldChange, ...] = ()


def add_slip_sheets(workbook: Workbook, texts: SlipTexts) -> tuple[Worksheet, Worksheet | None]:
    """Add the sheets in their order; they are filled once the places of the form's cells are known."""
    listed = workbook.add_worksheet(LIST_SHEET)
    return listed, workbook.add_worksheet(CHANGES_SHEET) if texts.changes else None


def fill_slip_sheets(
    sheets: tuple[Worksheet, Worksheet | None],
    formats: Mapping[str, Format],
    texts: SlipTexts,
    places: Mapping[CellKey, Place],
    *,
    is_sample: bool,
) -> None:
    """Write the list, each line with a link to the cell to mend, and the changes."""
    listed, changed = sheets
    rows = [(told.code, told.place, told.message) for told in texts.findings]
    _write_table(listed, formats, texts.head, LIST_COLUMNS, rows, is_sample=is_sample)
    for row, told in enumerate(texts.findings, start=HEADER_ROW + 1):
        _link(listed, formats, row, places.get(told.cell) if told.cell else None)
    if changed:
        told_changes = [(told.place, told.before, told.now, told.message) for told in texts.changes]
        head = ("THAY ĐỔI SO VỚI BẢN TRƯỚC", *texts.head[1:2])
        _write_table(changed, formats, head, CHANGE_COLUMNS, told_changes, is_sample=is_sample)


def _link(sheet: Worksheet, formats: Mapping[str, Format], row: int, place: Place | None) -> None:
    column = len(LIST_COLUMNS) - 1
    if place is None:
        sheet.write_blank(row, column, None, formats["centre"])
        return
    name, there, across = place
    shown = f"Ô {address(there, across)}"
    sheet.write_url(row, column, f"internal:'{name}'!{address(there, across)}", formats["link"], shown)


def _write_table(
    sheet: Worksheet,
    formats: Mapping[str, Format],
    head: Sequence[str],
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[str]],
    *,
    is_sample: bool,
) -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    if is_sample:
        sheet.write_string(3, 0, SAMPLE_BANNER, formats["banner"])
        for number in range(1, len(columns)):
            sheet.write_blank(3, number, None, formats["banner"])
    for row, line in enumerate(head[:3]):
        sheet.write_string(row, 0, line, formats["heading" if row == 0 else "plain"])
    for number, (title, width) in enumerate(columns):
        sheet.set_column(number, number, width)
        sheet.write_string(HEADER_ROW, number, title, formats["head"])
    for row, cells in enumerate(rows, start=HEADER_ROW + 1):
        for number, text in enumerate(cells):
            sheet.write_string(row, number, text, formats["label"])
        tallest = max(lines(text, width) for text, (_, width) in zip(cells, columns, strict=False))
        sheet.set_row(row, LINE_HEIGHT * tallest)
