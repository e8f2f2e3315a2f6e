"""The words by which tables are recognised: data that must not contradict itself."""

from __future__ import annotations

import pytest

from ingestion.forms.layout import TEMPLATE_VERSION
from ingestion.forms.reading.titles import COLUMNS, EXACT, SIMILAR, column_of, known_versions, printed_titles, words
from ingestion.normalise.text import fold


@pytest.mark.parametrize("part", COLUMNS)
@pytest.mark.parametrize("version", known_versions())
def test_no_other_title_is_a_title_of_another_column(part: str, version: str) -> None:
    printed = {fold(title): key for key, title in printed_titles(part, version).items()}
    others = [(fold(title), key) for key, titles in words().other_titles[part].items() for title in titles]
    assert len({title for title, _ in others}) == len(others)
    assert [title for title, key in others if printed.get(title, key) != key] == []


@pytest.mark.parametrize("part", COLUMNS)
def test_other_titles_belong_to_columns_of_the_form(part: str) -> None:
    assert set(words().other_titles[part]) <= {column.key for column in COLUMNS[part]}


def test_the_version_in_force_is_no_old_version() -> None:
    assert TEMPLATE_VERSION not in words().old_versions
    assert known_versions() == (TEMPLATE_VERSION, "1")


def test_version_1_had_no_last_period_beside_its_tasks() -> None:
    assert "previous" not in printed_titles("task", "1")
    assert printed_titles("task", TEMPLATE_VERSION)["previous"] == "Kỳ trước"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Kết quả", ("value", EXACT)), ("KẾT\nQUẢ", ("value", EXACT)), ("Kết quả đạt được", ("value", SIMILAR)),
        ("Kết quả (%)", ("value", SIMILAR)), ("Kết quả tháng 6/2026", ("value", SIMILAR)),
        ("Kết quả kỳ trước", ("previous", SIMILAR)), ("Luỹ kế", None), ("Đơn vị", None), ("Kết quả " * 20, None),
    ],
)  # fmt: skip
def test_a_title_means_a_column_or_nothing(title: str, found: tuple[str, int] | None) -> None:
    assert column_of("indicator", title, TEMPLATE_VERSION) == found
