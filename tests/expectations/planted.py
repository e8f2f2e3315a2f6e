"""Frames as the judgement models give them: an honest row, and for every rule a row that breaks only that one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.frames import JUDGED, KEYS
from expectations.rules import all_rules, rules_of

if TYPE_CHECKING:
    from expectations.rules import Rule, SuiteName

AS_OF = dt.date(2026, 6, 15)
RUN_AT = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
PLAN = "p"


def frame_of(suite: SuiteName, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a frame with every column of a suite; what a row does not name is not judged."""
    rules = rules_of(suite, AS_OF)
    told = [name for rule in rules for name in (rule.column, f"{rule.column}_observed", f"{rule.column}_expected")]
    columns = [*KEYS, *told]
    return pd.DataFrame([dict.fromkeys(columns) | row for row in rows], columns=columns)


def row_of(name: str, period: str = "2026-06", **values: Any) -> dict[str, Any]:
    """Return a row whose unit is called by a name, so that a failure can be traced to it."""
    return {"plan_key": PLAN, "indicator_code": "ct-01", "unit_code": name, "period": period, **values}


def within(rule: Rule) -> float:
    """Return the last value that a rule lets pass."""
    return float(rule.max if rule.max is not None else rule.min or 0)


def beyond(rule: Rule) -> list[float]:
    """Return values that a rule must not let pass: just above its bound, and just below."""
    above = [] if rule.max is None else [rule.max + 0.01]
    below = [] if rule.min is None else [rule.min - 0.01]
    return above + below


def planted_frames() -> dict[SuiteName, pd.DataFrame]:
    """Return for each suite an honest row at every bound, an unjudged one, and the planted ones."""
    frames: dict[SuiteName, pd.DataFrame] = {}
    for suite in JUDGED:
        rules = rules_of(suite, AS_OF)
        rows = [row_of("honest", **{rule.column: within(rule) for rule in rules}), row_of("unjudged")]
        for rule in rules:
            told = {f"{rule.column}_observed": "96", f"{rule.column}_expected": "90"}
            rows += [row_of(rule.code, **{rule.column: value}, **told) for value in beyond(rule)]
        frames[suite] = frame_of(suite, rows)
    return frames


def empty_frames() -> dict[SuiteName, pd.DataFrame]:
    """Return the frames of an office to which nobody has handed in anything."""
    return {suite: frame_of(suite, []) for suite in JUDGED}


CODES = [rule.code for rule in all_rules()]
