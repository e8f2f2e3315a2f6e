"""The plan files hold what the documents print: nothing invented, no percentage overlooked."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from plans.reading import PLANS_FOLDER, plan_files, read_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.records import Plan

FIGURE = re.compile(r"\d+(?:[.,]\d+)?\s*%")
PLANS = [pytest.param(read_plan(path), id=path.stem) for path in plan_files()]


def squeezed(text: str) -> str:
    """Drop layout: markup, page numbers on lines of their own, repeated white space."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"(?m)^\s*\d{1,2}\s*$", " ", text)
    text = re.sub(r"<[^>]+>|[*#_]+", "", text)
    return re.sub(r"\s+", " ", text)


def document(plan: Plan) -> str:
    return squeezed((PLANS_FOLDER / "sources" / plan.source_file).read_text(encoding="utf-8"))


def is_printed(text: str, source: str, fragments: int = 6, shortest: int = 8) -> bool:
    """Tell whether `text` stands in `source`, at most cut by table cells into `fragments`."""
    rest = squeezed(text).strip()
    for _ in range(fragments):
        if rest in source:
            return True
        length = next((n for n in range(len(rest) - 1, shortest - 1, -1) if rest[:n] in source), 0)
        if not length:
            return False
        rest = rest[length:].strip()
        if not rest:
            return True
    return False


def printed_texts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from [("title", plan.title), ("issued_text", plan.issued_text)]
    for unit in plan.units:
        yield from ((f"unit {unit.code}", name) for name in (unit.name, *unit.aliases))
    for indicator in plan.indicators:
        here = f"indicator {indicator.code}"
        yield from ((here, text) for text in (indicator.name, indicator.lead_text, indicator.measure) if text)
        yield from ((here, target.text) for target in indicator.targets)
    for task in plan.tasks:
        texts = (task.name, task.lead_text, task.coordinating_text, task.product, task.deadline.text)
        yield from ((f"task {task.code}", text) for text in texts if text)
    for rule in plan.reporting_rules:
        texts = (rule.reporter_text, rule.recipient, rule.deadline_text)
        yield from ((f"rule {rule.code}", text) for text in texts if text)
    yield from (("legal basis", basis.text) for basis in plan.legal_bases)
    yield from (("other figure", figure.text) for figure in plan.other_figures)
    yield from ((f"doubt {doubt.code}", doubt.printed) for doubt in plan.doubts if doubt.printed)


@pytest.mark.parametrize("plan", PLANS)
def test_every_text_kept_as_printed_stands_in_the_document(plan: Plan) -> None:
    source = document(plan)
    invented = [f"{where}: {text}" for where, text in printed_texts(plan) if not is_printed(text, source)]
    assert invented == []


@pytest.mark.parametrize("plan", PLANS)
def test_every_percentage_of_the_document_is_a_target_or_told_why_not(plan: Plan) -> None:
    rest = document(plan)
    kept = [text for where, text in printed_texts(plan) if where.split()[0] in {"indicator", "other"}]
    for text in sorted(map(squeezed, kept), key=len, reverse=True):
        if len(text) > 8 or FIGURE.search(text):
            rest = rest.replace(text.strip(), " ")
    overlooked = [rest[max(0, hit.start() - 60) : hit.end() + 30] for hit in FIGURE.finditer(rest)]
    assert overlooked == []


@pytest.mark.parametrize("plan", PLANS)
def test_every_printed_figure_of_a_target_is_the_value_read(plan: Plan) -> None:
    wrong = []
    for indicator in plan.indicators:
        for target in indicator.targets:
            figures = {re.sub(r"^0+(?=\d)", "", text) for text in re.findall(r"\d+(?:,\d+)?", target.text)}
            if target.value is not None and f"{target.value.normalize():f}".replace(".", ",") not in figures:
                wrong.append(f"{indicator.code}: {target.text!r} read as {target.value}")
    assert wrong == []
