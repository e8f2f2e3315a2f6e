"""The machine CSV and JSON: exact, unescaped, and holes that cannot be taken for 0."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.extracts.office import plan_version, row, usual_rows
from warehouse.extracts.formats.csv import csv_bytes, csv_records
from warehouse.extracts.formats.json import json_bytes, json_source
from warehouse.extracts.source import ExtractRow, PlanVersion, Source
from warehouse.extracts.values import decimal_text

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=30)


def rows_of(*rows: dict[str, Any]) -> tuple[ExtractRow, ...]:
    return tuple(ExtractRow(**entry) for entry in rows)


def source_of(*rows: dict[str, Any]) -> Source:
    return Source(PlanVersion(**plan_version()), "2026-06", rows_of(*rows), ())


def test_zero_is_0_and_every_absence_is_an_empty_field_in_the_csv() -> None:
    records = csv_records(csv_bytes(ExtractRow, rows_of(*usual_rows())))
    assert [record["value"] for record in records] == ["85.5", "0", "", "", "", "", ""]
    assert records[2]["withheld_reason"] == "RNG-01"


def test_zero_is_text_0_and_every_absence_is_null_in_the_json() -> None:
    rows = json.loads(json_bytes(source_of(*usual_rows())))["rows"]
    assert [entry["value"] for entry in rows] == ["85.5", "0", None, None, None, None, None]
    assert (rows[2]["is_withheld"], rows[2]["withheld_reason"]) == (True, "RNG-01")


def test_the_csv_is_utf_8_without_mark_and_with_unix_line_ends() -> None:
    content = csv_bytes(ExtractRow, rows_of(*usual_rows()))
    assert content.startswith(b"plan_key,period,row_no,")
    assert b"\r" not in content
    assert "Tỷ lệ hồ sơ số 1".encode() in content


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", 'a,"b"\nc'])
def test_the_machine_csv_changes_no_text(text: str) -> None:
    (record,) = csv_records(csv_bytes(ExtractRow, rows_of(row(1, indicator_name=text))))
    assert record["indicator_name"] == text


def test_a_short_row_is_not_read() -> None:
    with pytest.raises(ValueError, match="shorter"):
        csv_records(b"a,b\n1\n")


@given(TEXTS, st.none() | st.decimals(-(10**13), 10**13, places=4))
def test_any_row_reads_back_from_json_and_csv_as_it_was(text: str, figure: Decimal | None) -> None:
    source = source_of(row(1, indicator_name=text, value=figure))
    assert json_source(json_bytes(source), "cd" * 32) == source
    (record,) = csv_records(csv_bytes(ExtractRow, source.rows))
    assert record["indicator_name"] == text
    assert (Decimal(record["value"]) if record["value"] else None) == asdict(source.rows[0])["value"]


@pytest.mark.parametrize(
    ("figure", "text"), [("0.0000", "0"), ("-0.0000", "0"), ("100.0000", "100"), ("85.5000", "85.5"), ("1E+3", "1000")]
)
def test_figures_are_written_without_exponent_idle_zeros_or_minus_zero(figure: str, text: str) -> None:
    assert decimal_text(Decimal(figure)) == text
