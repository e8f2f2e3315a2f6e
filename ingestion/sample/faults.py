"""The faults that are planted: what a hand, a program or a wish does to an honest form.

Each fault says what the intake must answer (outcome and finding codes) or, where the form is
sound but its figure is not, which rule must flag it later (`expectations/rules.yml`). A fault
that does not fit a form (no ratio to spoil) leaves it alone: its maker returns None.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.forms.layout import INDICATOR_COLUMNS, INDICATOR_SHEET
from ingestion.sample.answers import Answers, CellValue
from ingestion.sample.filling import column_place, filled, row_places, stable_bytes
from plans.records import ValueKind

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.sample.series import Share
    from plans.records import Indicator

OLE_HEADER = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
FEWEST_CELLS = 3
"""Rules about a form as a whole (CPY-01, ALL-01) look at this many ratios or more."""
BOMB_BYTES = 40 << 20
SMALLEST_SPOILED = 15
"""A ratio (percent points) below this stays plausible when a digit is lost."""


@dataclass(frozen=True)
class HonestForm:
    """What an honest unit would send: its form, its answers, and what the faults need to know."""

    form: Path
    other_form: Path | None
    indicators: Mapping[str, Indicator]
    answers: Answers
    shares: Mapping[str, Share]
    earlier: Answers
    earlier_shares: Mapping[str, Share]
    targets: Mapping[str, float | None]


@dataclass(frozen=True)
class Spoiled:
    """A spoiled form: its bytes, and which indicators were touched."""

    content: bytes
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A fault: how it is made, and what must come of it."""

    name: str
    make: Callable[[HonestForm], Spoiled | None] = field(repr=False)
    outcome: str = "accepted"
    finding_codes: tuple[str, ...] = ()
    flag_rules: tuple[str, ...] = ()
    extension: str = ".xlsx"


def _with_cells(honest: HonestForm, key: str, cells: Mapping[str, CellValue]) -> Spoiled:
    answers = honest.answers.with_indicator(key, cells)
    return Spoiled(stable_bytes(filled(honest.form, answers)), (key,))


def _a_ratio(honest: HonestForm) -> str | None:
    """Return the first ratio with a level that can be spoiled."""
    keys = (key for key, share in honest.shares.items() if SMALLEST_SPOILED < share.percent < 100)
    return next(keys, None)


def _numerator_above_denominator(honest: HonestForm) -> Spoiled | None:
    key = _a_ratio(honest)
    if key is None:
        return None
    share = honest.shares[key]
    return _with_cells(honest, key, {"numerator": share.denominator + 7, "denominator": share.denominator})


def _result_against_counts(honest: HonestForm) -> Spoiled | None:
    key = _a_ratio(honest)
    if key is None:
        return None
    share = honest.shares[key]
    wrong = round(share.percent / 2, 1)
    return _with_cells(honest, key, {"numerator": share.numerator, "denominator": share.denominator, "value": wrong})


def _fraction_for_percent(honest: HonestForm) -> Spoiled | None:
    key = _a_ratio(honest)
    return _with_cells(honest, key, {"value": round(honest.shares[key].percent / 100, 3)}) if key else None


def _words_for_a_figure(honest: HonestForm) -> Spoiled | None:
    key = _a_ratio(honest)
    return _with_cells(honest, key, {"value": "cơ bản hoàn thành"}) if key else None


def _failed_formula(honest: HonestForm) -> Spoiled | None:
    key = _a_ratio(honest)
    return _with_cells(honest, key, {"value": "#DIV/0!"}) if key else None


def _personal_data(honest: HonestForm) -> Spoiled | None:
    key = next(iter(honest.answers.indicators), None)
    if key is None:
        return None
    cells = {**honest.answers.indicators[key], "note": "Người dân: CCCD 000000000000"}
    return _with_cells(honest, key, cells)


def _row_copied(honest: HonestForm) -> Spoiled | None:
    key = _a_ratio(honest)
    if key is None:
        return None
    workbook = filled(honest.form, honest.answers)
    sheet = workbook[INDICATOR_SHEET]
    source = row_places(sheet, INDICATOR_COLUMNS)[key]
    blank = max(row_places(sheet, INDICATOR_COLUMNS).values()) + 1  # the empty row above the signatures
    for column in range(1, column_place(INDICATOR_COLUMNS, "key") + 1):
        sheet.cell(blank, column).value = sheet.cell(source, column).value
    return Spoiled(stable_bytes(workbook), (key,))


