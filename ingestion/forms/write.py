"""Write a form as a workbook: input cells open and coloured, everything else locked.

The same contents give the same bytes: XlsxWriter dates every zip entry 1980 and the created
date is fixed. Sheet protection has no password: it keeps hands off labels, it is no security.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import xlsxwriter

from ingestion.forms.book import (
    FIRST_ROW,
    FONT,
    LINE_HEIGHT,
    NATURE_CELL,
    PAPER_A4,
    STYLES,
    Book,
    Filling,
    describe,
    lines,
    open_sheet,
    row_height,
    write_header,
    write_section,
    write_signatures,
)
from ingestion.forms.layout import (
    FIGURE_COLUMNS,
    GUIDE_SHEET,
    IDENTITY_SHEET,
    INDICATOR_COLUMNS,
    INDICATOR_INPUTS,
    INDICATOR_SHEET,
    NATURE_LABEL,
    NATURES,
    NIL_MARK,
    SAMPLE_BANNER,
    TASK_COLUMNS,
    TASK_INPUTS,
    TASK_SHEET,
    TASK_STATES,
    TEXT_CHOICES,
    YES_NO_CHOICES,
)
from ingestion.limits import limit_texts
from plans.records import ValueKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from ingestion.forms.contents import FormContents, IndicatorRow, TaskRow

GUIDE = (
    "HƯỚNG DẪN ĐIỀN BIỂU",
    "1. Chỉ điền vào các ô nền vàng. Không xóa dòng, không đổi tên trang, không sửa dòng “Mã biểu”.",
    "2. Tỷ lệ (%) ghi theo thang 0–100: chín mươi hai phẩy năm phần trăm ghi 92,5. Không ghi 0,925, không ghi dấu %.",
    "3. Chỉ tiêu tỷ lệ: ghi tử số và mẫu số; cột Kết quả có thể để trống (hệ thống tự tính) hoặc ghi đúng bằng "
    "tử số chia mẫu số nhân 100. Nếu không có tử số, mẫu số thì ghi riêng cột Kết quả.",
    "4. Ô để trống nghĩa là CHƯA CÓ số liệu, không phải số 0. Kết quả bằng không thì ghi số 0.",
    "5. Trong kỳ không phát sinh thì chọn “x” ở cột Không phát sinh và để trống các ô số của dòng đó.",
    "6. Cột “Loại số liệu”: chọn “Ước thực hiện” nếu kỳ chưa chốt số, “Thực hiện” nếu đã chốt.",
    "7. Nhiệm vụ: chọn trạng thái, ghi % hoàn thành từ 0 đến 100; văn bản, sản phẩm đạt được ghi ở cột cuối.",
    "8. Không ghi họ tên, số định danh, số điện thoại của người dân vào bất kỳ ô nào.",
    "9. Gửi lại tệp này (dạng .xlsx, không đặt mật khẩu, không kèm macro). Gửi lại lần nữa là bản sửa đổi; "
    "hệ thống giữ cả bản trước và trả biên nhận cho từng lần gửi.",
)


def write_form(
    contents: FormContents,
    handle: IO[bytes],
    *,
    is_sample: bool,
    filling: Filling | None = None,
    findings: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Write a form as xlsx.

    Args:
        contents: What the form asks.
        handle: Open binary file.
        is_sample: Whether every sheet carries the banner of synthetic figures.
        filling: Answers and marks (for a slip); none for a form that is issued.
        findings: Rows (code, place, sentence) of an additional first sheet (for a slip).
    """
    workbook = xlsxwriter.Workbook(handle, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {name: workbook.add_format(FONT | style) for name, style in STYLES.items()}
    book = Book(workbook, contents, filling or _unanswered(contents), is_sample, formats)
    describe(book)
    if findings:
        write_findings_sheet(workbook, formats, findings, is_sample=is_sample)
    if contents.indicators:
        _write_indicators(book)
    if contents.tasks:
        _write_tasks(book)
    _write_guide(book)
    _write_identity(book)
    workbook.close()


def _unanswered(contents: FormContents) -> Filling:
    nature = "estimate" if contents.is_estimate else "actual"
    return Filling(answers={NATURE_CELL: next(text for text, code in NATURES.items() if code == nature)})


def _write_indicators(book: Book) -> None:
    sheet = open_sheet(book, INDICATOR_SHEET, INDICATOR_COLUMNS, "BÁO CÁO KẾT QUẢ THỰC HIỆN CHỈ TIÊU")
    sheet.write_string(8, 1, NATURE_LABEL, book.formats["right"])
    book.put_answer(sheet, 8, 2, NATURE_CELL)
    sheet.data_validation(8, 2, 8, 2, {"validate": "list", "source": list(NATURES)})
    last = len(INDICATOR_COLUMNS) - 2
    sheet.write_string(9, last, "Đơn vị tính: như từng dòng", book.formats["right"])
    write_header(book, sheet, INDICATOR_COLUMNS)
    row, section = FIRST_ROW, None
    for item in book.contents.indicators:
        if item.section != section:
            row, section = write_section(book, sheet, row, item.section, INDICATOR_COLUMNS), item.section
        _write_indicator(book, sheet, row, item)
        row += 1
    write_signatures(book, sheet, row + 1, (1, 5, 9))


def _write_indicator(book: Book, sheet: Worksheet, row: int, item: IndicatorRow) -> None:
    shown = {"number": item.number, "label": item.label, "unit": item.unit, "target": item.target}
    shown |= {"previous": item.previous, "key": item.key}
    for number, column in enumerate(INDICATOR_COLUMNS):
        if column.key in shown:
            book.put(sheet, row, number, shown[column.key], "label" if column.key == "label" else "centre")
        elif column.key in {"numerator", "denominator"} and item.kind is not ValueKind.RATIO:
            book.put(sheet, row, number, None, "closed")
        elif column.key in INDICATOR_INPUTS:
            book.put_answer(sheet, row, number, ("indicator", item.key, column.key))
            _limit_indicator_input(sheet, row, number, column.key, item.kind)
    sheet.set_row(row, row_height((item.label, 50), (item.target, 20), (item.previous, 11), (item.unit, 10)))


def _limit_indicator_input(sheet: Worksheet, row: int, number: int, column: str, kind: ValueKind) -> None:
    """Help the hand: drop-down lists, and a warning (not a stop) for a figure that cannot be meant."""
    rule: dict[str, Any] | None = None
    if column == "nil":
        rule = {"validate": "list", "source": [NIL_MARK]}
    elif column == "value" and kind is ValueKind.YES_NO:
        rule = {"validate": "list", "source": list(YES_NO_CHOICES)}
    elif column == "value" and kind is ValueKind.TEXT:
        rule = {"validate": "list", "source": list(TEXT_CHOICES)}
    elif column in FIGURE_COLUMNS and kind is not ValueKind.GROWTH:
        rule = {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_type": "warning",
            "error_title": "Kiểm tra lại số",
            "error_message": "Ô này nhận một số từ 0 trở lên. Tỷ lệ ghi theo thang 0–100 (92,5), không ghi 0,925.",
        }
    if rule:
        sheet.data_validation(row, number, row, number, rule)


def _write_tasks(book: Book) -> None:
    sheet = open_sheet(book, TASK_SHEET, TASK_COLUMNS, "BÁO CÁO TIẾN ĐỘ THỰC HIỆN NHIỆM VỤ")
    write_header(book, sheet, TASK_COLUMNS)
    row, section = FIRST_ROW, None
    for item in book.contents.tasks:
        if item.section != section:
            row, section = write_section(book, sheet, row, item.section, TASK_COLUMNS), item.section
        _write_task(book, sheet, row, item)
        row += 1
    write_signatures(book, sheet, row + 1, (1, 3, 6))


def _write_task(book: Book, sheet: Worksheet, row: int, item: TaskRow) -> None:
    shown = {"number": item.number, "label": item.label, "deadline": item.deadline, "product": item.product}
    shown |= {"previous": item.previous, "key": item.key}
    for number, column in enumerate(TASK_COLUMNS):
        if column.key in shown:
            book.put(sheet, row, number, shown[column.key], "label" if column.key == "label" else "centre")
        elif column.key in TASK_INPUTS:
            book.put_answer(sheet, row, number, ("task", item.key, column.key))
        if column.key == "state":
            sheet.data_validation(row, number, row, number, {"validate": "list", "source": list(TASK_STATES)})
        if column.key == "percent":
            limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
            limits |= {"error_type": "warning", "error_message": "Tỷ lệ hoàn thành từ 0 đến 100."}
            sheet.data_validation(row, number, row, number, limits)
    sheet.set_row(row, row_height((item.label, 58), (item.product, 25), (item.deadline, 18)))


def _write_guide(book: Book) -> None:
    sheet = book.workbook.add_worksheet(GUIDE_SHEET)
    sheet.set_column(0, 0, 110)
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.protect("")
    if book.is_sample:
        sheet.write_string(0, 0, SAMPLE_BANNER, book.formats["banner"])
    for row, line in enumerate((*GUIDE, f"Giới hạn của tệp gửi: {'; '.join(limit_texts())}."), start=1):
        sheet.write_string(row, 0, line, book.formats["guide"])
        sheet.set_row(row, LINE_HEIGHT * lines(line, 110))


def _write_identity(book: Book) -> None:
    """Keep the identity in a sheet that no menu shows: it survives where the visible line is overwritten."""
    sheet = book.workbook.add_worksheet(IDENTITY_SHEET)
    sheet.write_string(0, 0, book.contents.identity.line)
    if book.is_sample:
        sheet.write_string(1, 0, SAMPLE_BANNER)
    sheet.protect("")
    sheet.very_hidden()


def write_findings_sheet(
    workbook: Workbook, formats: Mapping[str, Format], findings: Sequence[tuple[str, str, str]], *, is_sample: bool
) -> None:
    """Write the first sheet of a slip: every finding with its code, place and sentence."""
    sheet = workbook.add_worksheet("Cần sửa")
    for number, width in enumerate((12, 34, 110)):
        sheet.set_column(number, number, width)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    if is_sample:
        sheet.merge_range(0, 0, 0, 2, SAMPLE_BANNER, formats["banner"])
    for number, title in enumerate(("Mã", "Vị trí", "Nội dung cần xem lại")):
        sheet.write_string(1, number, title, formats["head"])
    for row, finding in enumerate(findings, start=2):
        for number, text in enumerate(finding):
            sheet.write_string(row, number, text, formats["label"])
        sheet.set_row(row, LINE_HEIGHT * max(lines(finding[1], 34), lines(finding[2], 110)))
