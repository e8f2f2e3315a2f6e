"""Formulas, counting rules and slips are data: each is whole, sourced, and names counts that exist."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
SEEDS = PROJECT / "seeds" / "reference"
MACRO = (PROJECT / "macros" / "dossier_counts.sql").read_text(encoding="utf-8")
COUNTS = set(re.findall(r'^        "(\w+)": "', MACRO, re.M)) | {"fee_procedure"}
TOTAL = re.compile(r"score|total_766|tong_diem|points_766|_points$", re.I)
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RATES, SLIPS = read("dossier_rate_rules"), read("claim_alternatives")
RULES = read("dossier_counting_rules")


def in_force(rows: list[Row], day: str) -> list[Row]:
    return [row for row in rows if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])]


@pytest.mark.parametrize("row", RATES + SLIPS, ids=lambda row: row.get("alternative_code") or row["rate"])
def test_a_formula_names_counts_that_the_models_make(row: Row) -> None:
    named = {row["numerator_count"], row["denominator_count"]} - {""}
    assert named <= COUNTS


@pytest.mark.parametrize("row", RATES, ids=lambda row: f"{row['rate']}-{row['valid_from']}")
def test_a_rate_tells_people_what_it_divides_and_on_what_it_rests(row: Row) -> None:
    assert row["name_vi"]
    assert row["numerator_vi"]
    assert bool(row["denominator_vi"]) == bool(row["denominator_count"])
    assert re.search(r"QĐ|NĐ|TT", row["legal_source"])


def test_fully_online_rests_on_the_new_decree_from_its_first_day() -> None:
    def basis(day: str) -> str:
        (rule,) = [row for row in in_force(RATES, day) if row["rate"] == "full_online"]
        return rule["legal_source"]

    assert basis("2026-06-30").startswith("NĐ 42/2022/NĐ-CP")
    assert basis("2026-07-01").startswith("NĐ 224/2026/NĐ-CP")


@pytest.mark.parametrize("day", ["2022-06-23", "2026-06-30", "2026-07-01", "2030-01-01"])
def test_on_any_day_every_rate_has_one_formula_and_dossiers_one_set_of_rules(day: str) -> None:
    rates = [row["rate"] for row in in_force(RATES, day)]
    assert sorted(rates) == sorted({row["rate"] for row in RATES})
    assert len(in_force(RULES, day)) == 1


def test_components_and_results_are_digitised_apart_from_whole_dossiers() -> None:
    formulas = {row["rate"]: (row["numerator_count"], row["denominator_count"]) for row in RATES}
    assert formulas["components_digitised"] == ("component", "received")
    assert formulas["results_digitised"] == ("result_done", "done")
    assert formulas["dossiers_digitised"] == ("digitised", "received")


def test_online_payment_divides_dossiers_by_dossiers() -> None:
    (payment,) = [row for row in RATES if row["rate"] == "online_payment"]
    assert (payment["numerator_count"], payment["denominator_count"]) == ("paid_online", "fee_bearing")


def test_nothing_divided_by_nothing_is_no_rate() -> None:
    assert {row["zero_denominator"] for row in RATES} == {"nil_return"}


@pytest.mark.parametrize("rate", sorted({row["rate"] for row in RATES}))
def test_no_slip_is_the_formula_itself(rate: str) -> None:
    formulas = {(row["numerator_count"], row["denominator_count"]) for row in RATES if row["rate"] == rate}
    assert [
        row["alternative_code"]
        for row in SLIPS
        if row["rate"] == rate and (row["numerator_count"], row["denominator_count"]) in formulas
    ] == []


def test_every_cause_but_the_unexplained_has_a_slip() -> None:
    causes = {row["cause"] for row in read("claim_causes")}
    assert {row["cause"] for row in SLIPS} == causes - {"unexplained"}


def test_slips_are_tried_in_an_order_of_their_own() -> None:
    orders = [row["sort_no"] for row in SLIPS]
    assert len(orders) == len(set(orders))


def test_the_limits_of_claims_stand_in_one_place() -> None:
    thresholds = {row["threshold_code"]: row["threshold_value"] for row in read("thresholds")}
    assert {code: thresholds[code] for code in ("claim_notice_pct", "claim_block_pct")} == {
        "claim_notice_pct": "5", "claim_block_pct": "10",
    }  # fmt: skip
    rules = yaml.safe_load((PROJECT.parent / "expectations" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    bounds = {rule["code"]: (rule["min"], rule["max"]) for rule in rules if rule["suite"] == "claims"}
    assert bounds == {"CLM-01": (0, 0), "CLM-02": (0, 0)}
    judged = (PROJECT / "models" / "judgement" / "jdg_claims.sql").read_text(encoding="utf-8")
    assert re.findall(r"\b(?:5|10)\b", judged) == []


def test_no_total_of_decision_766_is_published() -> None:
    """How 3.1, 3.2 and 3.3 share their 12 points is not known: component rates are published, never a total."""
    names = {row["rate"] for row in RATES} | {name for row in RATES for name in row}
    for path in (PROJECT / "models" / "marts").rglob("*.yml"):
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        names |= {column["name"] for model in content["models"] for column in model["columns"]}
    assert {name for name in names if TOTAL.search(name)} == set()


def test_days_of_the_seeds_are_days() -> None:
    rows = [*RATES, *SLIPS, *RULES, *read("dossier_codes"), *read("thresholds")]
    for row in rows:
        first = dt.date.fromisoformat(row["valid_from"])
        assert not row["valid_to"] or dt.date.fromisoformat(row["valid_to"]) >= first
