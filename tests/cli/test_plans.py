"""`thuocdo plans`: the real plans pass, a broken one is told by file and field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from plans.reading import PLANS_FOLDER
from tests.cli.conftest import assert_refused
from tests.ingestion.office import PLAN, PLAN_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

FIVE = ["dan-tien-2025", "khuc-thua-du-2025", "thang-binh-2025", "thanh-thuy-2026", "thien-tan-2026"]


def broken(folder: Path, **changes: object) -> str:
    path = folder / f"{PLAN_KEY}.yml"
    path.write_text(yaml.safe_dump(PLAN | changes, allow_unicode=True), encoding="utf-8")
    return str(path)


def test_the_five_plans_are_valid(thuocdo: Command) -> None:
    told = thuocdo("plans", "check", plans_folder=str(PLANS_FOLDER))
    assert told.exit_code == 0
    assert all(key in told.out for key in FIVE)


def test_a_plan_is_counted_for_programs(thuocdo: Command) -> None:
    (row,) = thuocdo("plans", "check", "--json").content
    assert row == {
        "plan_key": PLAN_KEY, "units": 3, "indicators": 9, "targets": 9, "tasks": 2, "reporting_rules": 0, "doubts": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"commune_code": "123"}, "commune_code"),
        ({"valid_from": "hôm nào"}, "valid_from"),
        ({"unknown": "x"}, "unknown"),
        ({"units": [{"code": "vhxh"}]}, "units.0.name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_plan_is_told_by_file_and_field(
    thuocdo: Command, tmp_path: Path, changes: dict[str, object], field: str
) -> None:
    told = thuocdo("plans", "check", broken(tmp_path, **changes))
    assert_refused(told, 3, "PLAN-01")
    assert f"{PLAN_KEY}.yml" in told.err
    assert f"{field}: " in told.err


@pytest.mark.parametrize(
    "text", ["units: [", "a: 1\na: 2", "- 1", "\x00", "‎"], ids=["open", "twice", "list", "nul", "mark"]
)
def test_a_file_that_is_no_plan_is_told_by_its_name(thuocdo: Command, tmp_path: Path, text: str) -> None:
    path = tmp_path / f"{PLAN_KEY}.yml"
    path.write_text(text, encoding="utf-8")
    told = thuocdo("plans", "check", str(path))
    assert (told.exit_code, told.err.count("\n")) == (3, 1)
    assert path.name in told.err


def test_one_broken_plan_stops_every_command_that_reads_plans(thuocdo: Command, tmp_path: Path) -> None:
    broken(tmp_path, commune_code="123")
    assert_refused(thuocdo("receipts", "--plan", PLAN_KEY, plans_folder=str(tmp_path)), 3, "PLAN-01")


def test_a_canonical_code_that_the_catalogue_does_not_hold_is_refused(thuocdo: Command, tmp_path: Path) -> None:
    indicators = [{**indicator, "canonical_code": "khong_co"} for indicator in PLAN["indicators"][:1]]
    told = thuocdo("plans", "check", broken(tmp_path, indicators=indicators))
    assert_refused(told, 3, "PLAN-01")
    assert "'khong_co'" in told.err


def test_a_figure_cannot_be_taken_from_dossiers_that_do_not_measure_it(thuocdo: Command, tmp_path: Path) -> None:
    indicators = [{**indicator, "figure_of_record": "records"} for indicator in PLAN["indicators"][:1]]
    told = thuocdo("plans", "check", broken(tmp_path, indicators=indicators))
    assert_refused(told, 3, "PLAN-01")
    assert f"{PLAN_KEY}: indicators[{PLAN['indicators'][0]['code']}].figure_of_record" in told.err


def test_the_schema_is_written_where_it_was_asked_for(thuocdo: Command, tmp_path: Path) -> None:
    out = tmp_path / "plan.schema.json"
    assert thuocdo("plans", "schema", "--out", str(out), "--json").content == {"file": str(out)}
    assert out.read_text(encoding="utf-8") == (PLANS_FOLDER / "plan.schema.json").read_text(encoding="utf-8")
