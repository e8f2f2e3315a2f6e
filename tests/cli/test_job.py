"""The days on which the sample's months are lived."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from cli.job import COLLECTION_DAYS, _Story
from warehouse.clock import VIETNAM

if TYPE_CHECKING:
    from warehouse.settings import Settings


@pytest.mark.parametrize(
    ("month", "days"),
    [(5, [15, 19, 27]), (6, [15]), (7, [])],
    ids=["a month past", "the last month", "a month to come"],
)
def test_nothing_is_collected_after_the_end(settings: Settings, month: int, days: list[int]) -> None:
    story = _Story(settings, None, dt.datetime(2026, 6, 15, 18, tzinfo=VIETNAM))  # type: ignore[arg-type]
    moments = list(story._collection_moments(dt.date(2026, month, 1)))
    assert moments == [dt.datetime(2026, month, day, 17, tzinfo=VIETNAM) for day in days]


def test_every_month_has_every_collection_day() -> None:
    assert max(COLLECTION_DAYS) <= 28
