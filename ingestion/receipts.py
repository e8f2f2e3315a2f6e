"""Read receipts and their findings from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from warehouse.ledger_tables import FINDINGS, RECEIPTS

if TYPE_CHECKING:
    from collections.abc import Iterable


def list_receipts(ledger: sa.Engine, *, plan_key: str | None = None, period: str | None = None) -> list[dict[str, Any]]:
    """List receipts, oldest first, each with its findings.

    A file that was refused before its plan could be read is listed under its sender's plan.
    """
    query = sa.select(RECEIPTS).order_by(RECEIPTS.c.received_at, RECEIPTS.c.receipt_id)
    if plan_key:
        query = query.where(sa.func.coalesce(RECEIPTS.c.plan_key, RECEIPTS.c.sender_plan_key) == plan_key)
    if period:
        query = query.where(RECEIPTS.c.period == period)
    with ledger.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        findings = _findings(connection, [row["receipt_id"] for row in rows])
    return [row | {"findings": findings.get(row["receipt_id"], [])} for row in rows]


def _findings(connection: sa.Connection, receipt_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    wanted = set(receipt_ids)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(
        sa.select(FINDINGS).order_by(FINDINGS.c.receipt_id, FINDINGS.c.finding_no)
    ).mappings():
        if row["receipt_id"] in wanted:
            finding = {key: value for key, value in row.items() if key not in {"receipt_id", "finding_no"}}
            found.setdefault(row["receipt_id"], []).append(finding)
    return found
