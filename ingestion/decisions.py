"""Decide what becomes of a receipt: gate, cage, form, then what the ledger already knows.

A decision changes nothing; `ingestion.intake` writes the rows and the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingestion.arrivals import ACCEPTED, Decision, Receipt, outcome_of
from ingestion.cage import shared_cage
from ingestion.erasure import ERASING
from ingestion.findings import Finding, finding
from ingestion.forms.changes import changed_cells
from ingestion.forms.contents import date_shown, form_contents, moment_shown
from ingestion.forms.layout import FORM_CODE
from ingestion.forms.portal_figures import portal_figures
from ingestion.forms.reading.claims import unexplained_claims
from ingestion.forms.reading.read import read_form
from ingestion.landing import landed_path
from ingestion.reading import OUR_MISTAKES, Reading, our_mistake, read_upload
from plans.periods import default_regime, period_of, unit_form_due_on
from warehouse.clock import VIETNAM, end_of_day

if TYPE_CHECKING:
    from ingestion.cage import CagedFile
    from ingestion.forms.layout import FormIdentity
    from ingestion.forms.records import ParsedForm
    from ingestion.ledger_view import Earlier, FormKey, LedgerView, Standing
    from plans.periods import Period
    from plans.records import Plan
    from warehouse.settings import Settings

PASSING_CODES = frozenset({"LCK-01", "COD-01", "SYS-01"})
"""Refusals that are not for ever (a lock, a code list, a period not begun, a mistake of ours): the same bytes are
judged again."""
FREE_TABLE = "FRE-01"
ANONYMOUS_CHANNELS = ("command",)
"""Channels whose user may hand in for any unit; on all others the channel names the sender."""
OUTCOME_NAMES = {
    "accepted": "đã nhận",
    "accepted_with_warnings": "đã nhận, có điểm cần xem lại",
    "rejected": "bị từ chối",
    "quarantined": "bị cách ly",
}


def decide(
    settings: Settings,
    view: LedgerView,
    plans: Mapping[str, Plan],
    receipt: Receipt,
    now: dt.datetime,
    reading: Reading | None = None,
) -> Decision:
    """Decide one receipt; `now` becomes the instant from which its figures are known.

    `reading` is what its file holds, where it was read ahead; else it is read when it must be.
    """
    if receipt.channel not in ANONYMOUS_CHANNELS and not receipt.sender.is_known:
        found = f"tệp gửi qua “{receipt.channel}” không rõ đơn vị"
        return _refused(receipt, (finding("IDN-01", found=found, expected="<mã kế hoạch>/<mã đơn vị>"),))
    repeated = _same_bytes(view, receipt)
    if repeated:
        return repeated
    if reading is None:
        reading = read_upload(shared_cage(), landed_path(settings, receipt.sha256), receipt.original_name)
    caged = reading.content
    if caged is None:
        return _refused(receipt, reading.findings)
    try:
        parsed = read_form(caged, plans, receipt.sender)
    except OUR_MISTAKES as error:
        return _refused(receipt, (*reading.findings, our_mistake(error)))
    findings = (*reading.findings, *parsed.findings)
    identity = parsed.identity
    if identity is None or parsed.is_refused or any(found.severity == "error" for found in findings):
        return _refused(receipt, findings, identity)
    form = _SoundForm(plans[identity.plan_key], identity, caged, parsed)
    return _judged_by_ledger(settings, view, receipt, form, findings, now)


@dataclass(frozen=True)
class _SoundForm:
    """A form that can be taken as far as the file itself goes."""

    plan: Plan
    identity: FormIdentity
    caged: CagedFile
    parsed: ParsedForm

    @property
    def key(self) -> FormKey:
        return (self.identity.plan_key, self.identity.unit_code, self.identity.period)

    @property
    def period(self) -> Period:
        return period_of(self.identity.period)


def _refused(receipt: Receipt, findings: tuple[Finding, ...], identity: FormIdentity | None = None) -> Decision:
    # Plan and unit are the sender's where known: a unit sees its own receipts, also the one of a wrong form.
    return Decision(
        receipt=receipt,
        outcome=outcome_of(findings),
        findings=findings,
        plan_key=receipt.sender.plan_key or (identity.plan_key if identity else None),
        unit_code=receipt.sender.unit_code or (identity.unit_code if identity else None),
        form_code=FORM_CODE if identity else None,
        period=identity.period if identity else None,
    )


def _same_bytes(view: LedgerView, receipt: Receipt) -> Decision | None:
    """Tell whether these bytes were decided before for this sender (F5): one load, the first id again.

    Bytes that were erased are refused from any sender for what was found in them the first time.
    """
    sender = receipt.sender
    for earlier in view.earlier_receipts(receipt.sha256):
        if earlier.codes & ERASING:
            return replace(_refused(receipt, earlier.findings), duplicate_of=earlier.receipt_id)
        is_taken = earlier.outcome in ACCEPTED and sender.agrees_with(earlier.plan_key, earlier.unit_code)
        is_same_refusal = (
            earlier.outcome not in ACCEPTED and sender == earlier.sender and not earlier.codes & PASSING_CODES
        )
        if is_taken or is_same_refusal:
            return _duplicate(view, receipt, earlier)
    return None


def _duplicate(view: LedgerView, receipt: Receipt, earlier: Earlier) -> Decision:
    key = (earlier.plan_key or "", earlier.unit_code or "", earlier.period or "")
    standing = view.standing(key)
    findings = [
        finding(
            "DUP-01",
            found=moment_shown(earlier.received_at),
            expected=earlier.receipt_id,
            what=OUTCOME_NAMES[earlier.outcome],
        )
    ]
    if standing and earlier.revision and earlier.revision < standing.revision:
        findings.append(finding("REV-02", found=str(earlier.revision), expected=str(standing.revision)))
    return Decision(
        receipt=receipt,
        outcome="duplicate",
        findings=tuple(findings),
        plan_key=earlier.plan_key,
        unit_code=earlier.unit_code,
        form_code=earlier.form_code,
        period=earlier.period,
        revision=earlier.revision,
        duplicate_of=earlier.receipt_id,
    )


def _judged_by_ledger(
    settings: Settings,
    view: LedgerView,
    receipt: Receipt,
    form: _SoundForm,
    findings: tuple[Finding, ...],
    now: dt.datetime,
) -> Decision:
    """Hold a sound form against what is known: repetition, lock, revision, the portal's records, deadline."""
    standing = view.standing(form.key)
    same = standing if standing and standing.content_hash == form.parsed.content_hash else None
    # Content of an older revision in other bytes is that revision again: it never overwrites a newer one.
    same = same or view.superseded(form.key, form.parsed.content_hash)
    if same:
        return _duplicate(view, receipt, view.receipt(same.receipt_id))
    problem = _period_problem(view, form, receipt.received_at)
    if standing and any(found.code == FREE_TABLE for found in findings):
        # A free table may leave items out: as a revision it would take back what was reported of them.
        problem = problem or finding("FRE-05", found=form.identity.period, expected=standing.receipt_id)
    if problem:
        return _refused(receipt, (*findings, problem), form.identity)
    if standing:
        findings += _revision_told(settings, view, form, standing)
    portal = portal_figures(settings, form.period, now)
    findings += tuple(unexplained_claims(portal, form.plan, form.period, form.parsed))
    findings += _lateness(view, form, receipt.received_at)
    decision = Decision(
        receipt=receipt,
        outcome=outcome_of(findings),
        findings=findings,
        plan_key=form.identity.plan_key,
        unit_code=form.identity.unit_code,
        form_code=form.identity.form_code,
        period=form.identity.period,
        revision=standing.revision + 1 if standing else 1,
        content_hash=form.parsed.content_hash,
        cells_filled=form.parsed.cells_filled,
    )
    return replace(decision, rows=raw_rows(decision, form.parsed, now))


