"""What happens to a form on its way: who inserts, moves, re-words and copies.

Harmless changes must be read as equal; with the others a form is read as equal or refused, never as different.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from hypothesis import strategies as st

from ingestion.forms.layout import INDICATOR_SHEET
from tests.ingestion.forms.messing.filled import CODES, Book, Rows

Change = Callable[[st.DrawFn, Book], None]
OTHER_TITLES = {
    "Kết quả": ("Kết quả thực hiện", "Kết quả đạt được", "Số liệu kỳ báo cáo", "KẾT QUẢ", "Kết\nquả"),
    "Chỉ tiêu": ("Tên chỉ tiêu", "CHỈ TIÊU", "Nội dung chỉ tiêu"),
    "Không phát sinh": ("KPS", "không phát sinh"),
    "STT": ("TT", "Số TT"),
}


# --- harmless changes ------------------------------------------------------------------------------------------


def insert_row(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    text = draw(st.sampled_from([None, "(theo báo cáo của các thôn)"]))
    rows.insert(draw(st.integers(_first(rows), len(rows))), [None, text, *[None] * (len(rows[0]) - 2)])


def insert_above(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    rows[:0] = [[None] * len(rows[0]) for _ in range(draw(st.integers(1, 3)))]


def insert_column(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    place, figure = draw(st.integers(0, len(rows[0]))), draw(st.sampled_from([None, 7]))
    header, first = _header(rows), _first(rows)
    for number, row in enumerate(rows):
        row.insert(place, "Luỹ kế" if number == header else figure if number >= first else None)


def swap_rows(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    keyed = [number for number, row in enumerate(rows) if any(cell in CODES.values() for cell in row)]
    if len(keyed) > 1:
        one, other = draw(st.sampled_from(keyed)), draw(st.sampled_from(keyed))
        if _same_page(rows, one, other):
            rows[one], rows[other] = rows[other], rows[one]


def reword_header(draw: st.DrawFn, book: Book) -> None:
    title = draw(st.sampled_from(sorted(OTHER_TITLES)))
    _replace(book, title, draw(st.sampled_from(OTHER_TITLES[title])))


def repeat_header(draw: st.DrawFn, book: Book) -> None:
    """Repeat the header's two rows, with the column numbers or without, as printed pages do."""
    rows = book[INDICATOR_SHEET]
    top = _header(rows)
    place = draw(st.integers(_first(rows), max(_first(rows), len(rows) - 4)))
    titles = {"Tử số", "Chỉ tiêu", *OTHER_TITLES["Chỉ tiêu"]}
    while place < len(rows) and titles & {_plain(cell) for cell in rows[place - 1]}:
        place += 1  # never into another header
    rows[place:place] = [[*row] for row in rows[top : top + draw(st.sampled_from([2, 3]))]]


def other_letters(draw: st.DrawFn, book: Book) -> None:
    change = draw(st.sampled_from([_decomposed, _hard_blanks, _zero_width, _new_tones]))
    for rows in book.values():
        for row in rows:
            row[:] = [change(cell) if isinstance(cell, str) else cell for cell in row]


def reorder_sheets(draw: st.DrawFn, book: Book) -> None:
    turned = list(reversed(book.items()))
    book.clear()
    book.update(turned)


def extra_sheet(draw: st.DrawFn, book: Book) -> None:
    book[draw(st.sampled_from(["Nháp", "Ghi chú"]))] = [["Ghi chép", 12], [None, "của đơn vị"]]


