"""The catalogue of findings and the sentences made from it."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from ingestion.findings import CatalogueEntry, FindingRefused, catalogue, finding

TESTS = Path(__file__).parents[1]
ENTRIES = list(catalogue().values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_every_code_has_a_test_that_names_it(entry: CatalogueEntry) -> None:
    others = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    assert any(f'"{entry.code}"' in path.read_text(encoding="utf-8") for path in others)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_every_code_is_told_in_both_languages_with_an_example(entry: CatalogueEntry) -> None:
    assert entry.vi.strip()
    assert entry.en.strip()
    assert entry.example.strip()
    assert not entry.vi.isascii()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_every_sentence_can_be_made_without_any_fact(entry: CatalogueEntry) -> None:
    made = finding(entry.code)
    assert made.severity == entry.severity
    assert "{" not in made.message


def test_a_finding_tells_cell_sheet_what_was_found_and_what_was_expected() -> None:
    made = finding("NUM-02", sheet="Báo cáo", cell="H9", found="12 %", expected="số nguyên")
    assert made.message == (
        "Ô H9 (trang “Báo cáo”): “12 %” không hợp với đơn vị của chỉ tiêu (số nguyên). Hãy ghi lại đúng đơn vị."
    )


def test_what_the_sender_wrote_cannot_act_in_a_sentence() -> None:
    made = finding("NUM-05", cell="A1", found="x\u202e\0{0}" + "y" * 500)
    assert made.found is not None
    assert made.found.startswith("x\\u202e\\u0000{0}yyy")
    assert len(made.found) == 200
    assert made.found in made.message


def test_an_uncatalogued_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        finding("XXX-99")


def test_a_refusal_carries_its_finding_and_its_sentence() -> None:
    refused = FindingRefused(finding("ARR-03"))
    assert refused.finding.code == "ARR-03"
    assert str(refused) == refused.finding.message
    assert refused.exit_code == 3


def test_placeholders_are_plain_names() -> None:
    names = {name for entry in ENTRIES for _, name, _, _ in string.Formatter().parse(entry.vi + entry.en) if name}
    assert all(name.isidentifier() for name in names)
