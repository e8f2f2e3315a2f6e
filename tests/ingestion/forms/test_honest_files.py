"""The honest corpus: every file becomes what its entry says, every bad cell is named, no figure is misread.

`tests/fixtures/honest/expected.yml` says what is expected; `tests/fixtures/make_honest` makes the files.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ingestion.arrivals import outcome_of
from ingestion.cage import CageRefused, read_sheets
from ingestion.forms.reading.read import read_form
from ingestion.forms.records import ParsedForm, Sender
from ingestion.gate import inspect
from ingestion.normalise.numbers import format_figure
from tests.fixtures.make_honest.base import honest_plans

if TYPE_CHECKING:
    from ingestion.findings import Finding

CORPUS = Path(__file__).parents[2] / "fixtures" / "honest"
EXPECTED: dict[str, dict[str, Any]] = yaml.load(
    (CORPUS / "expected.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)


def read(path: Path, sender: str) -> tuple[ParsedForm | None, tuple[Finding, ...]]:
    """Take a file through gate, cage and reader, as intake does before it asks the ledger."""
    plan_key, _, unit_code = sender.partition("/")
    verdict = inspect(path, path.name)
    if verdict.kind is None or verdict.is_refused:
        return None, verdict.findings
    try:
        caged = read_sheets(path, verdict.kind)
    except CageRefused as refusal:
        return None, (*verdict.findings, refusal.finding)
    parsed = read_form(caged, honest_plans(), Sender(plan_key or None, unit_code or None))
    return parsed, (*verdict.findings, *parsed.findings)


def said(parsed: ParsedForm) -> dict[str, str]:
    """Return what a form says, as the manifest writes it."""
    figures = {
        row.indicator_code: row.value_text or (plain(row.value) if row.value is not None else row.value_status)
        for row in parsed.observations
    }
    for report in parsed.task_reports:
        done = f" {plain(report.percent_done)}" if report.percent_done is not None else ""
        state = "not_applicable" if report.value_status == "not_applicable" else report.state
        figures[report.task_code] = f"{state}{done}" if state else report.value_status
    return figures


def plain(value: Any) -> str:
    return format_figure(value).replace(".", "").replace(",", ".")


@pytest.mark.parametrize("name", EXPECTED)
def test_an_honest_file_becomes_what_is_expected_of_it(name: str) -> None:
    entry = EXPECTED[name]
    parsed, findings = read(CORPUS / name, entry["sender"])
    told = [f"{one.code}@{one.cell}" if one.cell else one.code for one in findings]
    assert (outcome_of(findings), sorted(told)) == (entry["outcome"], sorted(entry["codes"]))
    if entry["outcome"] != "rejected":
        assert parsed is not None
        assert parsed.identity is not None
        unread = {key for key, status in said(parsed).items() if status == "missing"} - set(entry["figures"])
        assert said(parsed) == entry["figures"] | dict.fromkeys(unread, "missing")
        assert parsed.identity.period == entry["period"]


def test_the_corpus_is_as_large_as_promised_and_mostly_accepted() -> None:
    files = {path.name for path in CORPUS.iterdir()} - {"expected.yml"}
    outcomes = Counter(entry["outcome"] for entry in EXPECTED.values())
    assert files == set(EXPECTED)
    assert len(files) >= 150
    assert outcomes["accepted"] + outcomes["accepted_with_warnings"] >= 60
    assert sum((CORPUS / name).stat().st_size for name in files) < 4 << 20
