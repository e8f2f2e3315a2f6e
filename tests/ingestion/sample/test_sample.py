"""The sample's letters against its answer key: what was planted is what the intake answers."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ingestion.channels.drop_folder import collect_drop_folder
from ingestion.sample import Letter, deliver_due_letters, prepare_letters, read_letters
from ingestion.sample.faults import PLAUSIBLE, REFUSED
from ingestion.sample.letters import answer_key_path
from plans.reading import PLANS_FOLDER, read_plan
from plans.reporters import reporting_units
from warehouse.ledger import open_ledger
from warehouse.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from ingestion.intake import ReceiptResult
    from plans.records import Plan

PLAN_KEYS = ("thanh-thuy-2026", "dan-tien-2025", "khuc-thua-du-2025")
END = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
MONTHS = ("2026-01", "2026-02")


class Year:
    """Two months of three communes, prepared and lived through once for all tests of this file."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, is_sample=True, now=END)
        self.engine: sa.Engine = open_ledger(self.settings)
        self.plans: dict[str, Plan] = {key: read_plan(PLANS_FOLDER / f"{key}.yml") for key in PLAN_KEYS}
        self.letters: list[Letter] = []
        self.results: dict[str, ReceiptResult] = {}
        for month in MONTHS:
            self.letters += prepare_letters(self.settings, self.engine, self.plans, month)
            for day in (15, 19, 27):
                self.collect(dt.datetime.fromisoformat(f"{month}-{day}T10:00:00+00:00"))
        self.collect(END)  # February's deadline lies behind the Tết holidays: its late letters come in March

    def collect(self, moment: dt.datetime) -> None:
        deliver_due_letters(self.settings, moment)
        results = collect_drop_folder(self.settings, self.engine, self.plans, moment, settle_seconds=0)
        self.results |= {result.file.rsplit(".", 1)[0]: result for result in results}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    return Year(tmp_path_factory.mktemp("mau") / "state")


def test_every_unit_has_its_part_in_every_month(year: Year) -> None:
    for month in MONTHS:
        senders = {(letter.plan_key, letter.unit_code) for letter in year.letters if letter.period == month}
        assert senders == {(key, unit) for key, plan in year.plans.items() for unit in reporting_units(plan)}


def test_every_letter_becomes_what_the_answer_key_says(year: Year) -> None:
    sent = [letter for letter in year.letters if letter.path is not None]
    assert {letter.letter_id for letter in sent} == set(year.results)
    for letter in sent:
        result = year.results[letter.letter_id]
        found = {one.code for one in result.findings}
        is_late = {one.code for one in result.findings if one.severity == "warning"} == {"LATE-01"}
        outcome = "accepted" if is_late and letter.expected_outcome == "accepted" else result.outcome
        assert (letter.letter_id, outcome) == (letter.letter_id, letter.expected_outcome)
        assert set(letter.finding_codes) <= found


def test_a_missing_letter_is_in_the_key_and_nowhere_else(year: Year) -> None:
    missing = [letter for letter in year.letters if letter.kind == "missing"]
    assert len(missing) == len(MONTHS)
    assert {letter.letter_id for letter in missing}.isdisjoint(year.results)


def test_letters_of_all_kinds_are_sent(year: Year) -> None:
    kinds = Counter(letter.kind.split(":")[0] for letter in year.letters)
    assert set(kinds) == {"honest", "late", "missing", "correction", "fault", "resent"}
    assert kinds["honest"] > kinds["fault"]


def test_a_correction_is_the_second_revision(year: Year) -> None:
    corrections = [letter for letter in year.letters if letter.kind == "correction"]
    assert corrections
    assert {year.results[letter.letter_id].revision for letter in corrections} == {2}


def test_a_plausible_fault_names_the_rule_that_must_flag_it(year: Year) -> None:
    names = {f"fault:{fault.name}": fault for fault in PLAUSIBLE}
    planted = [letter for letter in year.letters if letter.kind in names]
    assert planted
    assert all(letter.flag_rules == names[letter.kind].flag_rules for letter in planted)


def test_preparing_again_changes_nothing(year: Year) -> None:
    before = answer_key_path(year.settings).read_bytes()
    again = prepare_letters(year.settings, year.engine, year.plans, MONTHS[0])
    assert again == [letter for letter in year.letters if letter.period == MONTHS[0]]
    assert answer_key_path(year.settings).read_bytes() == before


def test_a_letter_is_posted_once(year: Year) -> None:
    assert deliver_due_letters(year.settings, END) == 0


def test_the_answer_key_is_plain_json_without_machine_paths(year: Year) -> None:
    key = json.loads(answer_key_path(year.settings).read_text(encoding="utf-8"))
    assert set(key) == {"letters", "seed", "standing_faults"}
    assert all(not str(entry["path"]).startswith("/") for entry in key["letters"])
    assert read_letters(year.settings) == year.letters


def test_the_same_month_prepared_elsewhere_has_the_same_bytes(year: Year, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "state", is_sample=True, now=END)
    letters = prepare_letters(settings, open_ledger(settings), year.plans, MONTHS[0])
    first = [letter for letter in year.letters if letter.period == MONTHS[0]]
    assert [(letter.letter_id, letter.sha256) for letter in letters] == [
        (letter.letter_id, letter.sha256) for letter in first
    ]


def test_a_letter_before_its_time_stays_on_the_desk(tmp_path: Path, year: Year) -> None:
    settings = Settings(home=tmp_path / "state", is_sample=True, now=END)
    plans = {"dan-tien-2025": year.plans["dan-tien-2025"]}
    prepare_letters(settings, open_ledger(settings), plans, MONTHS[0])
    assert deliver_due_letters(settings, dt.datetime(2026, 1, 14, tzinfo=dt.UTC)) == 0
    assert deliver_due_letters(settings, dt.datetime(2026, 1, 31, tzinfo=dt.UTC)) > 0


def test_every_fault_has_its_own_name_and_a_consequence() -> None:
    faults = [*REFUSED, *PLAUSIBLE]
    assert len({fault.name for fault in faults}) == len(faults)
    assert all(fault.finding_codes or fault.flag_rules for fault in faults)
