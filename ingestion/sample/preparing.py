"""Prepare a period's letters: the issued workbooks filled in, some late, missing, corrected or spoiled."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.forms.issue import IssuedForm, issue_forms
from ingestion.portal.simulator.draws import Draws
from ingestion.sample.answers import Answers
from ingestion.sample.faults import PLAUSIBLE, REFUSED, Fault, HonestForm, Spoiled
from ingestion.sample.filling import filled, stable_bytes
from ingestion.sample.honest import Office, month_before
from ingestion.sample.letters import Letter, read_letters, write_key
from ingestion.sample.portal_claims import FLAG_COUNTERS, FLAGGED_RATE
from ingestion.sample.series import SEED, is_stuck, month_number
from plans.periods import default_regime, period_of
from plans.reading import read_catalogue
from plans.records import ValueKind
from warehouse.clock import VIETNAM
from warehouse.clock import now as clock_now
from warehouse.storage import write_durably

if TYPE_CHECKING:
    import sqlalchemy as sa

    from plans.periods import Period
    from plans.records import Plan
    from warehouse.settings import Settings

HONEST, LATE, MISSING, CORRECTION, RESENT = "honest", "late", "missing", "correction", "resent"
MISSING_COUNT, LATE_COUNT, CORRECTED_COUNT = 1, 2, 1
REFUSED_A_MONTH, PLAUSIBLE_A_MONTH = 3, 2
RESENT_SHARE = 0.7
OFFICE_OPENS = dt.time(8)
OFFICE_MINUTES = 8 * 60


@dataclass(frozen=True)
class _Desk:
    """A unit at work on one period: its form, and what it honestly knows."""

    office: Office
    period: Period
    form: IssuedForm
    honest: HonestForm
    draws: Draws = field(repr=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.office.plan.plan_key, self.office.unit_code

    @property
    def is_focal(self) -> bool:
        return self.office.unit_code == self.office.plan.focal_unit


def prepare_letters(settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], period: str) -> list[Letter]:
    """Prepare the letters of a period once; a period that is prepared already is returned as it is.

    Args:
        settings: Settings; forms carry the banner of synthetic figures when `is_sample`.
        engine: Ledger; forms that were not issued yet are issued.
        plans: Every plan by key.
        period: Code of the reporting period.

    Returns:
        The letters, those of one unit in the order of sending.

    Raises:
        UsageError: the period cannot be read.
    """
    asked = period_of(period)
    known = [letter for letter in read_letters(settings) if letter.period == asked.code]
    if known:
        return known
    desks = list(_desks(settings, engine, plans, asked))
    letters = [letter for desk, fault in _assigned(settings, desks, asked) for letter in _sent(settings, desk, fault)]
    write_key(settings, [*read_letters(settings), *letters], list(_standing_faults(settings, plans)))
    return letters


def _desks(settings: Settings, engine: sa.Engine, plans: Mapping[str, Plan], period: Period) -> Iterator[_Desk]:
    now = clock_now(settings)
    catalogue = read_catalogue(settings.plans_folder)
    before = month_before(period)
    for plan in plans.values():
        forms = issue_forms(settings, engine, plan, period.code, now)
        for number, form in enumerate(forms):
            office = Office(plan, form.unit_code, catalogue, settings.portals_folder, now)
            answers, shares = office.answers(period)
            earlier, earlier_shares = office.answers(before) if before else (Answers(), {})
            other = forms[(number + 1) % len(forms)]
            honest = HonestForm(
                form=form.path,
                other_form=other.path if other is not form else None,
                indicators=office.indicators,
                answers=answers,
                shares=shares,
                earlier=earlier,
                earlier_shares={key: share for key, share in earlier_shares.items() if key in shares},
                targets=office.targets(period),
            )
            yield _Desk(office, period, form, honest, Draws(SEED, *_names(plan, form, period)))


def _standing_faults(settings: Settings, plans: Mapping[str, Plan]) -> Iterator[dict[str, str]]:
    """Name the faults that last through all months: figures that never move, and claims that count a mere flag."""
    rates = {entry.code: entry.dossier_rate for entry in read_catalogue(settings.plans_folder).indicators}
    for plan in plans.values():
        for indicator in plan.indicators:
            rate = rates.get(indicator.canonical_code or "")
            fault = {"plan_key": plan.plan_key, "indicator_code": indicator.code}
            if rate is None and indicator.value_kind is ValueKind.RATIO and is_stuck(plan, indicator):
                yield fault | {"rule": "STK-01"}
            if rate == FLAGGED_RATE and plan.commune_code in FLAG_COUNTERS:
                yield fault | {"rule": "CLM-01", "cause": "definition"}


def _names(plan: Plan, form: IssuedForm, period: Period) -> tuple[str, str, str]:
    return plan.plan_key, form.unit_code, period.code


Assignment = tuple[_Desk, str | tuple[Fault, Spoiled]]


def _assigned(settings: Settings, desks: list[_Desk], period: Period) -> list[Assignment]:
    """Give every desk its part of the month: a fault with what it made, or one of the kinds."""
    month = month_number(period)
    # Focal units hold most of a plan's figures: a board without them would show little else.
    waiting = sorted(desks, key=lambda desk: (desk.is_focal, desk.draws.share("order")))
    regular_before = _regular_before(settings, period)
    roles: dict[tuple[str, str], str | tuple[Fault, Spoiled]] = {}
    for number in range(PLAUSIBLE_A_MONTH):
        fault = PLAUSIBLE[(month * PLAUSIBLE_A_MONTH + number) % len(PLAUSIBLE)]
        _give(fault, [desk for desk in waiting if desk.key in regular_before], roles)
    for number in range(REFUSED_A_MONTH):
        _give(REFUSED[(month * REFUSED_A_MONTH + number) % len(REFUSED)], waiting, roles)
    plain = [desk for desk in waiting if desk.key not in roles and not desk.is_focal]
    kinds = [MISSING] * MISSING_COUNT + [LATE] * LATE_COUNT + [CORRECTION] * CORRECTED_COUNT
    roles |= {desk.key: kind for desk, kind in zip(plain, kinds, strict=False)}
    return [(desk, roles.get(desk.key, HONEST)) for desk in desks]


def _give(fault: Fault, desks: list[_Desk], roles: dict[tuple[str, str], str | tuple[Fault, Spoiled]]) -> None:
    """Plant a fault on the first free desk whose form it fits."""
    for desk in desks:
        spoiled = fault.make(desk.honest) if desk.key not in roles else None
        if spoiled is not None:
            roles[desk.key] = (fault, spoiled)
            return


def _regular_before(settings: Settings, period: Period) -> set[tuple[str, str]]:
    """Return the units whose last month's letter was plain: a fault against last month needs one."""
    before = month_before(period)
    letters = [letter for letter in read_letters(settings) if before and letter.period == before.code]
    return {(letter.plan_key, letter.unit_code) for letter in letters if letter.kind == HONEST}


