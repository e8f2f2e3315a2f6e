"""Hold the warehouse against the ledger: a difference means rebuild, never carry on (design 2.2).

DuckDB cannot tell that it lost the end of its log (reliability M7); the ledger can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.duck import duck_engine, mart
from warehouse.errors import ReconciliationFailed
from warehouse.ledger_tables import SUBMISSIONS

if TYPE_CHECKING:
    from warehouse.settings import Settings


def reconcile(settings: Settings, ledger: sa.Engine) -> int:
    """Compare the accepted submissions of the ledger with those behind the facts; returns how many agree."""
    with ledger.connect() as connection:
        filled = SUBMISSIONS.c.cells_filled > 0
        accepted: set[str] = set(connection.scalars(sa.select(SUBMISSIONS.c.receipt_id).where(filled)))
    engine = duck_engine(settings.build_file, read_only=True)
    with engine.connect() as connection:
        observations = mart(connection, "fct_indicator_observations")
        reports = sa.Table("int_task_reports__accepted", sa.MetaData(schema="intermediate"), autoload_with=connection)
        found: set[str | None] = set(connection.scalars(sa.select(observations.c.receipt_id).distinct()))
        found |= set(connection.scalars(sa.select(reports.c.receipt_id).distinct()))
    if lost := accepted ^ {receipt for receipt in found if receipt}:
        raise ReconciliationFailed(
            f"Sổ cái và kho dữ liệu lệch nhau ở {len(lost)} biên nhận (ví dụ {min(lost)}). Kho không được công bố. "
            "Hãy chạy `thuocdo rebuild` để dựng lại kho từ tệp gốc và sổ cái.",
            receipts=sorted(lost),
        )
    return len(accepted)
