"""The words: who, which period, until when, how late, which cells, how to hand in; both languages tell the same."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from ingestion.chasing.outstanding import OutstandingCell
from ingestion.chasing.texts import LISTED_CELLS, catalogue, word
from ingestion.forms.layout import SAMPLE_BANNER

if TYPE_CHECKING:
    from ingestion.chasing.due import Reminder
    from tests.ingestion.chasing.conftest import Chase
    from tests.ingestion.office import Office


@pytest.fixture
def reminder(commune: Office, chase: Chase) -> Reminder:
    commune.issue("tram-y-te")
    (due,) = chase.due("2026-06-19")
    return due


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", catalogue())
def test_both_languages_tell_the_same_facts(key: str) -> None:
    assert placeholders(catalogue()[key].vi) == placeholders(catalogue()[key].en)


def test_a_message_names_unit_period_due_day_lateness_and_form(reminder: Reminder) -> None:
    message = word(reminder)
    for said in (
        "Trạm Y tế",
        "tháng 6 năm 2026",
        "16/06/2026",
        "quá hạn 3 ngày làm việc",
        reminder.form_id,
        "xã Suối Mẫu",
    ):
        assert said in message.body
    assert "Trạm Y tế" in message.subject


def test_a_message_names_everybody_who_gets_it(reminder: Reminder) -> None:
    first = word(reminder).body.splitlines()[0]
    assert first == (
        "Kính gửi: Trạm Y tế; Phòng Văn hóa - Xã hội (đơn vị đầu mối); Phó Chủ tịch UBND xã Suối Mẫu; "
        "cơ quan theo dõi cấp tỉnh."
    )


def test_the_office_is_named_once_where_it_is_the_unit(commune: Office, chase: Chase) -> None:
    commune.issue()
    (due,) = chase.due("2026-06-15")
    assert word(due).body.splitlines()[0] == "Kính gửi: Phòng Văn hóa - Xã hội."


def test_a_message_says_how_to_hand_in(reminder: Reminder) -> None:
    assert "Cách nộp" in word(reminder).body
    assert "suoi-mau-2026/tram-y-te" in word(reminder).body


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-06-09", "còn 5 ngày làm việc"),
        ("2026-06-15", "còn 1 ngày làm việc"),
        ("2026-06-16", "hạn là hôm nay"),
        ("2026-06-17", "đã quá hạn 1 ngày làm việc"),
    ],
)
def test_the_day_is_told_in_working_days(commune: Office, chase: Chase, day: str, said: str) -> None:
    commune.issue()
    (due,) = chase.due(day)
    assert said in word(due).subject


def test_only_the_first_twenty_cells_are_listed_and_the_rest_counted(reminder: Reminder) -> None:
    many = tuple(OutstandingCell(f"c{n}", "Báo cáo chỉ tiêu", n, f"Chỉ tiêu số {n:02d}") for n in range(1, 34))
    body = word(replace(reminder, cells=many)).body
    assert len(re.findall(r"Chỉ tiêu số \d\d", body)) == LISTED_CELLS
    assert "và 13 ô nữa (tổng cộng 33 ô)" in body


def test_exactly_twenty_cells_need_no_count_of_the_rest(reminder: Reminder) -> None:
    many = tuple(OutstandingCell(f"c{n}", "Nhiệm vụ", n, f"Việc {n}") for n in range(1, LISTED_CELLS + 1))
    assert "ô nữa" not in word(replace(reminder, cells=many)).body


def test_blank_cells_are_listed_with_sheet_and_address(reminder: Reminder) -> None:
    blank = OutstandingCell("ct-02", "Báo cáo chỉ tiêu", 2, "Tỷ lệ chữ ký số", "H12")
    body = word(replace(reminder, cells=(blank,), is_partial=True)).body
    assert "Trang “Báo cáo chỉ tiêu”:\n  2. Tỷ lệ chữ ký số (ô H12)" in body
    assert "còn để trống 1 ô" in body


def test_a_name_with_braces_or_line_breaks_cannot_bend_the_message(reminder: Reminder) -> None:
    message = word(replace(reminder, unit_name="Trạm {period}\nBcc: ai-do@example.vn"))
    assert "\n" not in message.subject
    assert "{period}" in message.subject


def test_synthetic_figures_are_told_as_such(reminder: Reminder) -> None:
    message = word(reminder, is_sample=True)
    assert SAMPLE_BANNER in message.subject
    assert message.body.startswith(SAMPLE_BANNER)


def test_the_same_reminder_has_the_same_id_and_content(reminder: Reminder) -> None:
    assert (word(reminder).message_id, word(reminder).sha256) == (word(reminder).message_id, word(reminder).sha256)
    other = replace(reminder, step="T-1")
    assert word(other).message_id != word(reminder).message_id
