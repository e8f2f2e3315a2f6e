"""Reporting periods as headings name them: with their year, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.forms.contents import period_shown
from ingestion.normalise.periods import mentioned_periods, without_periods
from plans.periods import period_of

CODES = st.builds(
    "{}-{}".format,
    st.integers(2020, 2040),
    st.sampled_from([*(f"{month:02d}" for month in range(1, 13)), "Q1", "Q2", "Q3", "Q4", "H1", "H2", "M9"]),
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("BÁO CÁO THÁNG 6 NĂM 2026", {"2026-06"}), ("Tháng 06/2026", {"2026-06"}), ("tháng 6-2026", {"2026-06"}),
        ("Tháng 6.2026", {"2026-06"}), ("Quý II/2026", {"2026-Q2"}), ("quý 2 năm 2026", {"2026-Q2"}),
        ("Q2/2026", {"2026-Q2"}), ("quý iv/2026", {"2026-Q4"}), ("6 tháng đầu năm 2026", {"2026-H1"}),
        ("Sáu tháng cuối năm 2026", {"2026-H2"}), ("9 tháng năm 2026", {"2026-M9"}), ("Năm 2026", {"2026"}),
        ("Kế hoạch năm 2026 - Tháng 6/2026", {"2026", "2026-06"}),
        ("Kỳ báo cáo: Tháng 6 năm 2026 (số liệu từ 15/05/2026 đến hết 14/06/2026)", {"2026-06"}),
        ("Tha\u0301ng 6\u00a0năm 2026", {"2026-06"}),
    ],
)  # fmt: skip
def test_a_period_with_its_year_is_found(text: str, codes: set[str]) -> None:
    mentions = mentioned_periods(text)
    assert (mentions.codes, mentions.is_unclear) == (codes, False)


@pytest.mark.parametrize(
    "text",
    [
        "Suối Mẫu, ngày 15 tháng 6 năm 2026", "ngày …… tháng …… năm 2026", "ngày 05/01/2026", "giai đoạn 2025-2026",
        "Nghị quyết 57-NQ/TW",
    ],
)  # fmt: skip
def test_a_day_is_no_period(text: str) -> None:
    assert mentioned_periods(text).codes == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "từ tháng 1 đến tháng 6/2026", "đến hết tháng 6/2026", "Tháng 5, tháng 6 năm 2026", "tháng 4-6/2026",
        "Tháng 6", "tháng 13/2026", "Quý I, II năm 2026", "6 tháng đầu năm", "Quý II",
    ],
)  # fmt: skip
def test_spans_lists_and_periods_without_a_year_are_unclear(text: str) -> None:
    assert mentioned_periods(text).is_unclear


@given(CODES)
def test_every_period_is_found_as_forms_print_it(code: str) -> None:
    shown = period_shown(period_of(code))
    assert mentioned_periods(f"BÁO CÁO KẾT QUẢ {shown.upper()}").codes == {code}
    assert without_periods(f"kết quả {shown}") == "kết quả  "


@given(st.text())
def test_any_text_is_searched_without_error(text: str) -> None:
    assert all(period_of(code).code == code for code in mentioned_periods(text).codes)
