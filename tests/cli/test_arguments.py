"""Days and instants on the command line."""

from __future__ import annotations

import datetime as dt

import pytest

from cli.arguments import read_day, read_instant
from warehouse.errors import UsageError


def test_a_day_is_read() -> None:
    assert read_day("2026-06-15") == dt.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("text", "hour"), [("2026-06-15T17:00", 10), ("2026-06-15T17:00+07:00", 10), ("2026-06-15T17:00Z", 17)]
)
def test_an_instant_without_a_zone_is_vietnams(text: str, hour: int) -> None:
    moment = read_instant(text)
    assert moment == dt.datetime(2026, 6, 15, hour, tzinfo=dt.UTC)
    assert moment.tzinfo is dt.UTC


@pytest.mark.parametrize("text", ["", "15/06/2026", "2026-02-30", "hôm qua"])
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="2026-06-15"):
        read_day(text)
    with pytest.raises(UsageError, match="2026-06-15T17:00"):
        read_instant(text)
