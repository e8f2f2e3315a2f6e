"""What a package is made of: rows in the plan's order, flags that still stand, columns that the marts have."""

from __future__ import annotations

import pytest
import yaml

from tests.warehouse.extracts.office import PERIOD, PLAN, Office, flag, row, usual_rows
from warehouse.extracts.source import ExtractFlag, ExtractRow, PlanVersion, names_of, read_source
from warehouse.publish import snapshot_path
from warehouse.settings import PROJECT


@pytest.mark.parametrize(
    ("record", "mart"),
    [
        (ExtractRow, "extracts/rpt_provincial_extract"),
        (ExtractFlag, "quality/fct_quality_flags"),
        (PlanVersion, "plans/dim_plans"),
    ],
)
def test_every_column_that_a_package_needs_is_in_the_marts_contract(record: type, mart: str) -> None:
    content = yaml.safe_load((PROJECT / "dbt_project" / "models" / "marts" / f"{mart}.yml").read_text())
    (model,) = content["models"]
    assert set(names_of(record)) <= {column["name"] for column in model["columns"]}


def test_rows_come_in_the_order_of_the_plan(office: Office) -> None:
    office.publish(usual_rows()[::-1])
    rows = read_source(snapshot_path(office.settings), PLAN, PERIOD).rows
    assert [row.row_no for row in rows] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({"state": "open"}, True),
        ({"state": "waived"}, True),
        ({"state": "fixed"}, False),
        ({"period": "2026-05"}, False),
        ({"period": None}, True),
        ({"plan_key": "another-plan"}, False),
    ],
)
def test_a_flag_is_told_while_it_stands_on_a_period_of_the_rows(
    office: Office, changes: dict[str, str | None], is_told: bool
) -> None:
    office.publish(flags=[flag("F-7", **changes)])
    flags = read_source(snapshot_path(office.settings), PLAN, PERIOD).flags
    assert [known.flag_id for known in flags] == (["F-7"] if is_told else [])


def test_line_ends_become_one_kind_and_control_characters_go(office: Office) -> None:
    office.publish([row(1, value_text="một\r\nhai\rba\x0b\x07\tbốn")])
    (found,) = read_source(snapshot_path(office.settings), PLAN, PERIOD).rows
    assert found.value_text == "một\nhai\nba\tbốn"
