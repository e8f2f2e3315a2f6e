"""A suite is its rules as expectations, with bounds, severity and code."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.frames import JUDGED
from expectations.rules import all_rules

GX_NAMES = {"block": "critical", "warn": "warning", "info": "info"}


@pytest.mark.parametrize("name", JUDGED)
def test_a_suite_holds_every_rule_with_its_bounds_severity_and_code(name: str) -> None:
    from expectations.suites import build_suite

    rules = [rule for rule in all_rules() if rule.suite == name]
    suite: Any = build_suite(name, rules)
    assert suite.name == name
    assert [
        (made.column, made.min_value, made.max_value, made.severity.value, made.meta["rule_code"])
        for made in suite.expectations
    ] == [(rule.column, rule.min, rule.max, GX_NAMES[rule.severity], rule.code) for rule in rules]


def test_an_expectation_carries_what_people_read_of_its_rule() -> None:
    from expectations.suites import build_suite

    rule = all_rules()[0]
    suite: Any = build_suite("figures", [rule])
    (made,) = suite.expectations
    assert (made.meta["label_vi"], made.meta["source"]) == (rule.label_vi, rule.source)