def column_numbers(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    spell = draw(st.sampled_from([lambda number: number, lambda number: f"({number})", lambda number: str(number)]))
    place = next((number for number, row in enumerate(rows) if "(2)" in row and "(3)" in row), None)
    if place is not None:
        filled = [column for column, cell in enumerate(rows[place]) if cell is not None]
        for number, column in enumerate(filled, 1):
            rows[place][column] = spell(number)


HARMLESS: tuple[Change, ...] = (
    insert_row, insert_above, insert_column, swap_rows, reword_header, repeat_header, other_letters, reorder_sheets,
    extra_sheet, column_numbers,
)  # fmt: skip


# --- changes that a form may be refused for ----------------------------------------------------------------------


def delete_row(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    del rows[draw(st.integers(_header(rows), len(rows) - 1))]


def delete_column(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    place = draw(st.integers(0, len(rows[0]) - 1))
    for row in rows:
        del row[place]


def swap_columns(draw: st.DrawFn, book: Book) -> None:
    """Swap two columns of the table, titles and all; a title above several columns stays where it is."""
    rows = book[INDICATOR_SHEET]
    one, other = draw(st.integers(0, len(rows[0]) - 1)), draw(st.integers(0, len(rows[0]) - 1))
    for row in rows[_header(rows) :]:
        row[one], row[other] = row[other], row[one]


def copy_row(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    rows.insert(draw(st.integers(_first(rows), len(rows))), [*rows[draw(st.integers(_first(rows), len(rows) - 1))]])


def add_total(draw: st.DrawFn, book: Book) -> None:
    rows = book[INDICATOR_SHEET]
    names = ["Tổng cộng", "Cộng", "Tổng số", "I", "II", "A", "Cộng mục I"]
    figures = [draw(st.sampled_from([None, None, 5, "12", "90%", 1234.5])) for _ in rows[0][2:]]
    row = [draw(st.sampled_from([None, *names])), draw(st.sampled_from([None, *names])), *figures]
    rows.insert(draw(st.integers(_first(rows), len(rows))), row)


def lose_keys(draw: st.DrawFn, book: Book) -> None:
    for row in book[INDICATOR_SHEET]:
        row[:] = [None if cell in CODES.values() or cell == "Mã dòng" else cell for cell in row]


def shift_page(draw: st.DrawFn, book: Book) -> None:
    """Push what is below some row one column to the right, as when a page was pasted in."""
    rows = book[INDICATOR_SHEET]
    start = draw(st.integers(_header(rows), len(rows)))
    for number, row in enumerate(rows):
        row[:] = [None, *row] if number >= start else [*row, None]


def join_sheets(draw: st.DrawFn, book: Book) -> None:
    for name in [name for name in book if name != INDICATOR_SHEET]:
        book[INDICATOR_SHEET] += book.pop(name)
    width = max(map(len, book[INDICATOR_SHEET]))
    for row in book[INDICATOR_SHEET]:
        row += [None] * (width - len(row))


def copy_sheet(draw: st.DrawFn, book: Book) -> None:
    book["Bản sao"] = [[*row] for row in book[INDICATOR_SHEET]]


def retype_title(draw: st.DrawFn, book: Book) -> None:
    """Give a column a title of one's own; with the title of another column it would be another form."""
    titles = ["Tử số", "Mẫu số", "Kết quả", "Kỳ trước", "Không phát sinh", "Mục tiêu gần nhất", "Ghi chú"]
    others = ["Kết quả tháng 5/2026", "Kết quả (Quý I/2026)", "Luỹ kế", "Con số", ""]
    _replace(book, draw(st.sampled_from(titles)), draw(st.sampled_from(others)))


def retype_label(draw: st.DrawFn, book: Book) -> None:
    told = ("Tỷ lệ", "Số sáng", "Chỉ số")
    labels = [cell for row in book[INDICATOR_SHEET] for cell in row if isinstance(cell, str) and cell.startswith(told)]
    if labels:
        label = draw(st.sampled_from(labels))
        others = [f"1. {label}", f"{label} (%)", f"{label} mới", label.upper(), label.replace("ỷ", "ỉ"), label[:-1]]
        _replace(book, label, draw(st.sampled_from(others)))


def empty_cell(draw: st.DrawFn, book: Book) -> None:
    """Lose the identity line or a title; answers are not emptied: that would be another form."""
    rows = book[INDICATOR_SHEET]
    row = draw(st.integers(0, _first(rows) - 1))
    rows[row][draw(st.integers(0, len(rows[row]) - 1))] = None


RISKY: tuple[Change, ...] = (
    delete_row, delete_column, swap_columns, copy_row, add_total, lose_keys, shift_page, join_sheets, copy_sheet,
    retype_title, retype_label, empty_cell,
)  # fmt: skip


def _header(rows: Rows) -> int:
    """Return the row of the first title of the table (or of where it was)."""
    titles = {"STT", "TT", "Số TT", "Chỉ tiêu", "Tên chỉ tiêu"}
    return next((number for number, row in enumerate(rows) if titles & {_plain(cell) for cell in row}), 10)


def _first(rows: Rows) -> int:
    return min(_header(rows) + 3, len(rows) - 1)


def _plain(cell: object) -> str:
    return unicodedata.normalize("NFC", str(cell)).replace("\u00a0", " ").replace("\u200b", "").strip()


def _same_page(rows: Rows, one: int, other: int) -> bool:
    """Rows are swapped within a page: between pages whose columns differ they would carry the wrong columns."""
    low, high = sorted((one, other))
    return not any({"Chỉ tiêu", "Tên chỉ tiêu"} & {_plain(cell) for cell in row} for row in rows[low:high])


def _replace(book: Book, old: str, new: str) -> None:
    for row in book[INDICATOR_SHEET]:
        row[:] = [new if cell == old else cell for cell in row]


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _hard_blanks(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _zero_width(text: str) -> str:
    return f"\u200b{text}"


def _new_tones(text: str) -> str:
    return text.replace("hóa", "hoá").replace("hòa", "hoà").replace("Hóa", "Hoá")
