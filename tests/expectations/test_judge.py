"""Every rule tells of a row outside its bounds and of no other; what was judged can be read, without keys."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from expectations.frames import JUDGED
from expectations.judge import Failure, Judgement, Verdict, judge
from expectations.rules import Rule, all_rules
from tests.expectations.frames_of_rules import (
    FAILING,
    HONEST,
    INDICATOR,
    PLAN,
    SILENT,
    empty_frame_of,
    frame_of,
    honest,
    planted,
    unit_of,
)
from tests.wording import assert_vietnamese

RUN_AT = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 6, 15)
every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


@dataclass(frozen=True)
class Judged:
    """One run of all suites, and the pages that it wrote."""

    judgement: Judgement
    docs: Path

    def verdict(self, rule: Rule, period: str) -> Verdict:
        (verdict,) = [v for v in self.judgement.verdicts if v.rule == rule and v.period == period]
        return verdict

    def failures(self, rule: Rule) -> list[Failure]:
        return [failure for failure in self.judgement.failures if failure.rule == rule]

    def pages(self) -> str:
        return "".join(page.read_text(encoding="utf-8") for page in self.docs.rglob("*.html"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Judge all suites once: Great Expectations takes seconds to start."""
    docs = tmp_path_factory.mktemp("judged") / "data_docs"
    return Judged(judge({suite: frame_of(suite) for suite in JUDGED}, AS_OF, RUN_AT, docs), docs)


@pytest.fixture(scope="module")
def judged_empty(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Judge suites without a row, over the pages of an earlier run."""
    docs = tmp_path_factory.mktemp("empty") / "data_docs"
    docs.mkdir()
    (docs / "left_behind.html").write_text("trang của lần chạy trước", encoding="utf-8")
    return Judged(judge({suite: empty_frame_of(suite) for suite in JUDGED}, AS_OF, RUN_AT, docs), docs)


def failure(**changes: str | None) -> Failure:
    cell: dict[str, str | None] = {
        "plan_key": "p", "indicator_code": "i", "unit_code": "u", "period": "2026-05", "observed": "104",
        "expected": "0 – 100",
    }  # fmt: skip
    return Failure(all_rules()[0], **(cell | changes))  # type: ignore[arg-type]


@every_rule
def test_a_rule_tells_of_the_rows_just_outside_its_bounds_and_of_no_other(judged: Judged, rule: Rule) -> None:
    told = {(found.unit_code, found.period) for found in judged.failures(rule)}
    assert told == {(unit_of(rule, no), FAILING) for no in range(len(planted(rule)))}
    assert told


@every_rule
def test_a_failure_says_which_cell_and_what_was_observed_and_expected(judged: Judged, rule: Rule) -> None:
    found = min(judged.failures(rule), key=lambda failure: str(failure.unit_code))
    assert (found.plan_key, found.indicator_code) == (PLAN, INDICATOR)
    assert (found.observed, found.expected) == ("thấy-0", "chờ-0")


@every_rule
def test_a_period_with_a_failing_row_fails_and_counts_its_rows(judged: Judged, rule: Rule) -> None:
    verdict = judged.verdict(rule, FAILING)
    checked = len(planted(rule)) + len(honest(rule))
    assert (verdict.outcome, verdict.failing_count, verdict.checked_count) == ("fail", len(planted(rule)), checked)


@every_rule
def test_a_period_of_honest_rows_passes(judged: Judged, rule: Rule) -> None:
    verdict = judged.verdict(rule, HONEST)
    assert (verdict.outcome, verdict.failing_count, verdict.checked_count) == ("pass", 0, len(honest(rule)))


@every_rule
def test_a_period_in_which_everything_is_null_is_not_applicable(judged: Judged, rule: Rule) -> None:
    verdict = judged.verdict(rule, SILENT)
    assert (verdict.outcome, verdict.failing_count, verdict.checked_count) == ("not_applicable", 0, 0)


def test_every_failing_cell_has_a_flag_id_of_its_own(judged: Judged) -> None:
    ids = [found.flag_id for found in judged.judgement.failures]
    assert len(ids) == len(set(ids)) == sum(len(planted(rule)) for rule in all_rules())


def test_the_pages_have_an_entrance(judged: Judged) -> None:
    assert (judged.docs / "index.html").is_file()


@pytest.mark.parametrize("suite", JUDGED)
def test_the_pages_hold_a_result_and_the_rules_of_every_suite(judged: Judged, suite: str) -> None:
    (page,) = (judged.docs / "validations" / suite).rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert [rule.column for rule in all_rules() if rule.suite == suite and rule.column not in text] == []


def test_the_pages_hold_the_figures_that_failed(judged: Judged) -> None:
    assert "20.0001" in judged.pages()


def test_the_pages_hold_no_key_of_a_row_and_no_text_of_it(judged: Judged) -> None:
    pages = judged.pages()
    assert [word for word in (PLAN, INDICATOR, "don-vi-", "thấy-", "chờ-") if word in pages] == []


def test_nothing_is_reported_to_the_makers_of_great_expectations(judged: Judged) -> None:
    assert os.environ["GX_ANALYTICS_ENABLED"] == "False"


def test_suites_without_a_row_are_judged_and_say_nothing(judged_empty: Judged) -> None:
    assert judged_empty.judgement == Judgement(verdicts=(), failures=())


def test_pages_are_made_anew_by_every_run(judged_empty: Judged) -> None:
    assert (judged_empty.docs / "index.html").is_file()
    assert not (judged_empty.docs / "left_behind.html").exists()


def test_a_day_before_the_first_rule_is_judged_by_none(tmp_path: Path) -> None:
    judgement = judge({"claims": frame_of("claims")}, dt.date(2025, 11, 30), RUN_AT, tmp_path / "docs")
    assert judgement == Judgement(verdicts=(), failures=())


def test_a_flag_id_never_changes_between_versions() -> None:
    # Waivers in offices' ledgers hang on it.
    assert failure().flag_id == "F20035bbcf1dc"


@pytest.mark.parametrize("changes", [{"observed": "105"}, {"expected": "0 – 50"}], ids=["observed", "expected"])
def test_a_flag_id_does_not_depend_on_what_was_seen(changes: dict[str, str]) -> None:
    assert failure(**changes).flag_id == failure().flag_id


@pytest.mark.parametrize("key", ["plan_key", "indicator_code", "unit_code", "period"])
def test_a_flag_id_depends_on_every_key_of_the_cell(key: str) -> None:
    assert failure(**{key: "khác"}).flag_id != failure().flag_id


def test_a_flag_id_depends_on_the_rule() -> None:
    other = Failure(all_rules()[1], "p", "i", "u", "2026-05", "104", "0 – 100")
    assert other.flag_id != failure().flag_id


@pytest.mark.parametrize("key", ["indicator_code", "unit_code", "period"])
def test_a_cell_without_a_key_has_a_flag_id_too(key: str) -> None:
    found = failure(**{key: None})
    assert found.flag_id.startswith("F")
    assert found.flag_id != failure().flag_id


@every_rule
def test_an_explanation_is_a_vietnamese_sentence_with_the_figures_of_the_row(rule: Rule) -> None:
    said = Failure(rule, "p", "i", "u", "2026-05", "1.234,5", "16/01/2026").explanation_vi
    assert_vietnamese(said)
    assert "1.234,5" in said or "16/01/2026" in said
    assert "{" not in said
