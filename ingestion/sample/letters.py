"""Prepare a period's letters: the issued workbooks filled in, some late, missing, corrected or spoiled.

The answer key (`sample/answer_key.json`) tells for each letter what was planted and what must
come of it; drills and tests hold the pipeline against it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.forms.issue import IssuedForm, issue_forms
from ingestion.portal.simulator.draws import Draws
from ingestion.sample.answers import Answers
from ingestion.sample.faults import PLAUSIBLE, REFUSED, Fault, HonestForm, Spoiled
from ingestion.sample.filling import filled, stable_bytes
from ingestion.sample.honest import Office, month_before
from ingestion.sample.series import SEED, is_stuck, month_number
from plans.periods import default_regime, period_of
from plans.reading import read_catalogue
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
class Letter:
    """One file that a unit sends (or, when `missing`, does not), and what must become of it.

    `deliver_at` is a UTC instant; `path` lies in the state folder; both are None for a missing
    letter. `expected_outcome` holds for a letter collected before its deadline; later it is
    accepted with the warning LATE-01. `flag_rules` are the rules that must flag it afterwards.
    """

    letter_id: str
    plan_key: str
    unit_code: str
    period: str
    kind: str
    deliver_at: dt.datetime | None
    path: Path | None
    sha256: str | None
    expected_outcome: str
    finding_codes: tuple[str, ...] = ()
    flag_rules: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


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
    _write_key(settings, plans, [*read_letters(settings), *letters])
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


def _names(plan: Plan, form: IssuedForm, period: Period) -> tuple[str, str, str]:
    return plan.plan_key, form.unit_code, period.code


Assignment = tuple[_Desk, str | tuple[Fault, Spoiled]]


def _assigned(settings: Settings, desks: list[_Desk], period: Period) -> list[Assignment]:
    """Give every desk its part of the month: a fault with what it made, or one of the kinds."""
    month = month_number(period)
    waiting = sorted(desks, key=lambda desk: desk.draws.share("order"))
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


def _sent(settings: Settings, desk: _Desk, role: str | tuple[Fault, Spoiled]) -> Iterator[Letter]:
    """Write the letters of one desk, in the order of sending."""
    honest = stable_bytes(filled(desk.form.path, desk.honest.answers))
    on_time = _on_time(desk)
    if isinstance(role, tuple):
        fault, spoiled = role
        facts = {"outcome": fault.outcome, "codes": fault.finding_codes, "rules": fault.flag_rules}
        yield _letter(
            settings, desk, f"fault:{fault.name}", on_time, spoiled.content, fault.extension,
            indicators=spoiled.indicators, **facts,
        )  # fmt: skip
        if fault.outcome == "rejected" and desk.draws.hits("resent", RESENT_SHARE):
            yield _letter(settings, desk, RESENT, _later(desk, on_time, 2, 4), honest)
    elif role == MISSING:
        yield _letter(settings, desk, MISSING, None, None, outcome="missing")
    elif role == LATE:
        due = desk.form.due_at
        yield _letter(
            settings, desk, LATE, _later(desk, max(due, on_time), 1, 4), honest,
            outcome="accepted_with_warnings", codes=("LATE-01",),
        )  # fmt: skip
    elif role == CORRECTION:
        first, touched = _mistaken(desk)
        yield _letter(settings, desk, HONEST, on_time, first, indicators=touched)
        yield _letter(settings, desk, CORRECTION, _later(desk, on_time, 3, 6), honest, codes=("REV-01",))
    else:
        yield _letter(settings, desk, HONEST, on_time, honest)


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
    extension: str = ".xlsx",
    *,
    outcome: str = "accepted",
    codes: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    indicators: tuple[str, ...] = (),
) -> Letter:
    plan_key, unit_code = desk.key
    letter_id = f"{plan_key}_{desk.period.code}_{unit_code}_{kind.replace('fault:', '')}"
    path = (
        settings.path("sample", "letters", desk.period.code, f"{letter_id}{extension}") if content is not None else None
    )
    if path is not None and content is not None:
        write_durably(path, lambda handle: handle.write(content))
    return Letter(
        letter_id=letter_id,
        plan_key=plan_key,
        unit_code=unit_code,
        period=desk.period.code,
        kind=kind,
        deliver_at=deliver_at,
        path=path,
        sha256=hashlib.sha256(content).hexdigest() if content is not None else None,
        expected_outcome=outcome,
        finding_codes=codes,
        flag_rules=rules,
        indicators=indicators,
    )


def answer_key_path(settings: Settings) -> Path:
    """Return where the answer key lies."""
    return settings.path("sample", "answer_key.json")


def read_letters(settings: Settings) -> list[Letter]:
    """Return every prepared letter, in the order of preparation."""
    path = answer_key_path(settings)
    if not path.exists():
        return []
    entries = json.loads(path.read_text(encoding="utf-8"))["letters"]
    return [_from_entry(settings, entry) for entry in entries]


def _write_key(settings: Settings, plans: Mapping[str, Plan], letters: list[Letter]) -> None:
    key = {
        "seed": SEED,
        "standing_faults": _standing_faults(plans),
        "letters": [_to_entry(settings, letter) for letter in letters],
    }
    text = json.dumps(key, ensure_ascii=False, indent=1, sort_keys=True)
    write_durably(answer_key_path(settings), lambda handle: handle.write(text.encode()))


def _standing_faults(plans: Mapping[str, Plan]) -> list[dict[str, str]]:
    """List the faults that last through all months: figures that never move."""
    return [
        {"plan_key": plan.plan_key, "indicator_code": indicator.code, "rule": "STK-01"}
        for plan in plans.values()
        for indicator in plan.indicators
        if indicator.value_kind == "ratio" and is_stuck(plan, indicator)
    ]


def _to_entry(settings: Settings, letter: Letter) -> dict[str, Any]:
    entry = dict(vars(letter))
    entry["deliver_at"] = letter.deliver_at.isoformat() if letter.deliver_at else None
    entry["path"] = letter.path.relative_to(settings.root).as_posix() if letter.path else None
    return entry


def _from_entry(settings: Settings, entry: dict[str, Any]) -> Letter:
    moment, path = entry["deliver_at"], entry["path"]
    tuples = {name: tuple(entry[name]) for name in ("finding_codes", "flag_rules", "indicators")}
    return Letter(
        **{
            **entry,
            **tuples,
            "deliver_at": dt.datetime.fromisoformat(moment) if moment else None,
            "path": settings.path(path) if path else None,
        }
    )
