"""What the ledger knows about earlier arrivals, together with this run's decisions that are not in it yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingestion.arrivals import ACCEPTED, OPEN, Decision, stored_findings, submission_id_of
from ingestion.findings import Finding
from ingestion.forms.layout import FORM_CODE
from ingestion.forms.records import Sender
from ingestion.forms.stored import StoredAnswers, stored_answers
from warehouse.extracts.registry import locking_export
from warehouse.ledger import from_instant
from warehouse.ledger_tables import FORM_ISSUES, RECEIPTS, SUBMISSIONS

if TYPE_CHECKING:
    from warehouse.settings import Settings


FormKey = tuple[str, str, str]
"""Plan key, unit code, period."""


@dataclass(frozen=True)
class Standing:
    """The submission in force for a plan, unit and period."""

    receipt_id: str
    revision: int
    content_hash: str


@dataclass(frozen=True)
class Earlier:
    """A decided receipt and what it was told."""

    receipt_id: str
    sha256: str
    outcome: str
    plan_key: str | None
    unit_code: str | None
    form_code: str | None
    period: str | None
    revision: int | None
    sender: Sender
    received_at: dt.datetime
    is_repetition: bool
    findings: tuple[Finding, ...]

    @property
    def codes(self) -> frozenset[str]:
        """Codes of its findings."""
        return frozenset(found.code for found in self.findings)


class LedgerView:
    """Questions that a decision asks the ledger."""

    def __init__(self, engine: sa.Engine) -> None:
        """Read through short transactions: on SQLite even a reader holds the one write lock meanwhile."""
        self._engine = engine
        self._pending: dict[str, Earlier] = {}
        self._pending_revisions: dict[FormKey, list[Standing]] = {}
        self._pending_rows: dict[str, StoredAnswers] = {}

    def remember(self, decision: Decision) -> None:
        """Take a decision of this run into account for the next one."""
        receipt = decision.receipt
        self._pending[receipt.receipt_id] = Earlier(
            receipt_id=receipt.receipt_id,
            sha256=receipt.sha256,
            outcome=decision.outcome,
            plan_key=decision.plan_key,
            unit_code=decision.unit_code,
            form_code=decision.form_code,
            period=decision.period,
            revision=decision.revision,
            sender=receipt.sender,
            received_at=receipt.received_at,
            is_repetition=decision.duplicate_of is not None,
            findings=decision.findings,
        )
        if decision.outcome in ACCEPTED and decision.revision and decision.content_hash:
            key = (decision.plan_key or "", decision.unit_code or "", decision.period or "")
            accepted = Standing(receipt.receipt_id, decision.revision, decision.content_hash)
            self._pending_revisions.setdefault(key, []).append(accepted)
            rows = (tuple(decision.rows.get(table, ())) for table in ("observations", "task_reports"))
            self._pending_rows[receipt.receipt_id] = StoredAnswers(*rows)

    def standing(self, key: FormKey) -> Standing | None:
        """Return the submission in force for a plan, unit and period, or None."""
        revisions = self._revisions(key)
        return revisions[-1] if revisions else None

    def superseded(self, key: FormKey, content_hash: str) -> Standing | None:
        """Return the newest revision that said the same and is no longer in force, or None."""
        return next((one for one in reversed(self._revisions(key)[:-1]) if one.content_hash == content_hash), None)

    def answers_of(self, settings: Settings, receipt_id: str) -> StoredAnswers | None:
        """Return the accepted answers of a receipt; this run's are not in the raw layer yet."""
        if receipt_id in self._pending_rows:
            return self._pending_rows[receipt_id]
        submission_id = submission_id_of(receipt_id)
        return stored_answers(settings, [submission_id]).get(submission_id)

    def _revisions(self, key: FormKey) -> list[Standing]:
        """Return every accepted revision of a plan, unit and period, oldest first."""
        plan_key, unit_code, period = key
        query = (
            sa.select(SUBMISSIONS.c.receipt_id, SUBMISSIONS.c.revision, SUBMISSIONS.c.content_hash)
            .where(
                SUBMISSIONS.c.plan_key == plan_key,
                SUBMISSIONS.c.unit_code == unit_code,
                SUBMISSIONS.c.form_code == FORM_CODE,
                SUBMISSIONS.c.period == period,
            )
            .order_by(SUBMISSIONS.c.revision)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        stored = [Standing(row.receipt_id, row.revision, row.content_hash) for row in rows]
        return stored + self._pending_revisions.get(key, [])

    def decided_files(self) -> set[str]:
        """Return the sha256 of every file with an open receipt that has a decided one, too."""
        still_open = sa.select(RECEIPTS.c.sha256).where(RECEIPTS.c.outcome == OPEN)
        query = sa.select(RECEIPTS.c.sha256).where(RECEIPTS.c.outcome != OPEN, RECEIPTS.c.sha256.in_(still_open))
        with self._engine.connect() as connection:
            return set(connection.scalars(query))

    def earlier_receipts(self, sha256: str) -> list[Earlier]:
        """Return decided receipts of the same bytes that repeat no other one, oldest first."""
        query = (
            sa.select(RECEIPTS)
            .where(RECEIPTS.c.sha256 == sha256, RECEIPTS.c.outcome != OPEN, RECEIPTS.c.duplicate_of.is_(None))
            .order_by(RECEIPTS.c.received_at)
        )
        with self._engine.connect() as connection:
            stored = [_earlier(connection, row) for row in connection.execute(query).all()]
        pending = [one for one in self._pending.values() if one.sha256 == sha256 and not one.is_repetition]
        return stored + pending

    def receipt(self, receipt_id: str) -> Earlier:
        """Return a decided receipt by its id."""
        if receipt_id in self._pending:
            return self._pending[receipt_id]
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(RECEIPTS).where(RECEIPTS.c.receipt_id == receipt_id)).one()
            return _earlier(connection, row)

    def lock_of(self, plan_key: str, period: str) -> str | None:
        """Return the id of the export that locks a period, or None."""
        return locking_export(self._engine, plan_key, period)

    def due_at(self, form_id: str) -> dt.datetime | None:
        """Return the due instant that was promised when the form was issued, or None."""
        with self._engine.connect() as connection:
            known = connection.scalar(sa.select(FORM_ISSUES.c.due_at).where(FORM_ISSUES.c.form_id == form_id))
        return None if known is None else from_instant(known)


def _earlier(connection: sa.Connection, row: Any) -> Earlier:
    return Earlier(
        receipt_id=row.receipt_id,
        sha256=row.sha256,
        outcome=row.outcome,
        plan_key=row.plan_key,
        unit_code=row.unit_code,
        form_code=row.form_code,
        period=row.period,
        revision=row.revision,
        sender=Sender(row.sender_plan_key, row.sender_unit_code),
        received_at=from_instant(row.received_at),
        is_repetition=row.duplicate_of is not None,
        findings=stored_findings(connection, row.receipt_id),
    )
