"""The columns of the marts that the pages read, named once.

Named instead of reflected: reflection asks the catalogue some 0.1 s per table, and a page
must break in one place when a promised column is gone (a test holds them against dbt's yml).
"""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.duck import MARTS


def _mart(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns), schema=MARTS)


PLANS = _mart(
    "dim_plans", "plan_key", "commune_code", "province_code", "commune_name", "title", "document_number",
    "issued_on", "valid_from", "valid_to", "issuing_agency",
)  # fmt: skip
UNITS = _mart("dim_units", "plan_key", "unit_code", "unit_name", "is_reporting")
INDICATORS = _mart(
    "dim_indicators", "plan_key", "indicator_code", "sort_no", "canonical_code", "stt", "section", "name_vi",
    "measure_vi", "unit_of_measure", "direction", "reporter_unit",
)  # fmt: skip
TASKS = _mart(
    "dim_tasks", "plan_key", "task_code", "sort_no", "stt", "task_group", "name_vi", "lead_text", "product",
    "deadline_text",
)  # fmt: skip
INDICATOR_PROGRESS = _mart(
    "fct_indicator_progress", "plan_key", "indicator_code", "as_of_period", "unit_code", "value", "value_text",
    "value_period", "numerator", "denominator", "number_nature", "receipt_id", "trend", "baseline_value",
    "baseline_period", "next_target_year", "next_target_value", "next_target_value_upper", "next_target_text",
    "comparator", "due_on", "gap", "pace_ratio", "status", "probability_hit", "needed_per_period", "evidence",
)  # fmt: skip
TASK_PROGRESS = _mart(
    "fct_task_progress", "plan_key", "task_code", "as_of_period", "state", "percent_done", "due_on", "days_overdue",
    "status", "report_period", "product_note",
)  # fmt: skip
OBLIGATIONS = _mart(
    "fct_reporting_obligations", "plan_key", "unit_code", "form_code", "period", "due_on", "received_at", "status",
    "days_late", "cells_expected", "cells_filled",
)  # fmt: skip
FLAGS = _mart(
    "fct_quality_flags", "flag_id", "plan_key", "indicator_code", "unit_code", "period", "rule_code", "severity",
    "observed", "expected", "explanation_vi", "state", "opened_at", "closed_at", "waived_at", "waived_by",
    "waiver_reason",
)  # fmt: skip
EXTRACT_ROWS = _mart(
    "rpt_provincial_extract", "plan_key", "period", "indicator_code", "value_status", "is_withheld",
    "withheld_reason", "is_synthetic",
)  # fmt: skip

ALL_READ = (
    PLANS, UNITS, INDICATORS, TASKS, INDICATOR_PROGRESS, TASK_PROGRESS, OBLIGATIONS, FLAGS, EXTRACT_ROWS,
)  # fmt: skip
