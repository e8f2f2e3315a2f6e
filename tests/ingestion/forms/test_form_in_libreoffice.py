"""A real LibreOffice opens the issued form, types the answers and saves it; both formats are handed in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ingestion.cage import read_sheets
from ingestion.forms.layout import IDENTITY_SHEET, INDICATOR_SHEET, TASK_COLUMNS, TASK_SHEET, FormIdentity
from ingestion.forms.reading.read import read_form
from ingestion.forms.records import Sender
from ingestion.sample.filling import column_place
from tests.ingestion.office import IN_TIME, PERIOD, PLAN_KEY, Office, open_office
from tests.libreoffice import needs_office, saved_by_office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.forms.records import ParsedForm

pytestmark = [pytest.mark.slow, needs_office]
STATE, PERCENT = (chr(64 + column_place(TASK_COLUMNS, key)) for key in ("state", "percent"))
TYPED = {
    (INDICATOR_SHEET, "C9"): "Thực hiện",
    (INDICATOR_SHEET, "F15"): 451, (INDICATOR_SHEET, "G15"): 500, (INDICATOR_SHEET, "H16"): "92,5%",
    (INDICATOR_SHEET, "H17"): 3, (INDICATOR_SHEET, "H18"): 0.66, (INDICATOR_SHEET, "H19"): -1.25,
    (INDICATOR_SHEET, "H20"): "0,5 tỷ đồng", (INDICATOR_SHEET, "H22"): "Có", (INDICATOR_SHEET, "I23"): "x",
    (INDICATOR_SHEET, "J15"): "Theo sổ theo dõi",
    (TASK_SHEET, f"{STATE}15"): "Đang thực hiện", (TASK_SHEET, f"{PERCENT}15"): 60,
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Mapping[str, Path]]:
    """The office that issued the form, and what LibreOffice saved after somebody filled it in."""
    folder = tmp_path_factory.mktemp("libreoffice")
    office = open_office(folder)
    saved = {kind: folder / f"bieu.{kind}" for kind in ("xlsx", "ods")}
    issued = office.issue().path
    copies = [folder / f"{kind}.xlsx" for kind in saved]
    for copy in copies:
        copy.write_bytes(issued.read_bytes())
    saved_by_office(dict(zip(copies, saved.values(), strict=True)), folder, TYPED)
    return office, saved


def read(office: Office, path: Path) -> ParsedForm:
    return read_form(read_sheets(path, "ods" if path.suffix == ".ods" else "xlsx"), office.plans, Sender())


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_was_typed_is_what_is_read(filled: tuple[Office, Mapping[str, Path]], kind: str) -> None:
    office, saved = filled
    parsed = read(office, saved[kind])
    assert [(one.code, one.severity) for one in parsed.findings] == [("BLK-01", "info")]
    assert [row.value if row.value_text is None else row.value_text for row in parsed.observations] == [
        Decimal("90.2"), Decimal("92.5"), Decimal(3), Decimal("0.66"), Decimal("-1.25"), Decimal(500), "Có", None,
    ]  # fmt: skip
    assert parsed.observations[0].note == "Theo sổ theo dõi"
    assert [(row.state, row.percent_done) for row in parsed.task_reports] == [
        ("in_progress", Decimal(60)),
        (None, None),
    ]


def test_both_formats_are_one_submission(filled: tuple[Office, Mapping[str, Path]]) -> None:
    office, saved = filled
    (first,) = office.submit(saved["xlsx"])
    (second,) = office.submit(saved["ods"], now=IN_TIME + dt.timedelta(minutes=5))
    assert (first.outcome, second.outcome, second.revision) == ("accepted", "duplicate", 1)


def test_form_id_and_version_survive_in_all_four_places(filled: tuple[Office, Mapping[str, Path]]) -> None:
    _, saved = filled
    line = FormIdentity(PLAN_KEY, "vhxh", PERIOD).line
    workbook = openpyxl.load_workbook(saved["xlsx"])
    assert line in workbook[INDICATOR_SHEET]["A8"].value
    assert (workbook[IDENTITY_SHEET]["A1"].value, workbook[IDENTITY_SHEET].sheet_state) == (line, "hidden")
    assert {item.name: item.value for item in workbook.custom_doc_props.props}["thuocdo_form"] == line
    assert line in workbook.defined_names["thuocdo_form"].value
