"""How commands print: exact for programs, as the language writes for people."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from cli.output import as_cell, as_plain, print_csv, print_json, print_rows, say


class State(StrEnum):
    OPEN = "open"


class Record(BaseModel):
    figure: Decimal


@dataclass(frozen=True)
class Row:
    on: dt.date
    path: Path


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC), "2026-06-15T10:00:00+00:00"),
        (State.OPEN, "open"),
        (Record(figure=Decimal("2.50")), {"figure": "2.50"}),
        (Row(dt.date(2026, 6, 15), Path("a/b")), {"on": "2026-06-15", "path": "a/b"}),
        ({1: (Decimal(1), None, True)}, {"1": ["1", None, True]}),
    ],
)
def test_a_value_becomes_what_json_holds(value: object, plain: object) -> None:
    assert as_plain(value) == plain


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False) | st.dates(), st.lists
    )
)
def test_anything_a_mart_holds_can_be_printed_as_json(value: Any) -> None:
    json.loads(json.dumps(as_plain(value)))


@given(st.decimals(-(10**14) + 1, 10**14 - 1, places=4))
def test_a_figure_keeps_its_value_in_json_and_on_screen(figure: Decimal) -> None:
    assert Decimal(as_plain(figure)) == figure
    assert Decimal(as_cell(figure).replace(",", ".")) == figure


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (Decimal("85.5000"), "85,5"),
        (Decimal("100.0000"), "100"),
        (Decimal("0.0000"), "0"),
        (0, "0"),
        ("", ""),
    ],
)
def test_a_cell_is_written_as_people_read_it(value: object, cell: str) -> None:
    assert as_cell(value) == cell


def test_json_keeps_vietnamese_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"tên": "Xã Thiện Tân"})
    assert "Xã Thiện Tân" in capsys.readouterr().out


def test_csv_leaves_nothing_empty_and_quotes_what_must_be(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv(("a", "b"), [(None, 'một, "hai"'), (Decimal("1.50"), dt.date(2026, 6, 15))])
    assert capsys.readouterr().out == 'a,b\n,"một, ""hai"""\n1.50,2026-06-15\n'


def test_brackets_in_a_sentence_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    say("[bold]không phải chữ đậm[/bold] " + "dài " * 60)
    assert capsys.readouterr().out == "[bold]không phải chữ đậm[/bold] " + "dài " * 60 + "\n"


def test_brackets_in_a_table_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows("Bảng", {"a": "Cột"}, [{"a": "[red]đỏ[/red]"}, {"a": "[/lạc]"}])
    said = capsys.readouterr().out
    assert "[red]đỏ[/red]" in said
    assert "[/lạc]" in said
