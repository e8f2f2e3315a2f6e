"""SDMX: valid against the published schemas, exact, and a hole is never 0."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from pysdmx.io import read_sdmx
from pysdmx.model import Codelist, DataStructureDefinition

from tests.warehouse.extracts.office import plan_version, row, usual_rows
from warehouse.extracts.formats.sdmx import PARTS, sdmx_csv_bytes, structure_bytes, time_period
from warehouse.extracts.source import ExtractRow, PlanVersion, Source


def source_of(*rows: dict[str, Any]) -> Source:
    return Source(PlanVersion(**plan_version()), "2026-06", tuple(ExtractRow(**entry) for entry in rows), ())


def observations(*rows: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sdmx_csv_bytes(source_of(*rows)).decode(), newline="")))


def test_the_structure_is_valid_sdmx_ml_and_names_every_component_of_the_data() -> None:
    source = source_of(*usual_rows())
    message = read_sdmx(structure_bytes(source).decode(), validate=True)
    (structure,) = (found for found in message.structures or () if isinstance(found, DataStructureDefinition))
    described = {component.id for component in structure.components}
    assert described == {part.id for part in PARTS}
    assert described | {"STRUCTURE", "STRUCTURE_ID", "ACTION"} == set(observations(*usual_rows())[0])


def test_every_code_in_the_data_is_in_its_code_list() -> None:
    message = read_sdmx(structure_bytes(source_of(*usual_rows())).decode(), validate=True)
    lists = {found.id: found for found in message.structures or () if isinstance(found, Codelist)}
    for observation in observations(*usual_rows()):
        assert observation["OBS_STATUS"] in lists["CL_OBS_STATUS"]
        assert observation["REF_AREA"] in lists["CL_COMMUNE"]
        assert observation["INDICATOR"] in lists["CL_INDICATOR_THIEN_TAN_2026"]


def test_the_data_refer_to_the_dataflow_of_the_plan() -> None:
    (observation,) = observations(row(1))
    assert (observation["STRUCTURE"], observation["STRUCTURE_ID"], observation["ACTION"]) == (
        "dataflow",
        "THUOCDO:DF_THIEN_TAN_2026(1.0.0)",
        "R",
    )


def test_names_are_marked_as_vietnamese() -> None:
    text = structure_bytes(source_of(row(1))).decode()
    assert 'xml:lang="vi">Tỷ lệ hồ sơ số 1<' in text
    assert 'xml:lang="en"' not in text


def test_zero_is_a_value_and_every_absence_is_an_empty_value_with_its_status() -> None:
    found = {one["INDICATOR"]: (one["OBS_VALUE"], one["OBS_STATUS"]) for one in observations(*usual_rows())}
    assert found == {
        "ct-01": ("85.5", "A"),
        "ct-02": ("0", "A"),
        "ct-03": ("", "Q"),
        "ct-04": ("", "L"),
        "ct-05": ("", "M"),
        "ct-06": ("", "M"),
        "ct-07": ("", "O"),
    }


def test_a_withheld_observation_carries_the_rule() -> None:
    (observation,) = observations(usual_rows()[2])
    assert (observation["IS_WITHHELD"], observation["WITHHELD_REASON"]) == ("true", "RNG-01")


def test_eighteen_digits_are_written_exactly() -> None:
    (observation,) = observations(row(1, value=Decimal("12345678901234.5678")))
    assert observation["OBS_VALUE"] == "12345678901234.5678"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2026-06", "2026-06"),
        ("2026-Q2", "2026-Q2"),
        ("2026-H1", "2026-S1"),
        ("2026-M9", "2026-01-01/P9M"),
        ("2026", "2026"),
    ],
)
def test_periods_are_written_as_sdmx_reads_them(code: str, expected: str) -> None:
    assert time_period(code) == expected


def test_a_dot_in_an_indicator_code_becomes_a_sign_that_sdmx_allows() -> None:
    source = source_of(row(1, indicator_code="tc-5.1-01"))
    assert read_sdmx(structure_bytes(source).decode(), validate=True).structures
    (observation,) = observations(row(1, indicator_code="tc-5.1-01"))
    assert observation["INDICATOR"] == "tc-5$1-01"


def test_a_test_message_is_marked_when_figures_are_synthetic() -> None:
    assert "<mes:Test>true</mes:Test>" in structure_bytes(source_of(row(1, is_synthetic=True))).decode()
    assert "<mes:Test>false</mes:Test>" in structure_bytes(source_of(row(1))).decode()