def _blank_form(honest: HonestForm) -> Spoiled:
    return Spoiled(stable_bytes(filled(honest.form, Answers())))


def _wrong_units_form(honest: HonestForm) -> Spoiled | None:
    return Spoiled(honest.other_form.read_bytes()) if honest.other_form else None


def _empty_file(_honest: HonestForm) -> Spoiled:
    return Spoiled(b"")


def _old_format(_honest: HonestForm) -> Spoiled:
    return Spoiled(OLE_HEADER)


def _zip_bomb(honest: HonestForm) -> Spoiled:
    packed = io.BytesIO(honest.form.read_bytes())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/media/image1.bin", (1980, 1, 1, 0, 0, 0)), bytes(BOMB_BYTES), 8)
    return Spoiled(packed.getvalue())


def _digit_lost(honest: HonestForm) -> Spoiled | None:
    """92,5 becomes 9,25: a decimal point slipped."""
    key = next((key for key in honest.earlier_shares if honest.shares[key].percent > SMALLEST_SPOILED), None)
    if key is None:
        return None
    return _with_cells(honest, key, {"value": round(honest.shares[key].percent / 10, 2)})


def _last_month_again(honest: HonestForm) -> Spoiled | None:
    """Every figure is last month's: the old file was sent again under the new form."""
    moving = [key for key, share in honest.earlier_shares.items() if 0 < share.percent < 100]
    if len(moving) < FEWEST_CELLS:
        return None
    copied = Answers({**honest.answers.indicators, **honest.earlier.indicators}, honest.answers.tasks)
    return Spoiled(stable_bytes(filled(honest.form, copied)), tuple(moving))


def _cumulative_drop(honest: HonestForm) -> Spoiled | None:
    """A count since the start of the year falls."""
    for key, indicator in honest.indicators.items():
        before = honest.earlier.indicators.get(key, {}).get("value")
        if indicator.value_kind is ValueKind.COUNT and isinstance(before, int) and before > 0:
            return _with_cells(honest, key, {"value": before - 1})
    return None


def _target_hit_exactly(honest: HonestForm) -> Spoiled | None:
    """The target to the digit, after months below it."""
    for key, share in honest.earlier_shares.items():
        target = honest.targets[key]
        if target is not None and 1 < target < 100 and share.percent < target:
            return _with_cells(honest, key, {"value": target})
    return None


def _all_hundred(honest: HonestForm) -> Spoiled | None:
    """Every ratio is 100 %."""
    if len(honest.shares) < FEWEST_CELLS:
        return None
    whole = {
        key: {"numerator": share.denominator, "denominator": share.denominator} for key, share in honest.shares.items()
    }
    answers = Answers({**honest.answers.indicators, **whole}, honest.answers.tasks)
    return Spoiled(stable_bytes(filled(honest.form, answers)), tuple(whole))


REFUSED = (
    Fault("numerator_above_denominator", _numerator_above_denominator, "rejected", ("RUL-01",)),
    Fault("fraction_for_percent", _fraction_for_percent, "rejected", ("NUM-01",)),
    Fault("empty_file", _empty_file, "rejected", ("ARR-03",)),
    Fault("wrong_units_form", _wrong_units_form, "rejected", ("IDN-01",)),
    Fault("failed_formula", _failed_formula, "rejected", ("NUM-03",)),
    Fault("old_format", _old_format, "rejected", ("FMT-11",), extension=".xls"),
    Fault("words_for_a_figure", _words_for_a_figure, "rejected", ("NUM-05",)),
    Fault("zip_bomb", _zip_bomb, "rejected", ("SEC-10",)),
    Fault("result_against_counts", _result_against_counts, "rejected", ("RUL-02",)),
    Fault("personal_data", _personal_data, "rejected", ("PII-01",)),
    Fault("row_copied", _row_copied, "rejected", ("KEY-01",)),
    Fault("blank_form", _blank_form, "rejected", ("NIL-01",)),
)
"""Faults that the intake refuses."""

PLAUSIBLE = (
    Fault("digit_lost", _digit_lost, flag_rules=("MAG-01",)),
    Fault("last_month_again", _last_month_again, flag_rules=("CPY-01",)),
    Fault("cumulative_drop", _cumulative_drop, flag_rules=("DEC-01",)),
    Fault("target_hit_exactly", _target_hit_exactly, flag_rules=("TGT-01",)),
    Fault("all_hundred", _all_hundred, flag_rules=("ALL-01",)),
)
"""Faults that only show against other periods: the form is taken, a rule must flag it."""
