"""Read receipts and their findings from the ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse.ledger_tables import ERASURES, FINDINGS, RECEIPTS


def list_receipts(ledger: sa.Engine, *, plan_key: str | None = None, period: str | None = None) -> list[dict[str, Any]]:
    """List receipts, oldest first, each with its findings; `erased_at` tells of bytes that were not kept.

    A file that was refused before its plan could be read is listed under its sender's plan.
    """
    chosen = sa.select(RECEIPTS.c.receipt_id)
    if plan_key:
        chosen = chosen.where(sa.func.coalesce(RECEIPTS.c.plan_key, RECEIPTS.c.sender_plan_key) == plan_key)
    if period:
        chosen = chosen.where(RECEIPTS.c.period == period)
    query = (
        sa.select(RECEIPTS, ERASURES.c.erased_at)
        .outerjoin(ERASURES, ERASURES.c.sha256 == RECEIPTS.c.sha256)
        .where(RECEIPTS.c.receipt_id.in_(chosen))
        .order_by(RECEIPTS.c.received_at, RECEIPTS.c.receipt_id)
    )
    with ledger.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        findings = _findings(connection, chosen)
    return [row | {"findings": findings.get(row["receipt_id"], [])} for row in rows]


def _findings(connection: sa.Connection, chosen: sa.Select[tuple[str]]) -> dict[str, list[dict[str, Any]]]:
    query = (
        sa.select(FINDINGS)
        .where(FINDINGS.c.receipt_id.in_(chosen))
        .order_by(FINDINGS.c.receipt_id, FINDINGS.c.finding_no)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        finding = {key: value for key, value in row.items() if key not in {"receipt_id", "finding_no"}}
        found.setdefault(row["receipt_id"], []).append(finding)
    return found