def _revision_told(settings: Settings, view: LedgerView, form: _SoundForm, standing: Standing) -> tuple[Finding, ...]:
    """Tell which revision this is, and every cell that it changes."""
    revision = finding("REV-01", found=str(standing.revision + 1), expected=str(standing.revision))
    before = view.answers_of(settings, standing.receipt_id)
    if before is None:
        return (revision,)
    contents = form_contents(form.plan, form.identity.unit_code, form.period, {})
    return (revision, *changed_cells(form.caged, contents, form.parsed, before))


def _period_problem(view: LedgerView, form: _SoundForm, received_at: dt.datetime) -> Finding | None:
    """Refuse a period that is locked, or whose count has not begun."""
    plan, identity = form.plan, form.identity
    export_id = view.lock_of(identity.plan_key, identity.period)
    if export_id:
        return finding("LCK-01", found=identity.period, expected=export_id, what=plan.unit(plan.focal_unit).name)
    counts_from, _ = default_regime().window(form.period)
    if received_at.astimezone(VIETNAM).date() < counts_from:
        expected = f"kỳ này bắt đầu tính từ {date_shown(counts_from)}"
        return finding("COD-01", found=identity.period, expected=expected, what="kỳ báo cáo")
    return None


def _lateness(view: LedgerView, form: _SoundForm, received_at: dt.datetime) -> tuple[Finding, ...]:
    due_at = view.due_at(form.identity.form_id)
    if due_at is None:
        due_at = end_of_day(unit_form_due_on(form.plan, form.identity.unit_code, form.period)[0])
    if received_at <= due_at:
        return ()
    return (finding("LATE-01", found=moment_shown(received_at), expected=moment_shown(due_at)),)


def raw_rows(decision: Decision, parsed: ParsedForm, known_from: dt.datetime) -> dict[str, list[dict[str, Any]]]:
    """Return the raw rows of an accepted form, by raw table (`warehouse.raw.RAW_TABLES`)."""
    lineage = {
        "submission_id": decision.submission_id,
        "receipt_id": decision.receipt.receipt_id,
        "plan_key": decision.plan_key,
        "unit_code": decision.unit_code,
        "form_code": decision.form_code,
        "period": decision.period,
        "revision": decision.revision,
        "known_from": known_from,
    }
    return {
        "observations": [lineage | vars(observation) for observation in parsed.observations],
        "task_reports": [lineage | vars(report) for report in parsed.task_reports],
    }
