"""What people read about the models is complete: grain, labels, units, macros."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MARTS = sorted((PROJECT / "models" / "marts").rglob("*.sql"))
DIALECT = re.compile(r"\b(strftime|date_diff|make_date|string_agg|at time zone|qualify|list_\w+|struct_\w+)\b", re.I)
CLOCK = re.compile(r"\b(now\s*\(|current_date|current_timestamp|today\s*\(|random\s*\()", re.I)


def description(model: Path) -> dict[str, Any]:
    """Return the yml entry of a model, from the file beside it."""
    file = yaml.safe_load(model.with_suffix(".yml").read_text(encoding="utf-8"))
    (entry,) = file["models"]
    return dict(entry)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_every_model_has_a_yml_of_its_name_that_tells_its_grain(model: Path) -> None:
    entry = description(model)
    assert entry["name"] == model.stem
    assert "One row per" in entry["description"]


@pytest.mark.parametrize("mart", MARTS, ids=lambda path: path.stem)
def test_every_column_of_a_mart_has_a_vietnamese_label_and_a_unit(mart: Path) -> None:
    unlabelled = [
        column["name"]
        for column in description(mart)["columns"]
        if not (column["description"] and column["config"]["meta"]["label_vi"] and column["config"]["meta"]["unit"])
    ]
    assert unlabelled == []


@pytest.mark.parametrize("mart", MARTS, ids=lambda path: path.stem)
def test_every_mart_tells_and_tests_its_grain(mart: Path) -> None:
    entry = description(mart)
    assert entry["config"]["meta"]["grain_vi"]
    assert any("unique_combination" in test for test in entry["data_tests"])


@pytest.mark.parametrize("mart", MARTS, ids=lambda path: path.stem)
def test_every_mart_is_sorted_for_reading(mart: Path) -> None:
    assert re.search(r"\norder by [^()]+\n$", mart.read_text(encoding="utf-8"))


def test_no_model_looks_at_the_clock_or_throws_dice() -> None:
    looking = [path.name for path in MODELS if CLOCK.search(path.read_text(encoding="utf-8"))]
    assert looking == []


def test_functions_of_one_engine_stand_in_the_dialect_macros_only() -> None:
    shared = [path for path in MODELS if path.parent.name != "judgement"]
    shared += list((PROJECT / "macros").glob("*.sql"))
    bound = {path.name: DIALECT.findall(path.read_text(encoding="utf-8")) for path in shared}
    assert {name: found for name, found in bound.items() if found} == {}


def test_every_macro_is_described() -> None:
    names = set()
    for path in (PROJECT / "macros").rglob("*.sql"):
        names |= set(re.findall(r"{%-? macro (\w+)\(", path.read_text(encoding="utf-8")))
    entries = yaml.safe_load((PROJECT / "macros" / "_macros.yml").read_text(encoding="utf-8"))["macros"]
    assert {entry["name"] for entry in entries} == names


def test_every_rule_of_the_rates_names_its_source() -> None:
    seeds = (PROJECT / "seeds" / "reference").glob("*.csv")
    unsourced = [path.name for path in seeds if "source" not in path.read_text(encoding="utf-8").split("\n", 1)[0]]
    assert unsourced == []
