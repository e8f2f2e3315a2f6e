"""Thresholds are read from the seed that the models read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from warehouse import thresholds
from warehouse.thresholds import threshold

if TYPE_CHECKING:
    from pathlib import Path

SEED = (
    "threshold_code,threshold_value,unit,valid_from,valid_to,note_vi,source\n"
    "claim_notice_pct,5,%,2020-01-01,2026-06-30,,\n"
    "claim_notice_pct,4.5,%,2026-07-01,,,\n"
)


def test_the_value_in_force_on_the_day_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thresholds.csv").write_text(SEED)
    monkeypatch.setattr(thresholds, "THRESHOLDS_FILE", tmp_path / "thresholds.csv")
    days = (dt.date(2026, 6, 30), dt.date(2026, 7, 1))
    assert [threshold("claim_notice_pct", day) for day in days] == [Decimal(5), Decimal("4.5")]


@pytest.mark.parametrize(
    ("code", "day"), [("khong_co", dt.date(2026, 6, 1)), ("claim_notice_pct", dt.date(2019, 1, 1))]
)
def test_a_limit_that_nobody_set_is_a_mistake_of_ours(code: str, day: dt.date) -> None:
    with pytest.raises(KeyError):
        threshold(code, day)
