"""Write a form as a workbook: input cells open and coloured, everything else locked.

The same contents give the same bytes: XlsxWriter dates every zip entry 1980 and the created
date is fixed. Sheet protection has no password: it keeps hands off labels, it is no security.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import xlsxwriter

from ingestion.forms.layout import GUIDE_SHEET, IDENTITY_SHEET, SAMPLE_BANNER
from ingestion.forms.writing.book import LINE_HEIGHT, PAPER_A4, Book, describe, formats_of, lines
from ingestion.forms.writing.slip_sheets import add_slip_sheets, fill_slip_sheets
from ingestion.forms.writing.tables import write_indicators, write_tasks
from ingestion.limits import limit_texts

if TYPE_CHECKING:
    from ingestion.forms.contents import FormContents
    from ingestion.forms.writing.filling import Filling
    from ingestion.forms.writing.slip_sheets import SlipTexts

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
GUIDE_WIDTH = 110
GUIDE = (
    "HƯỚNG DẪN ĐIỀN BIỂU",
    "1. Chỉ điền vào các ô nền vàng; ô nền xanh, chữ nghiêng đã được điền sẵn: hãy kiểm tra, sửa nếu khác và ghi lý do "
    "vào Ghi chú. Rê chuột vào ô có dấu đỏ ở góc để xem giải thích. Không xóa dòng, không đổi tên trang, không sửa "
    "dòng “Mã biểu”.",
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
    filling: Filling,
    *,
    is_sample: bool,
    slip: SlipTexts | None = None,
) -> None:
    """Write a form as xlsx.

    Args:
        contents: What the form asks.
        handle: Open binary file.
        filling: What stands in the input cells: what the system offers, or (a slip) what was sent.
        is_sample: Whether every sheet carries the banner of synthetic figures.
        slip: What a slip tells, on sheets before the form.
    """
    workbook = xlsxwriter.Workbook(handle, OPTIONS)
    book = Book(workbook, contents, filling, is_sample, formats_of(workbook))
    describe(book)
    sheets = add_slip_sheets(workbook, slip) if slip else None
    if contents.indicators:
        write_indicators(book)
    if contents.tasks:
        write_tasks(book)
    if slip and sheets:
        fill_slip_sheets(sheets, book.formats, slip, book.places, is_sample=is_sample)
    _write_guide(book)
    _write_identity(book)
    workbook.close()


def write_list(handle: IO[bytes], slip: SlipTexts, *, is_sample: bool) -> None:
    """Write a slip without a form: the list alone."""
    workbook = xlsxwriter.Workbook(handle, OPTIONS)
    fill_slip_sheets(add_slip_sheets(workbook, slip), formats_of(workbook), slip, {}, is_sample=is_sample)
    workbook.close()


def _write_guide(book: Book) -> None:
    sheet = book.workbook.add_worksheet(GUIDE_SHEET)
    sheet.set_column(0, 0, GUIDE_WIDTH)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.protect("")
    if book.is_sample:
        sheet.write_string(0, 0, SAMPLE_BANNER, book.formats["banner"])
    for row, line in enumerate((*GUIDE, f"Giới hạn của tệp gửi: {'; '.join(limit_texts())}."), start=1):
        sheet.write_string(row, 0, line, book.formats["heading" if row == 1 else "guide"])
        sheet.set_row(row, LINE_HEIGHT * lines(line, GUIDE_WIDTH))


def _write_identity(book: Book) -> None:
    """Keep the identity in a sheet that no menu shows: it survives where the visible line is overwritten."""
    sheet = book.workbook.add_worksheet(IDENTITY_SHEET)
    sheet.write_string(0, 0, book.contents.identity.line)
    if book.is_sample:
        sheet.write_string(1, 0, SAMPLE_BANNER)
    sheet.protect("")
    sheet.very_hidden()
