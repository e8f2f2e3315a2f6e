"""What is fixed about a form: its code and version, sheets, columns, choices and identity line.

Writer and reader share these names, so a form cannot be written in a way that the reader
does not look for. Columns are found again by their titles and rows by their hidden key, not
by position: a unit may insert rows or columns without harm.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

FORM_CODE = "nq57"
TEMPLATE_VERSION = "2"
"""Version in force; earlier ones are still read by their own titles (`titles.yml`)."""

INDICATOR_SHEET = "Báo cáo chỉ tiêu"
TASK_SHEET = "Nhiệm vụ"
GUIDE_SHEET = "Hướng dẫn"
IDENTITY_SHEET = "_thuocdo"

SAMPLE_BANNER = "SỐ LIỆU TỔNG HỢP – CHỈ ĐỂ MINH HỌA, KHÔNG PHẢI SỐ LIỆU THẬT"
NATURE_LABEL = "Loại số liệu:"
NATURE_NAME = "number_nature"
"""How the JSON form names it."""
IDENTITY_LABEL = "Mã biểu:"
FIGURES_TITLE = "Số liệu kỳ này"
NIL_MARK = "x"
SIGNATURE_TITLES = ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")
"""First line of the signature block; a table ends above it."""

NATURES = {"Ước thực hiện": "estimate", "Thực hiện": "actual"}
"""Choices of "Loại số liệu" and the `number_nature` that each means."""
YES_NO_CHOICES = ("Có", "Không", "Đang thực hiện")
"""Answers of a yes/no indicator."""
TEXT_CHOICES = ("Đạt", "Chưa đạt", "Đang thực hiện")
"""Answers of a qualitative indicator, as a person judges it."""
TASK_STATES = {
    "Chưa bắt đầu": "not_started",
    "Đang thực hiện": "in_progress",
    "Hoàn thành": "done",
    "Không áp dụng": "not_applicable",
}
"""Choices of a task's state and the `state` that each means."""


@dataclass(frozen=True)
class Column:
    """A column of a form: its name in code, its printed title, its width in characters."""

    key: str
    title: str
    width: float


INDICATOR_COLUMNS = (
    Column("number", "STT", 5),
    Column("label", "Chỉ tiêu", 50),
    Column("unit", "Đơn vị tính", 11),
    Column("target", "Mục tiêu gần nhất", 21),
    Column("previous", "Kỳ trước", 12),
    Column("numerator", "Tử số", 11),
    Column("denominator", "Mẫu số", 11),
    Column("value", "Kết quả", 15),
    Column("nil", "Không phát sinh", 9),
    Column("note", "Ghi chú", 26),
    Column("key", "Mã dòng", 12),
)
INDICATOR_INPUTS = ("numerator", "denominator", "value", "nil", "note")
FIGURE_COLUMNS = ("numerator", "denominator", "value")

TASK_COLUMNS = (
    Column("number", "STT", 5),
    Column("label", "Nhiệm vụ", 58),
    Column("deadline", "Thời hạn", 19),
    Column("product", "Sản phẩm", 26),
    Column("previous", "Kỳ trước", 14),
    Column("state", "Trạng thái", 16),
    Column("percent", "% hoàn thành", 11),
    Column("note", "Ghi chú/sản phẩm đạt được", 32),
    Column("key", "Mã dòng", 12),
)
ANSWER_COLUMNS = (*FIGURE_COLUMNS, "state", "percent")
"""Columns that answer what is asked; the others explain."""
TASK_INPUTS = ("state", "percent", "note")

IDENTITY = re.compile(
    r"(?<![A-Za-z0-9])(?P<form>[A-Za-z0-9]{1,20})-(?P<version>[0-9]+)\s*/\s*(?P<plan>[a-z0-9-]+)\s*/\s*(?P<unit>[a-z0-9._-]+)"
    r"\s*/\s*(?P<period>20[0-9]{2}(?:-[0-9QHM]+)?)\s*/\s*(?P<check>F[0-9a-f]{12})"
)


@dataclass(frozen=True)
class FormIdentity:
    """Which form this is: template, plan, unit, period."""

    plan_key: str
    unit_code: str
    period: str
    form_code: str = FORM_CODE
    template_version: str = TEMPLATE_VERSION

    @property
    def form_id(self) -> str:
        """Short id of the form; it is also the check code of the identity line."""
        parts = (self.form_code, self.template_version, self.plan_key, self.unit_code, self.period)
        return "F" + hashlib.sha256("/".join(parts).encode()).hexdigest()[:12]

    @property
    def line(self) -> str:
        """The identity as it is printed on the form, e.g. `nq57-1 / thien-tan-2026 / vhxh / 2026-06 / F0…`."""
        head = f"{self.form_code}-{self.template_version}"
        return " / ".join((head, self.plan_key, self.unit_code, self.period, self.form_id))


def read_identity(text: str) -> FormIdentity | None:
    """Find an identity line in a cell's text.

    Returns:
        The identity, or None where the text holds none or its check code does not fit (a
        line that someone retyped or patched together).
    """
    match = IDENTITY.search(text)
    if not match:
        return None
    identity = FormIdentity(match["plan"], match["unit"], match["period"], match["form"], match["version"])
    return identity if identity.form_id == match["check"] else None
