"""Which form a file is: its identity line, held against the channel, the plan and what the heading says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import FormContents, form_contents
from ingestion.forms.layout import ANSWER_COLUMNS, FORM_CODE, IDENTITY_LABEL, TEMPLATE_VERSION
from ingestion.forms.reading.locate import cell_at, cell_beside, cells_with_text
from ingestion.forms.reading.titles import known_versions
from ingestion.normalise.periods import mentioned_periods
from ingestion.normalise.text import fold
from plans.periods import period_of
from plans.reporters import reporting_units
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingestion.cage import CagedFile
    from ingestion.forms.layout import FormIdentity
    from ingestion.forms.reading.locate import LocatedCell, LocatedForm
    from ingestion.forms.records import Sender
    from plans.records import Plan

PERIOD_LABEL = fold("Kỳ báo cáo:")
LONGEST_PERIOD_LINE = 300


def identity_of(located: LocatedForm) -> tuple[FormIdentity | None, tuple[Finding, ...]]:
    """Return the one identity of a form, or why there is none; an unknown kind or version is refused with it."""
    places: dict[FormIdentity, LocatedCell] = {}
    for found, cell in located.identities:
        places.setdefault(found, cell)
    if not places:
        return None, (_no_identity(located),)
    (identity, first), *others = places.items()
    if others:
        other, second = others[0]
        problem = finding(
            "TPL-01", sheet=second.sheet, cell=second.address, found=f"hai mã biểu, mã thứ hai {other.line}",
            expected=f"{identity.line} như ở ô {first.address}, trang “{first.sheet}”",
        )  # fmt: skip
        return None, (problem,)
    if identity.form_code.lower() != FORM_CODE or identity.template_version not in known_versions():
        expected = " hoặc ".join(f"{FORM_CODE}-{version}" for version in known_versions())
        version = f"{identity.form_code}-{identity.template_version}"
        return identity, (finding("TPL-01", sheet=first.sheet, cell=first.address, found=version, expected=expected),)
    return identity, ()


def _no_identity(located: LocatedForm) -> Finding:
    """Return TPL-01 for a file without an identity line, or with one that somebody changed."""
    expected = f"{FORM_CODE}-{TEMPLATE_VERSION}"
    if located.spoilt_identities:
        spoilt, found = located.spoilt_identities[0], f"dòng “{IDENTITY_LABEL}” bị sửa"
        return finding("TPL-01", sheet=spoilt.sheet, cell=spoilt.address, found=found, expected=expected)
    return finding("TPL-01", found=f"không có dòng “{IDENTITY_LABEL}” hợp lệ", expected=expected)


def contents_of(
    identity: FormIdentity, plans: Mapping[str, Plan], sender: Sender
) -> tuple[FormContents | None, tuple[Finding, ...]]:
    """Return what the form was asked, or why it cannot be told."""
    if not sender.agrees_with(identity.plan_key, identity.unit_code):
        said = f"{identity.plan_key}/{identity.unit_code}"
        return None, (finding("IDN-01", found=said, expected=sender.shown),)
    plan = plans.get(identity.plan_key)
    if plan is None:
        return None, (_unknown("mã kế hoạch", identity.plan_key, ", ".join(sorted(plans))),)
    senders = reporting_units(plan)
    if identity.unit_code not in senders:
        return None, (_unknown("mã đơn vị", identity.unit_code, ", ".join(senders)),)
    try:
        period = period_of(identity.period)
    except UsageError:
        return None, (_unknown("kỳ báo cáo", identity.period, "2026-06, 2026-Q2, 2026-H1, 2026-M9, 2026"),)
    # The file's own identity: a form of an earlier version keeps its id, and with it the due day it was promised.
    return replace(form_contents(plan, identity.unit_code, period, {}), identity=identity), ()


def contradicted_period(caged: CagedFile, located: LocatedForm, identity: FormIdentity) -> tuple[Finding, ...]:
    """Return IDN-02 where the heading, or the title of the results, names another period than the identity line.

    Last month's file with a new heading would overwrite last month's figures with this month's.
    """
    said: list[tuple[str, str | None, str]] = [(cell.sheet, cell.address, text) for cell, text in period_lines(caged)]
    said += [
        (table.sheet, None, title)
        for table in located.tables
        for column, title in table.titles.items()
        if column in ANSWER_COLUMNS
    ]
    for sheet, cell, text in said:
        mentions = mentioned_periods(text)
        if mentions.codes and not mentions.is_unclear and identity.period not in mentions.codes:
            found, expected = ", ".join(sorted(mentions.codes)), identity.period
            return (finding("IDN-02", sheet=sheet, cell=cell, found=found, expected=expected),)
    return ()


def period_lines(caged: CagedFile) -> Iterator[tuple[LocatedCell, str]]:
    """Yield the cells that state the period in so many words ("Kỳ báo cáo: Tháng 6 năm 2026"), with what they state.

    What is stated follows the label, or stands in the cell beside it.
    """
    for sheet, row, column, text in cells_with_text(caged):
        folded = fold(text) if len(text) <= LONGEST_PERIOD_LINE else ""
        if folded.startswith(PERIOD_LABEL):
            stated = folded.removeprefix(PERIOD_LABEL).strip()
            cell = cell_at(sheet, row, column) if stated else cell_beside(sheet, row, column)
            yield cell, stated or fold(cell.text)


def _unknown(what: str, found: str, known: str) -> Finding:
    return finding("COD-01", found=found, expected=known, what=what)
