"""Tables that units draw themselves: some of their indicators, in their own words, columns and order."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from tests.ingestion.forms.messing.filled import CODES, COUNT, FIGURES, MONEY, Answered, Rows, rows_of_form

HEADERS = {
    "number": ("TT", "STT", "Số TT"), "label": ("Tên chỉ tiêu", "Chỉ tiêu", "Nội dung chỉ tiêu", "CHỈ TIÊU"),
    "unit": ("ĐVT", "Đơn vị tính"),
    "value": ("Kết quả", "Kết quả thực hiện", "Số liệu kỳ báo cáo", "Kết quả tháng 6/2026"),
    "own": ("Lũy kế", "Đánh giá", "Nguồn"),
}  # fmt: skip
TITLES = ("BÁO CÁO THÁNG 6 NĂM 2026", "Kế hoạch năm 2026 - Tháng 6/2026", "Kỳ báo cáo: Tháng 6 năm 2026")
UNCLEAR = ("BÁO CÁO NĂM 2026", "đến hết tháng 6/2026", "BÁO CÁO")
UNITS = {COUNT: ("sáng kiến", None), MONEY: ("triệu đồng", "tr.đ", "tỷ đồng", None)}
EXTRAS = ("I. KINH TẾ SỐ", "Tổng cộng", "Hộ nghèo", "Tỷ lệ dân số có hồ sơ sức khỏe")
FIGURE_ROWS = {row: (figures, spell) for row, figures, spell in FIGURES}


@st.composite
def free_tables(draw: st.DrawFn) -> Answered:
    """Draw a table and what it says of every indicator; what it does not list is missing."""
    says: dict[str, tuple[object, ...]] = dict.fromkeys(CODES.values(), (None, None, "missing", None, None))
    columns = draw(st.permutations(["number", "label", "unit", "value", "own"]))
    header = {column: draw(st.sampled_from(titles)) for column, titles in HEADERS.items()}
    rows: Rows = [[draw(st.sampled_from((*TITLES, *TITLES, *UNCLEAR)))], [header[column] for column in columns]]
    for number, row in enumerate(draw(st.permutations(sorted(FIGURE_ROWS)))[: draw(st.integers(1, 5))], 1):
        figures, spell = FIGURE_ROWS[row]
        figure: Decimal = draw(figures)
        label = str(rows_of_form()[row][1])
        cells = {
            "number": number, "label": draw(_worded(label)), "value": draw(spell(figure)),
            "unit": draw(st.sampled_from(UNITS.get(row, (None,)))), "own": draw(st.sampled_from([None, 7, "tốt"])),
        }  # fmt: skip
        rows.append([cells[column] for column in columns])
        says[CODES[row]] = (figure, None, "reported", None, None)
    for extra in draw(st.lists(st.sampled_from(EXTRAS), max_size=2)):
        figure_of = {"label": extra, "value": draw(st.sampled_from([None, 12, "95%"]))}
        rows.insert(draw(st.integers(2, len(rows))), [figure_of.get(column) for column in columns])
    return Answered({"Sheet1": rows}, says)


def _worded(label: str) -> st.SearchStrategy[str]:
    """Write a name as it is, with the marks of lists and footnotes, or nearly."""
    same = [
        label,
        label.upper(),
        f"1. {label}",
        f"- {label}",
        f"{label} (%)",
        f"{label} *",
        label.replace(" ", "\u00a0"),
    ]
    near = [f"{label} của xã", label.replace("Tỷ lệ", "Số"), label[:-1]]
    return st.sampled_from([*same, *same, *near])
