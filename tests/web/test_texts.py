"""The catalogue: every text in both languages, every text used, every placeholder filled."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from warehouse.extracts.registry import APPROVED, PREPARED, RECEIVED, REFUSED, SENT
from warehouse.settings import PROJECT
from web.boards import STATUSES, TASK_STATUSES
from web.errors import FAILED, NOT_ALLOWED, NOT_FOUND, NOT_PUBLISHED, UNAVAILABLE
from web.inbox import FLAG_STATES, SEVERITIES
from web.wording import Wording, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

TROUBLES = [trouble.name for trouble in (NOT_FOUND, NOT_ALLOWED, NOT_PUBLISHED, UNAVAILABLE, FAILED)]
FAMILIES = {
    "status_": STATUSES,
    "task_": TASK_STATUSES,
    "state_": ("not_started", "in_progress", "done", "not_applicable", "unknown"),
    "value_": ("missing", "not_applicable", "nil_return", "error"),
    "trend_": ("up", "down", "flat"),
    "flags_": FLAG_STATES,
    "severity_": SEVERITIES,
    "outstanding_": ("overdue", "awaited", "incomplete"),
    "extract_": (PREPARED, APPROVED, SENT, RECEIVED, REFUSED),
    "history_": ("prepared", "approved", "sent", "received"),
    "form_": ("on_time", "late", "missing", "not_due", "unknown"),
    "outcome_": ("accepted", "accepted_with_warnings", "rejected", "duplicate", "quarantined", "received"),
    "finding_": ("error", "warning", "info"),
    "nav_": ("board", "flags", "outstanding", "tasks"),
    **{f"{name}_": ("title", "text") for name in TROUBLES},
}
"""Texts that the pages name by a prefix and a code, with every code that there is."""


def named_texts() -> Iterator[str]:
    """Every text that a template or a module names in full."""
    for path in [*(PROJECT / "web" / "templates").glob("*.html"), *(PROJECT / "web").glob("*.py")]:
        content = path.read_text(encoding="utf-8")
        yield from re.findall(r"""\b(?:t|say)\(\s*["']([a-z_]+)["']\s*[,)]""", content)
        yield from re.findall(r"""["'](column_[a-z_]+)["']""", content)


def coded_texts() -> set[str]:
    return {prefix + code for prefix, codes in FAMILIES.items() for code in codes}


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_that_is_named_is_in_the_catalogue() -> None:
    assert {*named_texts(), *coded_texts()} - set(catalogue()) == set()


def test_every_text_of_the_catalogue_is_used() -> None:
    assert set(catalogue()) - {*named_texts(), *coded_texts()} == set()


def test_every_text_is_there_in_both_languages() -> None:
    half = [key for key, texts in catalogue().items() if {name for name, text in texts.items() if text} != {"vi", "en"}]
    assert half == []


def test_both_languages_tell_the_same_facts() -> None:
    different = [key for key, text in catalogue().items() if placeholders(text["vi"]) != placeholders(text["en"])]
    assert different == []


@pytest.mark.parametrize(
    ("comparator", "low", "high", "written"),
    [
        (">=", "80", None, "≥\u00a080%"),
        ("<", "0.5", None, "<\u00a00,5%"),
        ("=", "100", None, "100%"),
        ("between", "3", "4.5", "3 – 4,5%"),
    ],
)
def test_a_target_is_written_with_its_sign(comparator: str, low: str, high: str | None, written: str) -> None:
    upper = Decimal(high) if high else None
    assert Wording("vi").target(comparator, Decimal(low), upper, "%") == written


def test_a_target_without_a_figure_is_not_written_as_one() -> None:
    assert Wording("vi").target(None, None, None) is None


def test_a_unit_of_measure_does_not_part_from_its_figure() -> None:
    assert Wording("vi").figure(Decimal("1500.5000"), "mô hình") == "1500,5\u00a0mô hình"


@pytest.mark.parametrize(("probability", "written"), [("0", "0%"), ("0.125", "13%"), ("0.4", "40%"), ("1", "100%")])
def test_a_chance_is_rounded_half_up(probability: str, written: str) -> None:
    assert Wording("vi").chance(Decimal(probability)) == written


@pytest.mark.parametrize(("language", "written"), [("vi", "06:30 01/07/2026"), ("en", "06:30 2026-07-01")])
def test_an_instant_is_written_in_vietnam_s_time(language: str, written: str) -> None:
    words = Wording("en" if language == "en" else "vi")
    assert words.moment(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)) == written
