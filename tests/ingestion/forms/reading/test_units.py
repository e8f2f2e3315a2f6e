"""Units that a file states beside its figures."""

from __future__ import annotations

import pytest

from ingestion.cage import CagedFile, CagedSheet
from ingestion.forms.contents import IndicatorRow
from ingestion.forms.reading.locate import LocatedCell
from ingestion.forms.reading.units import unit_line, unit_problem
from plans.records import ValueKind


def problem(asked: str, stated: str) -> str | None:
    item = IndicatorRow("a", 1, "I", "Chỉ tiêu", asked, "", "", ValueKind.COUNT)
    found = unit_problem(item, LocatedCell("Trang", "C5", stated))
    return found.code if found else None


@pytest.mark.parametrize(
    ("asked", "stated"),
    [
        ("%", "phần trăm"), ("%", " % "), ("triệu đồng", "Tr.đ"), ("triệu đồng", "ĐVT: triệu đồng"),
        ("sáng kiến", "cái"), ("sáng kiến", ""), ("", "%"), ("hộ", "Hộ"),
    ],
)  # fmt: skip
def test_a_unit_of_the_same_scale_is_let_be(asked: str, stated: str) -> None:
    assert problem(asked, stated) is None


@pytest.mark.parametrize(
    ("asked", "stated"),
    [
        ("%", "hộ"),
        ("hộ", "%"),
        ("triệu đồng", "tỷ đồng"),
        ("triệu đồng", "đồng"),
        ("người", "nghìn người"),
        ("đồng", "hộ"),
    ],
)
def test_a_unit_of_another_scale_is_refused(asked: str, stated: str) -> None:
    assert problem(asked, stated) == "NUM-02"


@pytest.mark.parametrize(
    ("row", "address"),
    [
        (("Đơn vị tính: triệu đồng",), "A1"), (("ĐVT:", "tỷ đồng"), "B1"), (("Đơn vị tính:", None, "%"), "C1"),
        (("Đơn vị tính: như từng dòng",), None), (("Đơn vị tính",), None), (("Đơn vị tính:",), None),
    ],
)  # fmt: skip
def test_a_unit_for_the_whole_table_is_found(row: tuple[str | None, ...], address: str | None) -> None:
    cell = unit_line(CagedFile((CagedSheet("Trang", is_hidden=False, rows=(row,)),)))
    assert (cell.address if cell else None) == address
