"""Run the suites on their frames; return verdicts per check and period, and the rows that fail."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.frames import KEYS
from expectations.rules import Rule, SuiteName, rules_of
from warehouse.errors import BuildFailed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

# Great Expectations reads its switch for usage reports when it is imported; nothing may leave this machine.
os.environ["GX_ANALYTICS_ENABLED"] = "False"


@dataclass(frozen=True)
class Verdict:
    """What one check said of one period: pass, fail or not_applicable (no row to judge)."""

    rule: Rule
    period: str
    outcome: str
    checked_count: int
    failing_count: int


@dataclass(frozen=True)
class Failure:
    """One row that fails one rule, with what was observed and what was expected, for people."""

    rule: Rule
    plan_key: str
    indicator_code: str | None
    unit_code: str | None
    period: str | None
    observed: str | None
    expected: str | None

    @property
    def flag_id(self) -> str:
        """Stable id: the same rule on the same cell is the same flag, however often it is judged."""
        parts = (self.rule.code, self.plan_key, self.indicator_code, self.unit_code, self.period)
        return "F" + hashlib.sha256("|".join(part or "" for part in parts).encode()).hexdigest()[:12]

    @property
    def explanation_vi(self) -> str:
        """The rule's sentence with this row's figures."""
        return self.rule.explanation_vi.format(observed=self.observed, expected=self.expected)


@dataclass(frozen=True)
class Judgement:
    """All verdicts and failures of a run of the suites."""

    verdicts: tuple[Verdict, ...]
    failures: tuple[Failure, ...]


def judge(frames: Mapping[SuiteName, pd.DataFrame], as_of: dt.date, run_at: dt.datetime, docs: Path) -> Judgement:
    """Validate every frame with its suite and write the Data Docs pages to `docs`."""
    context = _context(docs)
    verdicts: list[Verdict] = []
    failures: list[Failure] = []
    for suite, frame in frames.items():
        rules = rules_of(suite, as_of)
        failing = _failing_rows(context, suite, frame, rules, run_at)
        for rule in rules:
            failures += _failures(rule, frame.loc[failing[rule.code]])
            verdicts += _verdicts(rule, frame, failing[rule.code])
    context.build_data_docs()
    return Judgement(tuple(verdicts), tuple(failures))


def _context(docs: Path) -> EphemeralDataContext:
    """Open a context without files of its own, whose pages go to `docs`, made anew."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    shutil.rmtree(docs, ignore_errors=True)
    docs.mkdir(parents=True)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    context.add_data_docs_site(
        site_name="thuocdo",
        site_config={"class_name": "SiteBuilder", "site_index_builder": index, "store_backend": store},
    )
    return context


def _failing_rows(
    context: EphemeralDataContext, suite: str, frame: pd.DataFrame, rules: tuple[Rule, ...], run_at: dt.datetime
) -> dict[str, list[int]]:
    """Return per rule code the index labels of the rows that fail it."""
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

    from expectations.suites import build_suite

    bounded = frame.astype({rule.column: "float64" for rule in rules}).reset_index(names="row_no")
    batch = (
        context.data_sources.add_pandas(suite).add_dataframe_asset(suite).add_batch_definition_whole_dataframe("whole")
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=suite, data=batch, suite=context.suites.add(build_suite(suite, rules)))
    )
    checkpoint = gx.Checkpoint(
        name=suite,
        validation_definitions=[definition],
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["row_no"]},
    )
    result = context.checkpoints.add(checkpoint).run(
        batch_parameters={"dataframe": bounded}, run_id=RunIdentifier(run_name=suite, run_time=run_at)
    )
    failing: dict[str, list[int]] = {rule.code: [] for rule in rules}
    for validation in result.run_results.values():
        for outcome in validation.results:
            code = _rule_code(outcome)
            failing[code] = [int(row["row_no"]) for row in outcome.result.get("unexpected_index_list") or []]
    return failing


def _rule_code(outcome: ExpectationValidationResult) -> str:
    config = outcome.expectation_config
    if config is None or config.meta is None:
        raise BuildFailed("Great Expectations trả về kết quả không kèm mã quy tắc; không thể phán xét số liệu.")
    return str(config.meta["rule_code"])


def _failures(rule: Rule, rows: pd.DataFrame) -> list[Failure]:
    texts = rows[[*KEYS, f"{rule.column}_observed", f"{rule.column}_expected"]].astype(object)
    return [Failure(rule, *(_text(value) for value in row)) for row in texts.itertuples(index=False)]  # type: ignore[arg-type]


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _verdicts(rule: Rule, frame: pd.DataFrame, failing: list[int]) -> list[Verdict]:
    """Count per period; a period in which nothing could be judged is not_applicable."""
    judged = frame[rule.column].notna()
    failed = pd.Series(frame.index.isin(failing), index=frame.index)
    verdicts = []
    for period, rows in frame.groupby("period", sort=True).groups.items():
        checked, failing_count = int(judged.loc[rows].sum()), int(failed.loc[rows].sum())
        outcome = "not_applicable" if checked == 0 else "fail" if failing_count else "pass"
        verdicts.append(Verdict(rule, str(period), outcome, checked, failing_count))
    return verdicts