@dataclass(frozen=True)
class _Expected:
    """What must become of a letter."""

    outcome: str = "accepted"
    finding_codes: tuple[str, ...] = ()
    flag_rules: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


def _sent(settings: Settings, desk: _Desk, role: str | tuple[Fault, Spoiled]) -> Iterator[Letter]:
    """Write the letters of one desk, in the order of sending."""
    on_time = _on_time(desk)
    if isinstance(role, tuple):
        yield from _spoiled_and_mended(settings, desk, *role)
    elif role == MISSING:
        yield _letter(settings, desk, MISSING, None, None, _Expected("missing"))
    elif role == LATE:
        late = _later(desk, max(desk.form.due_at, on_time), 1, 4)
        expected = _Expected("accepted_with_warnings", ("LATE-01",))
        yield _letter(settings, desk, LATE, late, _honest_bytes(desk), expected)
    elif role == CORRECTION:
        first, touched = _mistaken(desk)
        yield _letter(settings, desk, HONEST, on_time, first, _Expected(indicators=touched))
        mended_at = _later(desk, on_time, 3, 6)
        yield _letter(settings, desk, CORRECTION, mended_at, _honest_bytes(desk), _Expected(finding_codes=("REV-01",)))
    else:
        yield _letter(settings, desk, HONEST, on_time, _honest_bytes(desk), _Expected())


