"""Recognising the fonts of the time before Unicode."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.legacy import looks_legacy_encoded

PLAN_TEXTS = sorted((Path(__file__).parents[3] / "plans" / "sources").glob("*.txt"))


@pytest.mark.parametrize(
    "text", ["X· Hßa", "céng hßa x· héi chñ nghÜa ViÖt Nam", "ñy ban nh©n d©n x·", "tû lÖ ®¹t 92,5%"]
)
def test_tcvn3_text_is_recognised(text: str) -> None:
    assert looks_legacy_encoded(text) == "TCVN3"


@pytest.mark.parametrize("text", ["Uyû ban nhaân daân xaõ", "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam"])
def test_vni_text_is_recognised(text: str) -> None:
    assert looks_legacy_encoded(text) == "VNI"


@pytest.mark.parametrize(
    "text",
    [
        "", "abc", "Hoà Bình, toàn xã", "15 m² · 20 µg ± 5 %", "Café crème déjà vu", "«Thăng Bình»", "Müller & Söhne",
        "piñata jalapeño", "• Xã ·Hội", "São Paulo, Besançon, Århus", "X·",
    ],
)  # fmt: skip
def test_unicode_text_is_not_taken_for_an_old_font(text: str) -> None:
    assert looks_legacy_encoded(text) is None


@pytest.mark.parametrize("path", PLAN_TEXTS, ids=lambda path: path.stem)
def test_no_line_of_a_received_plan_is_taken_for_an_old_font(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if looks_legacy_encoded(line)] == []


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert looks_legacy_encoded(text) in {None, "TCVN3", "VNI"}
