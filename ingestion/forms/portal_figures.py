"""What the published records of the public-service portal say of a period: numerators and denominators by rate."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.forms.catalogue import canonical_entries
from plans.periods import default_regime, months_between
from warehouse.clock import VIETNAM
from warehouse.duck import mart
from warehouse.errors import NotPublished
from warehouse.publish import snapshot_path
from warehouse.reading import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plans.periods import Period
    from plans.records import CanonicalIndicator, Indicator, Plan
    from warehouse.settings import Settings

RATES = "fct_dossier_rates"
FigureKey = tuple[str, str]
"""Commune code, rate."""


@dataclass(frozen=True)
class PortalFigure:
    """A rate of a commune and period, counted in dossiers; a denominator of 0 means "không phát sinh".

    `known_until` is the instant at which the last dossier that counts became known.
    """

    numerator: int
    denominator: int
    known_until: dt.datetime

    def covers(self, period: Period) -> bool:
        """Whether the portal was asked after the period's count was closed, so that nothing of it can be missing."""
        _, counts_to = default_regime().window(period)
        return self.known_until.astimezone(VIETNAM).date() > counts_to


@dataclass(frozen=True)
class PortalFigures:
    """The figures of one period; empty where nothing is published or the period has no dossiers yet."""

    figures: Mapping[FigureKey, PortalFigure]
    entries: Mapping[str, CanonicalIndicator]

    def of(self, plan: Plan, indicator: Indicator) -> PortalFigure | None:
        """Return the figure that measures an indicator, or None where no rate does (`plans/catalogue.yml`)."""
        entry = self.entries.get(indicator.canonical_code or "")
        return self.figures.get((plan.commune_code, entry.dossier_rate or "")) if entry else None


def portal_figures(settings: Settings, period: Period, now: dt.datetime) -> PortalFigures:
    """Read the figures of a period from the published snapshot, as far as they were known at `now`.

    A longer period is the sum of its months, and only where all of them are there.
    """
    try:
        path = snapshot_path(settings)
    except NotPublished:
        return PortalFigures({}, {})
    known = {key: figure for key, figure in read_figures(path, period).items() if figure.known_until <= now}
    return PortalFigures(known, canonical_entries(settings.plans_folder))


@lru_cache(maxsize=8)
def read_figures(snapshot: Path, period: Period) -> Mapping[FigureKey, PortalFigure]:
    """Read a period of all communes from a warehouse file at once; a published file never changes."""
    first, last = (f"{period.year}-{month:02d}" for month in (period.first_month, period.last_month))
    months = [month.code for month in months_between(first, last)]
    with opened(snapshot) as connection:
        rates = mart(connection, RATES)
        query = (
            sa.select(
                rates.c.commune_code,
                rates.c.rate,
                sa.cast(sa.func.sum(rates.c.numerator), sa.BigInteger).label("numerator"),
                sa.cast(sa.func.sum(rates.c.denominator), sa.BigInteger).label("denominator"),
                sa.func.max(rates.c.known_from).label("known_until"),
            )
            .where(rates.c.period.in_(months), rates.c.denominator.is_not(None))
            .group_by(rates.c.commune_code, rates.c.rate)
            .having(sa.func.count() == len(months))
        )
        return {
            (row.commune_code, row.rate): PortalFigure(row.numerator, row.denominator, row.known_until)
            for row in connection.execute(query)
        }