def _spoiled_and_mended(settings: Settings, desk: _Desk, fault: Fault, spoiled: Spoiled) -> Iterator[Letter]:
    """Write a spoiled letter and, of those that are refused, most often the mended one."""
    on_time = _on_time(desk)
    expected = _Expected(fault.outcome, fault.finding_codes, fault.flag_rules, spoiled.indicators)
    yield _letter(settings, desk, f"fault:{fault.name}", on_time, spoiled.content, expected, fault.extension)
    if fault.outcome == "rejected" and desk.draws.hits("resent", RESENT_SHARE):
        yield _letter(settings, desk, RESENT, _later(desk, on_time, 2, 4), _honest_bytes(desk), _Expected())


def _honest_bytes(desk: _Desk) -> bytes:
    return stable_bytes(filled(desk.form.path, desk.honest.answers))


def _mistaken(desk: _Desk) -> tuple[bytes, tuple[str, ...]]:
    """Return the honest form with one small slip, which the correction mends."""
    for key, share in desk.honest.shares.items():
        slipped = {"numerator": max(share.numerator - 2, 0), "denominator": share.denominator}
        return stable_bytes(filled(desk.form.path, desk.honest.answers.with_indicator(key, slipped))), (key,)
    for key, cells in desk.honest.answers.tasks.items():
        noted = {**cells, "state": "Đang thực hiện", "percent": 40, "note": "Đang tổng hợp"}
        return stable_bytes(filled(desk.form.path, desk.honest.answers.with_task(key, noted))), (key,)
    return stable_bytes(filled(desk.form.path, desk.honest.answers)), ()


def _on_time(desk: _Desk) -> dt.datetime:
    """Return when a punctual unit sends: the working hours after the count closes, or the due day."""
    _, counts_to = default_regime().window(desk.period)
    day = min(counts_to + dt.timedelta(days=1), desk.form.due_at.astimezone(VIETNAM).date())
    opens = dt.datetime.combine(day, OFFICE_OPENS, VIETNAM)
    return (opens + dt.timedelta(minutes=desk.draws.whole("minute", 0, OFFICE_MINUTES))).astimezone(dt.UTC)


def _later(desk: _Desk, moment: dt.datetime, fewest: int, most: int) -> dt.datetime:
    return moment + dt.timedelta(days=desk.draws.whole("days", fewest, most), minutes=-desk.draws.whole("early", 0, 90))


def _letter(
    settings: Settings,
    desk: _Desk,
    kind: str,
    deliver_at: dt.datetime | None,
    content: bytes | None,
    expected: _Expected,
    extension: str = ".xlsx",
) -> Letter:
    """Write a letter's bytes into the sample folder; a missing letter has none."""
    plan_key, unit_code = desk.key
    period = desk.period.code
    letter_id = f"{plan_key}_{period}_{unit_code}_{kind.removeprefix('fault:')}"
    path = None
    if content is not None:
        path = settings.path("sample", "letters", period, f"{letter_id}{extension}")
        write_durably(path, lambda handle: handle.write(content))
    return Letter(
        letter_id=letter_id,
        plan_key=plan_key,
        unit_code=unit_code,
        period=period,
        kind=kind,
        deliver_at=deliver_at,
        path=path,
        sha256=None if content is None else hashlib.sha256(content).hexdigest(),
        expected_outcome=expected.outcome,
        finding_codes=expected.finding_codes,
        flag_rules=expected.flag_rules,
        indicators=expected.indicators,
    )
