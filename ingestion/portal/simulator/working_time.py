"""Office hours of the synthetic communes, in Vietnam's wall-clock time (naive)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from functools import lru_cache

from plans.periods import is_working_day

OPENS, CLOSES = dt.time(7, 30), dt.time(16, 30)
FIRST_DAY = dt.date(2025, 10, 1)
DAYS_KNOWN = 1100


@lru_cache(maxsize=1)
def working_days() -> tuple[dt.date, ...]:
    """List the working days from October 2025 on, three years long."""
    days = (FIRST_DAY + dt.timedelta(days=step) for step in range(DAYS_KNOWN))
    return tuple(day for day in days if is_working_day(day))


def working_day_after(day: dt.date, count: int) -> dt.date:
    """Return the `count`-th working day after a day; with 0 the day itself, or the next worked one."""
    days = working_days()
    at = bisect_left(days, day)
    if count and days[at] != day:
        at -= 1
    return days[at + count]


def office_moment(day: dt.date, share: float) -> dt.datetime:
    """Return a moment of a day's office hours; `share` in [0, 1) runs from opening to closing."""
    opens, closes = dt.datetime.combine(day, OPENS), dt.datetime.combine(day, CLOSES)
    return opens + dt.timedelta(seconds=int(share * (closes - opens).total_seconds()))


def next_office_moment(moment: dt.datetime, share: float) -> dt.datetime:
    """Return when an office takes up what reached it at `moment`: soon, in office hours."""
    soon = moment + dt.timedelta(minutes=10 + int(share * 180))
    if is_worked(soon.date()) and OPENS <= soon.time() <= CLOSES:
        return soon
    first = soon.date() if soon.time() < OPENS else soon.date() + dt.timedelta(days=1)
    return office_moment(working_day_after(first, 0), share * 0.5)


def is_worked(day: dt.date) -> bool:
    """Tell whether offices work on a day."""
    days = working_days()
    return days[bisect_left(days, day)] == day
