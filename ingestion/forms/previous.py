"""Last period's accepted answers, shown beside the cell: most wrong figures are seen against the last right one."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import sqlalchemy as sa

from ingestion.forms.contents import decimal_shown
from ingestion.forms.layout import FORM_CODE
from plans.periods import period_of
from warehouse.ledger_tables import SUBMISSIONS
from warehouse.raw import batch_path, batches

if TYPE_CHECKING:
    from warehouse.settings import Settings

SHOWN = Decimal("0.01")
COLUMNS = ["indicator_code", "value", "value_text", "value_status"]


def previous_values(
    settings: Settings, engine: sa.Engine, plan_key: str, unit_code: str, period: str
) -> dict[str, str]:
    """Return a unit's answers of its latest earlier accepted period, as the form shows them.

    Returns:
        Text by indicator code: the figure with a decimal comma, the chosen answer, or
        "Không phát sinh"; indicators without an answer are left out. Empty when no earlier
        period was accepted.
    """
    submission_id = _latest_earlier_submission(engine, plan_key, unit_code, period)
    if submission_id is None:
        return {}
    for batch in reversed(batches(settings, "observations")):
        rows = pq.read_table(
            batch_path(settings, "observations", batch),
            columns=COLUMNS,
            filters=[("submission_id", "=", submission_id)],
        ).to_pylist()
        if rows:
            return {row["indicator_code"]: text for row in rows if (text := _shown(row))}
    return {}


def _latest_earlier_submission(engine: sa.Engine, plan_key: str, unit_code: str, period: str) -> str | None:
    query = sa.select(SUBMISSIONS.c.submission_id, SUBMISSIONS.c.period, SUBMISSIONS.c.revision).where(
        SUBMISSIONS.c.plan_key == plan_key,
        SUBMISSIONS.c.unit_code == unit_code,
        SUBMISSIONS.c.form_code == FORM_CODE,
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    earlier = [
        (period_of(row.period).ends_on, period_of(row.period).starts_on, row.revision, row.submission_id)
        for row in rows
        if period_of(row.period).ends_on < period_of(period).ends_on
    ]
    return max(earlier)[-1] if earlier else None


def _shown(row: dict[str, Any]) -> str:
    if row["value_status"] == "nil_return":
        return "Không phát sinh"
    if row["value_text"]:
        return str(row["value_text"])
    return "" if row["value"] is None else decimal_shown(row["value"].quantize(SHOWN, ROUND_HALF_UP))
