"""The Vietnamese words of the printed table: periods, statuses, and why a figure is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.extracts.values import decimal_text

if TYPE_CHECKING:
    from decimal import Decimal

    from warehouse.extracts.source import ExtractRow

SYNTHETIC_BANNER = "SỐ LIỆU MINH HỌA, KHÔNG PHẢI SỐ LIỆU THẬT"
QUARTERS = {"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}
SPANS = {"H1": "6 tháng đầu năm", "H2": "6 tháng cuối năm", "M9": "9 tháng đầu năm"}
STATUSES = {
    "achieved": "Đạt mục tiêu",
    "on_track": "Đúng tiến độ",
    "at_risk": "Có nguy cơ chậm",
    "off_track": "Chậm tiến độ",
    "deteriorating": "Đang xấu đi",
    "no_data": "Chưa đủ số liệu",
    "not_measurable": "Không đo bằng số",
}
NO_FIGURE = {
    "missing": "Chưa có số liệu",
    "not_applicable": "Không áp dụng",
    "nil_return": "Không phát sinh",
    "error": "Lỗi số liệu",
    "reported": "Chưa có số liệu",
}
WITHHELD = "Tạm giữ"
RECORDS = "portal_record"
"""Source of a figure that the plan file hands over to the records."""


def period_shown(code: str) -> str:
    """Write a period code (design 4.4) as offices do: 'Tháng 6/2026', 'Quý II/2026', 'Năm 2026'."""
    year, _, part = code.partition("-")
    if not part:
        return f"Năm {year}"
    if part in QUARTERS:
        return f"Quý {QUARTERS[part]}/{year}"
    return f"{SPANS[part]} {year}" if part in SPANS else f"Tháng {int(part)}/{year}"


def figure_shown(figure: Decimal) -> str:
    """Write a figure with a decimal comma."""
    return decimal_text(figure).replace(".", ",")


def hole_reason(row: ExtractRow) -> str | None:
    """Say why a figure that should be there is not; None when nothing is missing.

    'Không áp dụng' and 'không phát sinh' are answers, not holes (design 2.8).
    """
    if row.is_withheld:
        return f"Tạm giữ do cảnh báo chặn: {row.withheld_reason}"
    if row.value_status == "error":
        return f"Giá trị nhận được bị lỗi, chưa dùng được{_received(row)}"
    if row.value_status == "missing" and row.figure_source == RECORDS:
        return "Chưa có số tính từ hồ sơ dịch vụ công của kỳ này"
    if row.value_status == "missing" and row.receipt_id:
        return f"Ô số liệu để trống trong biểu đã nhận{_received(row)}"
    if row.value_status == "missing":
        return f"Đơn vị {row.unit_code} chưa báo cáo số liệu" if row.unit_code else "Chưa có đơn vị nào báo cáo số liệu"
    return None


def _received(row: ExtractRow) -> str:
    return f" (phiếu {row.receipt_id})" if row.receipt_id else ""
