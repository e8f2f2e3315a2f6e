"""Put together what an honest unit knows and writes for a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.portal.simulator.draws import Draws
from ingestion.sample.answers import Answers
from ingestion.sample.portal_claims import claimed_share
from ingestion.sample.series import (
    SEED,
    Share,
    indicator_cells,
    month_number,
    ratio_cells,
    share_of,
    target_of,
    task_cells,
)
from plans.periods import months_between
from plans.records import Frequency, ValueKind
from plans.reporters import reported_tasks, reporter_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from plans.periods import Period
    from plans.records import Catalogue, Indicator, Plan

FIRST_MONTH = "2026-01"
BLANK_SHARE = 0.02
FEWEST_ROWS_WITH_BLANKS = 5


@dataclass(frozen=True)
class Office:
    """One unit of one plan, and what it can look up."""

    plan: Plan
    unit_code: str
    catalogue: Catalogue
    portals_folder: Path
    now: dt.datetime

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        """The unit's own indicators by code."""
        return {item.code: item for item in self.plan.indicators if reporter_of(self.plan, item) == self.unit_code}

    def answers(self, period: Period) -> tuple[Answers, Mapping[str, Share]]:
        """Return the honest answers of a period, and the shares behind its answered ratios."""
        rows, shares = {}, {}
        own_tasks = [task for task in reported_tasks(self.plan) if reporter_of(self.plan, task) == self.unit_code]
        # A unit with a handful of cells leaves none blank: a form without an answer would be no honest report.
        leaves_blanks = len(self.indicators) + len(own_tasks) > FEWEST_ROWS_WITH_BLANKS
        for code, indicator in self.indicators.items():
            claimed = self._claimed(indicator, period)
            draws = Draws(SEED, self.plan.plan_key, code, period.code)
            if leaves_blanks and draws.hits("blank", BLANK_SHARE):
                continue
            rows[code] = ratio_cells(draws, claimed) if claimed else indicator_cells(self.plan, indicator, period)
            if indicator.value_kind is ValueKind.RATIO and "nil" not in rows[code]:
                shares[code] = claimed or share_of(self.plan, indicator, period)
        tasks = {
            task.code: task_cells(self.plan, task, period)
            for task in own_tasks
            if not (
                leaves_blanks and Draws(SEED, self.plan.plan_key, task.code, period.code).hits("blank", BLANK_SHARE)
            )
        }
        return Answers(rows, tasks), shares

    def targets(self, period: Period) -> Mapping[str, float | None]:
        """Return the figure of each indicator's nearest target."""
        return {code: target_of(indicator, period) for code, indicator in self.indicators.items()}

    def _claimed(self, indicator: Indicator, period: Period) -> Share | None:
        rates = {entry.code: entry.dossier_rate for entry in self.catalogue.indicators}
        rate = rates.get(indicator.canonical_code or "")
        if rate is None:
            return None
        return claimed_share(self.portals_folder, self.plan.commune_code, period, rate, self.now)


def month_before(period: Period) -> Period | None:
    """Return the month before a monthly period of the sample; none before the first, or for longer periods."""
    if period.frequency is not Frequency.MONTHLY or month_number(period) <= 0:
        return None
    return months_between(FIRST_MONTH, period.code)[-2]
