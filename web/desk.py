"""Read a unit's desk from the ledger: its forms and receipts; and find the files that may be downloaded.

No path is ever made of what a request says: a request is looked up in the ledger first, and
the path is made of the ledger's own values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.errors import UsageError
from warehouse.extracts.registry import ExtractRecord, extract_of, find_extract, list_extracts
from warehouse.ledger import from_instant
from warehouse.ledger_tables import FINDINGS, FORM_ISSUES, RECEIPTS

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings
    from web.snapshot import Row

RECEIPTS_SHOWN = 50


@dataclass(frozen=True)
class Package:
    """A package of the ledger; `has_file` tells whether its zip can be downloaded."""

    record: ExtractRecord
    has_file: bool


def packages(settings: Settings, ledger: sa.Engine) -> list[Package]:
    """List the extract packages, by plan, period and revision."""
    return [
        Package(record, has_file=extract_of(settings, record).zip_path.is_file()) for record in list_extracts(ledger)
    ]


def package_file(settings: Settings, ledger: sa.Engine, export_id: str) -> Path:
    """Return the zip of a package; raises UsageError when the ledger or the disk does not have it."""
    return _there(extract_of(settings, find_extract(ledger, export_id)).zip_path)


def issued_forms(settings: Settings, ledger: sa.Engine, plan_key: str, unit_code: str) -> list[Row]:
    """List the forms issued to a unit, the newest period first; `has_file` as for packages."""
    return [row | {"has_file": _form_path(settings, row).is_file()} for row in _issues(ledger, plan_key, unit_code)]


def form_file(settings: Settings, ledger: sa.Engine, plan_key: str, unit_code: str, period: str) -> Path:
    """Return the workbook of an issued form; raises UsageError when it was never issued or is gone."""
    found = [row for row in _issues(ledger, plan_key, unit_code) if row["period"] == period]
    if not found:
        raise UsageError("Chưa phát biểu này cho đơn vị.", plan_key=plan_key, unit_code=unit_code, period=period)
    return _there(_form_path(settings, found[0]))


def _issues(ledger: sa.Engine, plan_key: str, unit_code: str) -> list[Row]:
    issue = FORM_ISSUES.c
    query = (
        sa.select(FORM_ISSUES)
        .where(issue.plan_key == plan_key, issue.unit_code == unit_code)
        .order_by(issue.due_at.desc(), issue.period.desc(), issue.form_code, issue.issued_at.desc())
    )
    with ledger.connect() as connection:
        newest = {(row["form_code"], row["period"]): dict(row) for row in reversed(_all(connection, query))}
    return [row | {"due_at": from_instant(row["due_at"])} for row in reversed(newest.values())]


def _all(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> list[sa.RowMapping]:
    return list(connection.execute(query).mappings())


def _form_path(settings: Settings, issue: Row) -> Path:
    return settings.forms.joinpath(issue["plan_key"], issue["period"], f"{issue['unit_code']}.xlsx")


def _there(path: Path) -> Path:
    if not path.is_file():
        raise UsageError("Tệp này không còn trên máy chủ. Hãy báo cho người quản trị.", file=path.name)
    return path


def unit_receipts(ledger: sa.Engine, plan_key: str, unit_code: str) -> list[Row]:
    """List the newest receipts of a unit with their findings.

    A file that was refused before its plan could be read is listed under its sender.
    """
    receipt = RECEIPTS.c
    query = (
        sa.select(RECEIPTS)
        .where(
            sa.func.coalesce(receipt.plan_key, receipt.sender_plan_key) == plan_key,
            sa.func.coalesce(receipt.unit_code, receipt.sender_unit_code) == unit_code,
        )
        .order_by(receipt.received_at.desc(), receipt.receipt_id)
        .limit(RECEIPTS_SHOWN)
    )
    with ledger.connect() as connection:
        rows = _all(connection, query)
        findings = _findings(connection, [row["receipt_id"] for row in rows])
    return [
        dict(row) | {"received_at": from_instant(row["received_at"]), "findings": findings.get(row["receipt_id"], [])}
        for row in rows
    ]


def _findings(connection: sa.Connection, receipt_ids: list[str]) -> dict[str, list[Row]]:
    query = (
        sa.select(FINDINGS)
        .where(FINDINGS.c.receipt_id.in_(receipt_ids))
        .order_by(FINDINGS.c.receipt_id, FINDINGS.c.finding_no)
    )
    found: dict[str, list[Row]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["receipt_id"], []).append(dict(row))
    return found
