"""Rules are data: each is whole, has its column in the model of its suite, and a unit test in which it fires."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pydantic import ValidationError

from expectations import rules
from expectations.frames import JUDGED, TOLD
from expectations.rules import Rule, all_rules, rules_of
from tests.wording import assert_vietnamese
from warehouse.dbt import DBT_PROJECT

if TYPE_CHECKING:
    from pathlib import Path

MODELS = DBT_PROJECT / "models" / "judgement"
every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
RULE: dict[str, Any] = {
    "code": "THU-01", "suite": "figures", "column": "range_excess", "min": 0, "max": 0, "severity": "block",
    "label_vi": "Thử", "explanation_vi": "Thử {observed}", "source": "thử", "valid_from": dt.date(2026, 1, 1),
    "valid_to": dt.date(2026, 3, 31),
}  # fmt: skip


@pytest.fixture
def rule_of_a_quarter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rule:
    """Put a file of one rule, of the first quarter of 2026, in place of the real one."""
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"rules": [RULE]}, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(rules, "all_rules", all_rules.__wrapped__)
    monkeypatch.setattr(rules, "RULES_FILE", file)
    return Rule.model_validate(RULE)


def unit_test_values(rule: Rule) -> list[float | None]:
    """Return what the unit tests of the rule's model expect of its column."""
    content = yaml.safe_load((MODELS / f"{JUDGED[rule.suite]}.yml").read_text(encoding="utf-8"))
    rows = [row for test in content["unit_tests"] for row in test["expect"]["rows"]]
    return [row[rule.column] for row in rows if rule.column in row]


def fires(rule: Rule, value: float | None) -> bool:
    return value is not None and not (
        (rule.min is None or value >= rule.min) and (rule.max is None or value <= rule.max)
    )


def test_no_two_rules_share_a_code() -> None:
    codes = [rule.code for rule in all_rules()]
    assert len(codes) == len(set(codes))


def test_no_two_rules_of_a_suite_share_a_column() -> None:
    columns = [(rule.suite, rule.column) for rule in all_rules()]
    assert len(columns) == len(set(columns))


def test_every_suite_has_rules() -> None:
    assert {rule.suite for rule in all_rules()} == set(JUDGED)


@every_rule
def test_a_rule_has_a_bound_that_something_can_break(rule: Rule) -> None:
    assert rule.min is not None or rule.max is not None
    assert rule.min is None or rule.max is None or rule.min <= rule.max


@every_rule
def test_a_rule_tells_people_what_it_is_and_where_its_limit_comes_from(rule: Rule) -> None:
    assert_vietnamese(rule.label_vi)
    assert rule.source.strip()


@every_rule
def test_the_column_of_a_rule_stands_in_the_model_of_its_suite(rule: Rule) -> None:
    sql = (MODELS / f"{JUDGED[rule.suite]}.sql").read_text(encoding="utf-8")
    names = [rule.column, *(f"{rule.column}_{told}" for told in TOLD)]
    assert [name for name in names if not re.search(rf"\b{name},?\n", sql)] == []


@every_rule
def test_a_rule_has_a_unit_test_of_its_model_in_which_it_fires(rule: Rule) -> None:
    assert any(fires(rule, value) for value in unit_test_values(rule))


@every_rule
def test_a_rule_has_a_unit_test_of_its_model_in_which_it_is_silent(rule: Rule) -> None:
    assert any(not fires(rule, value) for value in unit_test_values(rule))


@pytest.mark.parametrize("day", [dt.date(2026, 1, 1), dt.date(2026, 2, 14), dt.date(2026, 3, 31)])
def test_a_rule_holds_from_its_first_day_to_its_last(rule_of_a_quarter: Rule, day: dt.date) -> None:
    assert rules_of("figures", day) == (rule_of_a_quarter,)


@pytest.mark.parametrize("day", [dt.date(2025, 12, 31), dt.date(2026, 4, 1)])
def test_a_rule_does_not_hold_outside_its_days(rule_of_a_quarter: Rule, day: dt.date) -> None:
    assert rules_of("figures", day) == ()


def test_a_rule_is_of_its_own_suite_only(rule_of_a_quarter: Rule) -> None:
    assert rules_of("claims", dt.date(2026, 2, 14)) == ()


def test_a_rule_without_a_last_day_holds_on() -> None:
    assert rules_of("claims", dt.date(2045, 1, 1)) == tuple(rule for rule in all_rules() if rule.suite == "claims")


@pytest.mark.parametrize(
    "wrong", [{"suite": "khác"}, {"severity": "error"}, {"max": "nhiều"}, {"thêm": 1}, {"valid_from": None}]
)
def test_a_rule_that_is_not_one_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(RULE | wrong)


def test_a_rule_cannot_be_changed_once_read() -> None:
    rule: Any = all_rules()[0]
    with pytest.raises(ValidationError):
        rule.max = 5
