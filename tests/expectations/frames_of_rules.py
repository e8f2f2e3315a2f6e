"""Frames built from the rules themselves: rows that a rule must tell of, and rows that it must leave alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.frames import KEYS, TOLD
from expectations.rules import Rule, all_rules

if TYPE_CHECKING:
    from expectations.rules import SuiteName

FAILING, HONEST, SILENT = "2026-04", "2026-05", "2026-06"
"""Period with planted rows beside honest ones, period with honest rows only, period with nothing to judge."""
PLAN = "ke-hoach-khong-duoc-lo"
INDICATOR = "chi-tieu-khong-duoc-lo"
STEP = Decimal("0.0001")
"""The smallest step of a figure that is kept (DECIMAL(18, 4))."""


def planted(rule: Rule) -> list[Decimal]:
    """Return values just outside each bound of a rule."""
    above = [] if rule.max is None else [bound(rule.max) + STEP]
    return above + ([] if rule.min is None else [bound(rule.min) - STEP])


def honest(rule: Rule) -> list[Decimal]:
    """Return the values at each bound of a rule, and one far off on the side that it leaves open."""
    upper = Decimal(10_000) if rule.max is None else bound(rule.max)
    lower = Decimal(-10_000) if rule.min is None else bound(rule.min)
    return [lower, upper]


def bound(limit: float) -> Decimal:
    return Decimal(str(limit))


def unit_of(rule: Rule, no: int) -> str:
    return f"don-vi-{rule.column}-{no}".replace("_", "-")


def frame_of(suite: SuiteName) -> pd.DataFrame:
    """Make the frame of a suite, typed as the warehouse gives it: decimals and nulls in columns of objects."""
    rules = [rule for rule in all_rules() if rule.suite == suite]
    rows: list[dict[str, Any]] = []
    for rule in rules:
        rows += [_row(rule, FAILING, no, value) for no, value in enumerate(planted(rule) + honest(rule))]
        rows += [_row(rule, HONEST, no, value) for no, value in enumerate(honest(rule))]
    rows.append({"plan_key": PLAN, "period": SILENT})
    return pd.DataFrame(rows, columns=columns_of(rules), dtype=object)


def empty_frame_of(suite: SuiteName) -> pd.DataFrame:
    """Make the frame of a suite of which nothing has been handed in yet."""
    return pd.DataFrame([], columns=columns_of([rule for rule in all_rules() if rule.suite == suite]))


def columns_of(rules: list[Rule]) -> list[str]:
    return [*KEYS, *(name for rule in rules for name in (rule.column, *(f"{rule.column}_{told}" for told in TOLD)))]


def _row(rule: Rule, period: str, no: int, value: Decimal) -> dict[str, Any]:
    return {
        "plan_key": PLAN,
        "indicator_code": INDICATOR,
        "unit_code": unit_of(rule, no),
        "period": period,
        rule.column: value,
        f"{rule.column}_observed": f"thấy-{no}",
        f"{rule.column}_expected": f"chờ-{no}",
    }
