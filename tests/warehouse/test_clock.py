"""The clock: fixed when asked, days in Vietnam, instants in UTC."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from warehouse.clock import VIETNAM, end_of_day, now, today
from warehouse.settings import Settings


def test_a_fixed_clock_without_a_zone_is_vietnams() -> None:
    settings = Settings(now=dt.datetime(2026, 6, 15, 17))
    assert now(settings) == dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)


def test_a_fixed_clock_with_a_zone_is_that_instant_in_utc() -> None:
    fixed = now(Settings(now=dt.datetime(2026, 6, 15, 17, tzinfo=VIETNAM)))
    assert fixed == dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
    assert fixed.tzinfo is dt.UTC


def test_a_clock_that_is_not_fixed_goes_on() -> None:
    before = dt.datetime.now(dt.UTC)
    assert before <= now(Settings(now=None)) <= dt.datetime.now(dt.UTC)


def test_today_changes_at_midnight_in_vietnam() -> None:
    assert today(Settings(now=dt.datetime(2026, 6, 15, 16, 59, tzinfo=dt.UTC))) == dt.date(2026, 6, 15)
    assert today(Settings(now=dt.datetime(2026, 6, 15, 17, 0, tzinfo=dt.UTC))) == dt.date(2026, 6, 16)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_the_end_of_a_day_is_its_last_instant(day: dt.date) -> None:
    end = end_of_day(day)
    assert end.astimezone(VIETNAM).date() == day
    assert (end + dt.timedelta(microseconds=1)).astimezone(VIETNAM).date() == day + dt.timedelta(days=1)
