"""Last period's answers, as the next form shows them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ingestion.forms.previous import NOTHING, previous_answers
from tests.ingestion.office import PLAN_KEY

if TYPE_CHECKING:
    from tests.ingestion.office import Office

ANSWERS = {
    "ct-01": {"numerator": 2, "denominator": 3},
    "ct-03": {"value": 2},
    "ct-05": {"nil": "x"},
    "ct-07": {"value": "Đang thực hiện"},
}


def previous(commune: Office, period: str) -> dict[str, str]:
    answers = previous_answers(commune.settings, commune.engine, PLAN_KEY, period, ["vhxh"])
    return dict(answers.get("vhxh", NOTHING).shown)


def test_without_an_earlier_period_nothing_is_shown(commune: Office) -> None:
    assert previous(commune, "2026-06") == {}


def test_the_accepted_answers_are_shown_as_people_write_them(commune: Office) -> None:
    commune.submit(commune.fill(ANSWERS))
    assert previous(commune, "2026-07") == {
        "ct-01": "66,67", "ct-03": "2", "ct-05": "Không phát sinh", "ct-07": "Đang thực hiện",
    }  # fmt: skip


def test_a_period_does_not_show_its_own_answers(commune: Office) -> None:
    commune.submit(commune.fill(ANSWERS))
    assert previous(commune, "2026-06") == {}


def test_the_latest_period_and_its_newest_revision_count(commune: Office) -> None:
    commune.submit(commune.fill({"ct-03": {"value": 1}}, period="2026-05"))
    commune.submit(commune.fill({"ct-03": {"value": 2}}))
    commune.submit(commune.fill({"ct-03": {"value": 3}}), now=dt.datetime(2026, 6, 16, tzinfo=dt.UTC))
    assert previous(commune, "2026-07") == {"ct-03": "3"}
    assert previous(commune, "2026-06") == {"ct-03": "1"}
