"""The plausibility rules of `expectations/rules.yml`, as frozen records."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

RULES_FILE = Path(__file__).parent / "rules.yml"
SuiteName = Literal["figures", "submissions", "obligations", "claims", "dossiers"]
Severity = Literal["block", "warn", "info"]


class Rule(BaseModel):
    """One plausibility rule: a column of its suite's frame must stay between two bounds.

    A row whose column is null is not judged by the rule (`not_applicable`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    suite: SuiteName
    column: str
    min: float | None
    max: float | None
    severity: Severity
    label_vi: str
    explanation_vi: str
    source: str
    valid_from: dt.date
    valid_to: dt.date | None = None


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Read every rule, in the file's order."""
    content = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))
    return tuple(Rule.model_validate(entry) for entry in content["rules"])


def rules_of(suite: str, as_of: dt.date) -> tuple[Rule, ...]:
    """Return the rules of a suite that hold on a day."""
    return tuple(
        rule
        for rule in all_rules()
        if rule.suite == suite and rule.valid_from <= as_of and (rule.valid_to is None or as_of <= rule.valid_to)
    )
