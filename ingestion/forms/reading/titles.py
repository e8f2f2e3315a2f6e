"""The words by which tables, totals and feet of reports are recognised: `titles.yml` and the form's own titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, TypeAdapter

from ingestion.forms.layout import INDICATOR_COLUMNS, TASK_COLUMNS, TEMPLATE_VERSION
from ingestion.normalise.periods import without_periods
from ingestion.normalise.text import fold
from warehouse.errors import SettingsRefused
from warehouse.record_files import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.forms.layout import Column

TITLES_FILE = Path(__file__).with_name("titles.yml")
COLUMNS: Mapping[str, Sequence[Column]] = {"indicator": INDICATOR_COLUMNS, "task": TASK_COLUMNS}
"""The columns of each part of the form in force."""
LONGEST_TITLE = 60
"""A longer cell is no title; it is not even compared."""
EXACT, SIMILAR = 2, 1
_IN_BRACKETS = re.compile(r"\([^()]*\)")


class Words(BaseModel):
    """The content of `titles.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    other_titles: Mapping[str, Mapping[str, tuple[str, ...]]]
    old_versions: Mapping[str, Mapping[str, Mapping[str, str]]]
    table_end: tuple[str, ...]
    totals: tuple[str, ...]
    subtotals: tuple[str, ...]
    abbreviations: Mapping[str, str]
    people: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the words; raises SettingsRefused where the file breaks its schema."""
    return read_record(TITLES_FILE, TypeAdapter(Words), SettingsRefused, "tệp từ ngữ của biểu")


def known_versions() -> tuple[str, ...]:
    """Return every version of the form that can be read, the one in force first."""
    return (TEMPLATE_VERSION, *(version for version in words().old_versions if version != TEMPLATE_VERSION))


def printed_titles(part: str, version: str) -> Mapping[str, str]:
    """Return the titles that a version of the form prints, by column; those in force for an unknown version."""
    if version != TEMPLATE_VERSION and version in words().old_versions:
        return words().old_versions[version][part]
    return {column.key: column.title for column in COLUMNS[part]}


def people_column(raw: str) -> str | None:
    """Return what a column of people holds, by its title; None for every other title."""
    return _people_titles().get(fold(raw)) if len(raw) <= LONGEST_TITLE else None


def column_of(part: str, raw: str, version: str) -> tuple[str, int] | None:
    """Return which column of a part a title means, and how surely.

    `EXACT`: a title that the form itself prints. `SIMILAR`: one of `titles.yml`, or either of them
    followed by a unit in brackets or by the period ("Kết quả tháng 6/2026 (%)").
    """
    if len(raw) > LONGEST_TITLE:
        return None
    return _column_of(part, raw, version)


@lru_cache(maxsize=4096)
def _column_of(part: str, raw: str, version: str) -> tuple[str, int] | None:
    exact, similar = _title_keys(part, version)
    key = fold(raw)
    if key in exact:
        return exact[key], EXACT
    for candidate in (key, _bare(key)):
        if found := similar.get(candidate) or exact.get(candidate):
            return found, SIMILAR
    return None


def _bare(key: str) -> str:
    """Return a folded title without what stands in brackets and without a period."""
    return fold(without_periods(_IN_BRACKETS.sub(" ", key)))


@lru_cache(maxsize=16)
def _title_keys(part: str, version: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    # The names of the columns count as titles: so the JSON form has them (`ingestion.forms.writing.text_forms`).
    printed = printed_titles(part, version)
    exact = {fold(title): key for key, title in printed.items()} | {key: key for key in printed}
    others = words().other_titles[part]
    return exact, {fold(title): key for key, titles in others.items() for title in titles}


@lru_cache(maxsize=1)
def _people_titles() -> Mapping[str, str]:
    return {fold(title): told for told, titles in words().people.items() for title in titles}
