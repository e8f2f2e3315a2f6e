"""The slip: the unit's own form with the bad cells coloured and a sentence pinned on each.

The upload itself is not edited (nothing but the cage opens one): the form is written anew with
the values that the cage read, each at its own row. A unit may mend the slip and hand it in.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import sqlalchemy as sa
import xlsxwriter

from ingestion.arrivals import Receipt, receipt_of_row, stored_findings
from ingestion.cage import CageRefused, read_sheets
from ingestion.findings import Finding
from ingestion.forms.book import FONT, NATURE_CELL, STYLES, CellKey, Filling
from ingestion.forms.contents import FormContents, form_contents
from ingestion.forms.layout import INDICATOR_INPUTS, TASK_INPUTS
from ingestion.forms.locate import LocatedCell, LocatedForm, locate_form
from ingestion.forms.matching import matched_rows
from ingestion.forms.previous import previous_values
from ingestion.forms.write import write_findings_sheet, write_form
from ingestion.gate import inspect
from ingestion.landing import landed_path
from plans.periods import period_of
from plans.reading import read_plans
from plans.reporters import reporting_units
from warehouse.errors import UsageError
from warehouse.ledger_tables import RECEIPTS
from warehouse.storage import at_once, write_durably

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from warehouse.settings import Settings

INPUTS = {"indicator": INDICATOR_INPUTS, "task": TASK_INPUTS}
NOTHING_FOUND = ("", "", "Không có điểm nào cần sửa.")


def write_slip(
    settings: Settings,
    engine: sa.Engine,
    receipt_id: str,
    out: Path | None = None,
    remarks: Sequence[Finding] = (),
) -> Path:
    """Write the feedback slip of a receipt.

    Args:
        settings: Settings.
        engine: Ledger.
        receipt_id: Id of a decided receipt.
        out: Where to write; `slips/<receipt_id>.xlsx` in the state folder by default.
        remarks: Findings made after intake (quality flags), listed and marked like the others.

    Returns:
        The path of the slip. Where the file could not be read as a form, the slip holds the
        list of findings only.

    Raises:
        UsageError: there is no such receipt.
    """
    with engine.connect() as connection:
        row = connection.execute(sa.select(RECEIPTS).where(RECEIPTS.c.receipt_id == receipt_id)).one_or_none()
        if row is None:
            raise UsageError(
                f"Không có biên nhận '{receipt_id}'. Xem các biên nhận bằng lệnh: thuocdo receipts.",
                receipt_id=receipt_id,
            )
        findings = (*stored_findings(connection, receipt_id), *remarks)
    path = out or settings.path("slips", f"{receipt_id}.xlsx")
    told = [_as_row(found) for found in findings] or [NOTHING_FOUND]
    form = _form_of(settings, engine, receipt_of_row(row))
    if form is None:
        write_durably(path, at_once(lambda handle: _write_list(handle, told, is_sample=settings.is_sample)))
        return path
    contents, located = form
    filling = _filling(contents, located, findings)
    write_durably(
        path,
        at_once(
            lambda handle: write_form(contents, handle, is_sample=settings.is_sample, filling=filling, findings=told)
        ),
    )
    return path


def _form_of(settings: Settings, engine: sa.Engine, receipt: Receipt) -> tuple[FormContents, LocatedForm] | None:
    """Return the form and its cells, or None where the file is no form that can be told."""
    path = landed_path(settings, receipt.sha256)
    if not path.exists():
        return None  # erased: personal data was found in it
    verdict = inspect(path, receipt.original_name)
    if verdict.kind is None or verdict.is_refused:
        return None
    try:
        located = locate_form(read_sheets(path, verdict.kind))
    except CageRefused:
        return None
    identities = {identity for identity, _ in located.identities}
    plans = read_plans(settings.plans_folder)
    identity = identities.pop() if len(identities) == 1 else None
    plan = plans.get(identity.plan_key) if identity else None
    if identity is None or plan is None or identity.unit_code not in reporting_units(plan):
        return None
    if not receipt.sender.agrees_with(identity.plan_key, identity.unit_code):
        return None  # another unit's form: its figures are not for this sender's eyes
    previous = previous_values(settings, engine, plan.plan_key, identity.unit_code, identity.period)
    return form_contents(plan, identity.unit_code, period_of(identity.period), previous), located


def _filling(contents: FormContents, located: LocatedForm, findings: Sequence[Finding]) -> Filling:
    """Give every input cell of the form its value in the file, and the sentences about it."""
    cells: dict[CellKey, LocatedCell] = {}
    for part, (rows, _) in matched_rows(contents, located).items():
        for key, row in rows.items():
            cells |= {(part, key, column): row.cells[column] for column in INPUTS[part] if column in row.cells}
    if located.nature:
        cells[NATURE_CELL] = located.nature
    answers = {place: cell.raw for place, cell in cells.items() if cell.raw is not None}
    marks: dict[CellKey, str] = {}
    for place, cell in cells.items():
        told = [found.message for found in findings if (found.sheet, found.cell) == (cell.sheet, cell.address)]
        if told:
            marks[place] = "\n".join(told)
    return Filling(answers, marks)


def _as_row(found: Finding) -> tuple[str, str, str]:
    place = f"Trang “{found.sheet}”" if found.sheet else "Tệp"
    return found.code, f"{place}, ô {found.cell}" if found.cell else place, found.message


def _write_list(handle: IO[bytes], told: Sequence[tuple[str, str, str]], *, is_sample: bool) -> None:
    workbook = xlsxwriter.Workbook(handle, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {name: workbook.add_format(FONT | style) for name, style in STYLES.items()}
    write_findings_sheet(workbook, formats, told, is_sample=is_sample)
    workbook.close()
