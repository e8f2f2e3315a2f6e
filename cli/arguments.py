"""Read days and instants given on the command line."""

from __future__ import annotations

import datetime as dt

from warehouse.clock import VIETNAM
from warehouse.errors import UsageError


def read_day(text: str) -> dt.date:
    """Read a day given on the command line; raises UsageError."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"Không hiểu ngày '{text}'. Hãy viết dạng 2026-06-15.", day=text) from error


def read_instant(text: str) -> dt.datetime:
    """Read an instant given on the command line (no zone means Vietnam); raises UsageError."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"Không hiểu thời điểm '{text}'. Hãy viết dạng 2026-06-15T17:00.", instant=text) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).astimezone(dt.UTC)
