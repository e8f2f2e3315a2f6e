"""The slip: the unit's own form with the bad cells coloured and a sentence pinned on each.

The upload itself is not edited (nothing but the cage opens one): the form is written anew with
the values that the cage read, each at its own row. A unit may mend the slip and hand it in. A
unit whose system sends CSV or JSON gets the list as text or JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.arrivals import MESSAGES, Receipt, receipt_of_row, stored_findings
from ingestion.cage import CageRefused, read_sheets
from ingestion.forms.catalogue import canonical_entries
from ingestion.forms.changes import CHANGED
from ingestion.forms.contents import form_contents, moment_shown
from ingestion.forms.known import explanations
from ingestion.forms.layout import INDICATOR_INPUTS, TASK_INPUTS
from ingestion.forms.previous import NOTHING, previous_answers
from ingestion.forms.reading.locate import locate_form
from ingestion.forms.reading.matching import matched_rows
from ingestion.forms.writing.filling import NATURE_CELL, Filling
from ingestion.forms.writing.slip_sheets import SlipTexts, ToldChange, ToldFinding
from ingestion.forms.writing.slip_texts import json_slip, text_slip
from ingestion.forms.writing.write import write_form, write_list
from ingestion.gate import inspect
from ingestion.landing import landed_path
from plans.periods import period_of
from plans.reading import read_plans
from plans.reporters import reporting_units
from warehouse.errors import UsageError
from warehouse.ledger_tables import RECEIPTS
from warehouse.storage import at_once, write_durably

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ingestion.findings import Finding
    from ingestion.forms.contents import FormContents
    from ingestion.forms.layout import FormIdentity
    from ingestion.forms.reading.locate import LocatedCell, LocatedForm
    from ingestion.forms.writing.filling import Answer, CellKey
    from warehouse.settings import Settings

INPUTS = {"indicator": INDICATOR_INPUTS, "task": TASK_INPUTS}
NOTHING_FOUND = ToldFinding("", "", "", "Không có điểm nào cần sửa.")
WORST_FIRST = ("error", "warning", "info")
HUNDRED = Decimal(100)
TEXT_SLIPS: dict[str, Callable[[SlipTexts], str]] = {".json": json_slip, ".txt": text_slip}


@dataclass(frozen=True)
class _Sent:
    """The form that was sent: what it asks, and its input cells with their places in the file."""

    contents: FormContents
    cells: Mapping[CellKey, LocatedCell]
    by_place: Mapping[tuple[str | None, str | None], CellKey] = field(default_factory=dict)

    def cell_of(self, found: Finding) -> CellKey | None:
        """Return the input cell that a finding speaks of."""
        return self.by_place.get((found.sheet, found.cell))


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
        out: Where to write; `slips/<receipt_id>.xlsx` in the state folder by default. A name
            that ends in .txt or .json gets the list as text or as JSON, without the form.
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
    receipt = receipt_of_row(row)
    path = out or settings.path("slips", f"{receipt_id}.xlsx")
    sent = _sent_form(settings, receipt)
    texts = _texts(receipt, row.outcome, findings, sent)
    if path.suffix in TEXT_SLIPS:
        content = TEXT_SLIPS[path.suffix](texts).encode()
        write_durably(path, lambda handle: handle.write(content))
    elif sent is None:
        write_durably(path, at_once(lambda handle: write_list(handle, texts, is_sample=settings.is_sample)))
    else:
        form = _with_previous(settings, engine, sent.contents)
        filling = _filling(settings, sent, findings)
        write_durably(
            path, at_once(lambda handle: write_form(form, handle, filling, is_sample=settings.is_sample, slip=texts))
        )
    return path


def _sent_form(settings: Settings, receipt: Receipt) -> _Sent | None:
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
    identity = identities.pop() if len(identities) == 1 else None
    # Another unit's form is not shown: its figures are not for this sender's eyes.
    if identity is None or not receipt.sender.agrees_with(identity.plan_key, identity.unit_code):
        return None
    contents = _contents_of(settings, identity)
    if contents is None:
        return None
    cells = _input_cells(contents, located)
    return _Sent(contents, cells, {(cell.sheet, cell.address): key for key, cell in cells.items()})


def _contents_of(settings: Settings, identity: FormIdentity) -> FormContents | None:
    plan = read_plans(settings.plans_folder).get(identity.plan_key)
    if plan is None or identity.unit_code not in reporting_units(plan):
        return None
    try:
        return form_contents(plan, identity.unit_code, period_of(identity.period), {})
    except UsageError:  # a period that does not exist
        return None


def _with_previous(settings: Settings, engine: sa.Engine, contents: FormContents) -> FormContents:
    identity = contents.identity
    known = previous_answers(settings, engine, identity.plan_key, identity.period, [identity.unit_code])
    shown = known.get(identity.unit_code, NOTHING).shown
    return form_contents(contents.plan, identity.unit_code, contents.period, shown)


def _input_cells(contents: FormContents, located: LocatedForm) -> dict[CellKey, LocatedCell]:
    cells: dict[CellKey, LocatedCell] = {}
    for part, (rows, _) in matched_rows(contents, located).items():
        for key, row in rows.items():
            cells |= {(part, key, column): row.cells[column] for column in INPUTS[part] if column in row.cells}
    if located.nature:
        cells[NATURE_CELL] = located.nature
    return cells


def _filling(settings: Settings, sent: _Sent, findings: Sequence[Finding]) -> Filling:
    """Give every input cell of the form its value in the file, and the sentences about it."""
    marks: dict[CellKey, str] = {}
    for found in findings:
        cell = sent.cell_of(found)
        if cell and found.severity != "info":
            marks[cell] = "\n".join(text for text in (marks.get(cell), found.message) if text)
    answers = {key: _as_shown(cell) for key, cell in sent.cells.items() if cell.raw is not None}
    notes = explanations(sent.contents, canonical_entries(settings.plans_folder))
    return Filling(answers, marks, notes=notes)


def _as_shown(cell: LocatedCell) -> Answer:
    """Return a value as its cell showed it: 0.925 in a cell of percent is 92.5 in the slip's plain cell."""
    raw = cell.raw
    if raw is None or isinstance(raw, bool | str) or "%" not in (cell.number_format or ""):
        return "" if raw is None else raw
    return float(Decimal(str(raw)) * HUNDRED)


def _texts(receipt: Receipt, outcome: str, findings: Sequence[Finding], sent: _Sent | None) -> SlipTexts:
    listed = [found for found in findings if found.code != CHANGED]
    told = sorted(listed, key=lambda found: WORST_FIRST.index(found.severity))
    about = f"{sent.contents.unit.name}, {sent.contents.plan.commune_name}" if sent else receipt.sender.shown
    received = f"nhận lúc {moment_shown(receipt.received_at)}, biên nhận {receipt.receipt_id}"
    return SlipTexts(
        head=("PHIẾU PHẢN HỒI", f"{about}. Tệp “{receipt.original_name}”, {received}.", MESSAGES[outcome]),
        findings=tuple(_told(found, sent) for found in told) or (NOTHING_FOUND,),
        changes=tuple(
            ToldChange(_place(found), found.expected or "", found.found or "", found.message)
            for found in findings
            if found.code == CHANGED
        ),
    )


def _told(found: Finding, sent: _Sent | None) -> ToldFinding:
    return ToldFinding(found.code, found.severity, _place(found), found.message, sent.cell_of(found) if sent else None)


def _place(found: Finding) -> str:
    place = f"Trang “{found.sheet}”" if found.sheet else "Tệp"
    return f"{place}, ô {found.cell}" if found.cell else place
