"""Which cells of a form are outstanding: all of them before a valid file is in, then those it left blank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from ingestion.forms.layout import INDICATOR_SHEET, TASK_SHEET
from warehouse.errors import ReconciliationFailed
from warehouse.raw import batch_path, batches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ingestion.forms.contents import FormContents
    from warehouse.settings import Settings

CODE_COLUMNS = {"observations": "indicator_code", "task_reports": "task_code"}
MISSING = "missing"


@dataclass(frozen=True)
class OutstandingCell:
    """An answer that is still asked for; `cell` is its address in the file that left it blank."""

    code: str
    sheet: str
    row_number: int
    row_label: str
    cell: str | None = None


def asked_cells(contents: FormContents) -> tuple[OutstandingCell, ...]:
    """List every answer that a form asks for, in its order."""
    return (
        *(OutstandingCell(row.key, INDICATOR_SHEET, row.number, row.label) for row in contents.indicators),
        *(OutstandingCell(row.key, TASK_SHEET, row.number, row.label) for row in contents.tasks),
    )


def blank_cells(contents: FormContents, blanks: Mapping[str, str]) -> tuple[OutstandingCell, ...]:
    """List the answers that a submission left blank; `blanks` holds their cells by item code."""
    return tuple(
        OutstandingCell(one.code, one.sheet, one.row_number, one.row_label, blanks[one.code])
        for one in asked_cells(contents)
        if one.code in blanks
    )


def blanks_of(settings: Settings, submission_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Read which cells the submissions left blank.

    Returns:
        By submission id, the blank cells by indicator or task code; empty where none is.

    Raises:
        ReconciliationFailed: the raw layer holds nothing of a submission that the ledger has.
    """
    found: dict[str, dict[str, str]] = {}
    if not submission_ids:
        return found
    for table, code in CODE_COLUMNS.items():
        for batch in batches(settings, table):
            rows = pq.read_table(
                batch_path(settings, table, batch),
                columns=["submission_id", code, "value_status", "cell"],
                filters=[("submission_id", "in", sorted(submission_ids))],
            )
            for row in rows.to_pylist():
                blanks = found.setdefault(row["submission_id"], {})
                if row["value_status"] == MISSING:
                    blanks[row[code]] = row["cell"]
    lost = sorted(set(submission_ids) - set(found))
    if lost:
        raise ReconciliationFailed(
            f"Kho thô thiếu {len(lost)} bài nộp có trong sổ cái (ví dụ {lost[0]}): chưa gửi thư nhắc nào. "
            "Hãy chạy thuocdo rebuild rồi thử lại.",
            submissions=lost,
        )
    return found
