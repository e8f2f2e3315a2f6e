"""One suite per frame; a suite is its rules turned into built-in expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import great_expectations as gx
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.metadata_types import FailureSeverity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from expectations.rules import Rule

GX_SEVERITY = {
    "block": FailureSeverity.CRITICAL,
    "warn": FailureSeverity.WARNING,
    "info": FailureSeverity.INFO,
}


def build_suite(name: str, rules: Iterable[Rule]) -> gx.ExpectationSuite:
    """Build the suite of a frame: one bounded column per rule, named by the rule's code."""
    return gx.ExpectationSuite(
        name=name,
        expectations=[
            ExpectColumnValuesToBeBetween(
                column=rule.column,
                min_value=rule.min,
                max_value=rule.max,
                severity=GX_SEVERITY[rule.severity],
                meta={"rule_code": rule.code, "label_vi": rule.label_vi, "source": rule.source},
            )
            for rule in rules
        ],
    )
