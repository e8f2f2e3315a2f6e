"""What a form asks: only the unit's own cells, the nearest target, readable names of periods."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ingestion.forms.contents import (
    decimal_shown,
    form_contents,
    nearest_target,
    period_shown,
    target_shown,
)
from plans.periods import period_of
from plans.reporters import reported_tasks, reporting_units
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from plans.records import Indicator
    from tests.ingestion.office import Office

JUNE = period_of("2026-06")


def indicator(commune: Office, code: str, **changes: object) -> Indicator:
    found = next(item for item in commune.plan.indicators if item.code == code)
    return found.model_copy(update=changes)


def test_a_form_asks_only_for_the_units_own_cells(commune: Office) -> None:
    contents = form_contents(commune.plan, "tram-y-te", JUNE, {})
    assert [row.key for row in contents.indicators] == ["yt-01"]
    assert contents.tasks == ()
    assert contents.cells_expected == 1


def test_the_forms_of_all_units_together_ask_for_every_cell_once(commune: Office) -> None:
    forms = [form_contents(commune.plan, unit, JUNE, {}) for unit in reporting_units(commune.plan)]
    asked = [row.key for form in forms for row in (*form.indicators, *form.tasks)]
    wanted = [item.code for item in (*commune.plan.indicators, *reported_tasks(commune.plan))]
    assert sorted(asked) == sorted(wanted)


def test_a_body_outside_the_commune_has_no_form(commune: Office) -> None:
    with pytest.raises(UsageError, match="không có biểu"):
        form_contents(commune.plan, "tinh", JUNE, {})


def test_last_periods_answer_stands_beside_its_cell(commune: Office) -> None:
    contents = form_contents(commune.plan, "vhxh", JUNE, {"ct-01": "87,5"})
    assert [row.previous for row in contents.indicators][:2] == ["87,5", ""]


def test_a_form_due_before_the_count_closes_holds_an_estimate(commune: Office) -> None:
    rule = {
        "code": "qd", "reporter_units": ["vhxh", "tram-y-te"], "reporter_text": "Các đơn vị", "recipient": "UBND xã",
        "frequency": "monthly", "due": {"day": 10, "is_before": False},
        "provenance": {"file": "mau.txt", "section": "III"},
    }  # fmt: skip
    early = type(commune.plan).model_validate(commune.plan.model_dump() | {"reporting_rules": [rule]})
    assert form_contents(early, "vhxh", JUNE, {}).is_estimate
    assert not form_contents(commune.plan, "vhxh", JUNE, {}).is_estimate


def test_the_nearest_target_is_the_next_one_still_open(commune: Office) -> None:
    (only,) = indicator(commune, "ct-01").targets
    old = only.model_copy(update={"year": 2025, "due_on": dt.date(2025, 12, 31), "text": "≥ 80%"})
    far = only.model_copy(update={"year": 2030, "due_on": dt.date(2030, 12, 31), "text": "100%"})
    three = indicator(commune, "ct-01", targets=(old, only, far))
    assert nearest_target(three, dt.date(2026, 6, 1)) == only
    assert nearest_target(three, dt.date(2027, 1, 1)) == far


def test_when_all_targets_have_passed_the_last_one_is_shown(commune: Office) -> None:
    assert nearest_target(indicator(commune, "ct-01"), dt.date(2031, 1, 1)) is not None


def test_an_indicator_without_target_shows_none(commune: Office) -> None:
    bare = indicator(commune, "ct-01", targets=())
    assert target_shown(bare, nearest_target(bare, dt.date(2026, 6, 1))) == ""


def test_a_short_target_is_shown_as_printed_with_its_year(commune: Office) -> None:
    found = indicator(commune, "ct-03")
    assert target_shown(found, found.targets[0]) == "5 sáng kiến (năm 2026)"


def test_a_target_that_repeats_the_whole_sentence_is_shown_as_its_figure(commune: Office) -> None:
    found = indicator(commune, "ct-01")
    long = found.targets[0].model_copy(update={"text": "Bảo đảm tối thiểu 90% " + "hồ sơ thủ tục hành chính " * 4})
    assert target_shown(found, long) == "≥ 90% (năm 2026)"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("2026-06", "Tháng 6 năm 2026"),
        ("2026-Q2", "Quý II năm 2026"),
        ("2026-H1", "6 tháng đầu năm 2026"),
        ("2026-H2", "6 tháng cuối năm 2026"),
        ("2026-M9", "9 tháng đầu năm 2026"),
        ("2026", "Năm 2026"),
    ],
)
def test_a_period_is_named_as_report_titles_do(code: str, shown: str) -> None:
    assert period_shown(period_of(code)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("92.5000", "92,5"), ("100", "100"), ("0.0000", "0"), ("1200.00", "1200")]
)
def test_a_figure_is_shown_with_a_decimal_comma(value: str, shown: str) -> None:
    assert decimal_shown(Decimal(value)) == shown
