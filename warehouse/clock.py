"""The injected clock: periods and deadlines in Vietnam's time, storage in UTC."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from warehouse.settings import Settings

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now(settings: Settings) -> dt.datetime:
    """Return the current UTC instant, or the fixed one (`THUOCDO_NOW`; no zone means Vietnam)."""
    if settings.now is None:
        return dt.datetime.now(dt.UTC)
    fixed = settings.now
    return (fixed if fixed.tzinfo else fixed.replace(tzinfo=VIETNAM)).astimezone(dt.UTC)


def today(settings: Settings) -> dt.date:
    """Return today's date in Vietnam."""
    return now(settings).astimezone(VIETNAM).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """Return the last UTC instant of a day in Vietnam: what 'due on' that day means."""
    start_of_next = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), VIETNAM)
    return start_of_next.astimezone(dt.UTC) - dt.timedelta(microseconds=1)
