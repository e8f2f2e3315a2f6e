"""A small run of the fuzz target, and proof that its oracle sees what it is there to see (`make fuzz` runs 100,000)."""

from __future__ import annotations

import dataclasses
import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ingestion import decisions
from ingestion.arrivals import Decision
from ingestion.cage import Cage, CageRefused, coordinator
from ingestion.findings import finding
from ingestion.gate import GateVerdict, inspection
from tests.fixtures.filled_forms import plans
from tests.fuzz.campaign import CORPORA, Summary, all_seeds, examine_batch, run
from tests.fuzz.containers import BYTE_MUTATIONS, PART_MUTATIONS, parts_of, zip_of
from tests.fuzz.markup import TEXT_MUTATIONS, XML_MUTATIONS
from tests.fuzz.mutants import Mutant, Seed, mutant
from tests.fuzz.oracle import Oracle
from tests.ingestion.deciding import open_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES, SALT = 1500, 2026
MOST_GROWTH_MEBIBYTES = 64
LARGEST_CHILD_MEBIBYTES = 512


@pytest.fixture(scope="module")
def seeds() -> tuple[Seed, ...]:
    return all_seeds()


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    return Oracle(open_desk(tmp_path_factory.mktemp("desk"), plans()))


@pytest.fixture(scope="module")
def form(seeds: tuple[Seed, ...]) -> Seed:
    return next(seed for seed in seeds if seed.name == "vhxh.xlsx")


def complaint(oracle: Oracle, seed: Seed, content: bytes | None = None) -> str:
    return oracle.examine(Mutant(0, seed, seed.content if content is None else content)).complaint or ""


def test_mutated_files_end_in_a_named_outcome_quickly_and_harm_nobody(oracle: Oracle, seeds: tuple[Seed, ...]) -> None:
    summary = examine_batch(range(FILES), SALT, seeds, oracle)
    assert summary.complaints == []
    assert summary.files == FILES
    assert summary.largest_child_mebibytes <= LARGEST_CHILD_MEBIBYTES
    assert summary.parent_growth_mebibytes <= MOST_GROWTH_MEBIBYTES
    assert summary.outcomes["accepted"] > FILES // 50  # a fuzzer whose files all die at the door tests the door
    assert len(summary.codes) > 20


def test_a_mutant_is_known_by_its_number(seeds: tuple[Seed, ...]) -> None:
    assert [mutant(number, seeds, SALT).content for number in range(40)] == [
        mutant(number, seeds, SALT).content for number in range(40)
    ]
    assert len({mutant(number, seeds, SALT).content for number in range(40)}) > 35


@pytest.mark.parametrize("mutate", [*BYTE_MUTATIONS, *PART_MUTATIONS, *XML_MUTATIONS, *TEXT_MUTATIONS])
def test_every_mutation_changes_something(form: Seed, mutate: Callable[[Random, Any], Any]) -> None:
    parts = parts_of(form.content)
    whole: Any = (
        parts if mutate in PART_MUTATIONS else form.content if mutate in BYTE_MUTATIONS else parts[3][1].decode()
    )
    assert any(mutate(Random(number), whole) != whole for number in range(10))


@pytest.mark.parametrize(("error", "told"), [(RecursionError, "mistake of ours"), (MemoryError, "parent crash")])
def test_an_exception_of_ours_is_a_complaint(
    oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch, error: type[Exception], told: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("ingestion.reading.inspect", fails)
    assert told in complaint(oracle, form)


def test_a_hang_of_ours_is_a_complaint(oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> GateVerdict:
        until = time.thread_time() + 2.2
        while time.thread_time() < until:
            pass
        return GateVerdict(None, (finding("FMT-02"),))

    monkeypatch.setattr("ingestion.reading.inspect", slow)
    assert "hang" in complaint(oracle, form)


def test_a_child_that_was_given_too_much_memory_is_a_complaint(
    oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = coordinator.judge
    read = coordinator.Lane.read

    def greedy(*asked: Any) -> object:
        return dataclasses.replace(read(*asked), peak_kibibytes=600 << 10)

    monkeypatch.setattr(coordinator.Lane, "read", greedy)
    assert "child used" in complaint(oracle, form)
    assert coordinator.judge is judge


@pytest.mark.parametrize(
    ("outcome", "findings", "told"),
    [
        ("lost", (), "no named outcome"),
        ("rejected", (), "refused without a reason"),
        ("rejected", (dataclasses.replace(finding("FMT-02"), code="XXX-01"),), "uncatalogued"),
        ("accepted", (), "accepted without an identity"),
    ],
)
def test_an_outcome_without_name_reason_or_identity_is_a_complaint(
    oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch, outcome: str, findings: tuple[Any, ...], told: str
) -> None:
    desk = type(oracle.desk)
    monkeypatch.setattr(desk, "decide", lambda *_: Decision(None, outcome, findings))  # type: ignore[arg-type]
    assert told in complaint(oracle, form)


def test_a_percent_sign_that_is_only_printed_is_no_complaint(oracle: Oracle) -> None:
    path = CORPORA[0] / "figure-percent-sign-printed-only.xlsx"
    assert not complaint(oracle, Seed(path.name, path.read_bytes()))


def test_figures_that_get_lost_on_the_way_are_a_complaint(
    oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = decisions.read_form

    def forgetful(*asked: Any) -> Any:
        parsed = real(*asked)
        lost = tuple(dataclasses.replace(one, value=None) for one in parsed.observations)
        return dataclasses.replace(parsed, observations=lost)

    assert complaint(oracle, form) == ""
    monkeypatch.setattr(decisions, "read_form", forgetful)
    assert "other figures from the same parts" in complaint(oracle, form)


def test_figures_that_another_reader_does_not_see_are_a_complaint(
    oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Cage.read

    def doubled(*asked: Any) -> Any:
        caged = real(*asked)
        sheets = [
            dataclasses.replace(
                sheet, rows=tuple(tuple(93.5 if cell == 92.5 else cell for cell in row) for row in sheet.rows)
            )
            for sheet in caged.sheets
        ]
        return dataclasses.replace(caged, sheets=tuple(sheets))

    monkeypatch.setattr(Cage, "read", doubled)
    changed = zip_of(Random(1), [*parts_of(form.content), ("docProps/a.xml", b"<a/>")])
    assert "openpyxl sees 92.5" in complaint(oracle, form, changed)


def test_a_gate_that_lets_everything_through_leaves_the_cage_to_refuse(
    oracle: Oracle, seeds: tuple[Seed, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind(_path: Path, name: str) -> GateVerdict:
        return GateVerdict(inspection._KINDS.get(f".{name.rpartition('.')[2]}"))

    monkeypatch.setattr("ingestion.reading.inspect", blind)
    summary = examine_batch(range(200), SALT, seeds, oracle)
    assert [told for told in summary.complaints if "crash" in told["complaint"] or "hang" in told["complaint"]] == []


def test_a_stopped_campaign_goes_on_where_it_was(tmp_path: Path) -> None:
    first = run(4, SALT, tmp_path / "batches.jsonl")
    again = run(4, SALT, tmp_path / "batches.jsonl")
    assert (first.files, again.files, again.as_json()) == (4, 4, first.as_json())
    assert Summary.from_json(first.as_json()) == first


def test_a_refusal_of_the_cage_is_no_complaint(oracle: Oracle, form: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise CageRefused(finding("SEC-19"))

    monkeypatch.setattr(Cage, "read", refused)
    assert complaint(oracle, form) == ""
