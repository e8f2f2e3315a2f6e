"""What units claim about dossiers, told from the synthetic portal's own histories.

Honest units count what the portal holds; one commune counts the portal's flag "digitised"
instead of real files (the trap of domain 3.3), so the comparison of claims with records has
something to find.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

from ingestion.portal.minimise import MinimisedDossier, minimise
from ingestion.portal.records import read_portals
from ingestion.portal.simulator.app import DEFAULT_SEED
from ingestion.portal.simulator.histories import histories
from ingestion.sample.series import Share
from plans.periods import default_regime, months_between
from warehouse.clock import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from plans.periods import Period

SETTLING_DAYS = 12
"""How long after a period's count a unit closes its books: pending dossiers get their results."""
EARLIEST_DAYS = 20
FLAG_COUNTERS = frozenset({"16342"})
FLAG = "HoSoCoThanhPhanSoHoa"
FLAGGED_RATE = "dossiers_digitised"
NOT_RECEIVED = {"1", "3"}
Dossier = tuple[MinimisedDossier, bool]
"""A dossier as kept, and whether the portal's own flag calls it digitised."""

COUNTS: dict[str, Callable[[MinimisedDossier], bool]] = {
    "received_online": lambda dossier: dossier.channel == "2",
    "full_online": lambda dossier: dossier.channel == "2" and bool(dossier.is_full_online),
    FLAGGED_RATE: lambda dossier: dossier.has_component_files and dossier.has_electronic_result,
    "data_reused": lambda dossier: dossier.is_reused,
    "without_boundary": lambda dossier: bool(dossier.is_boundary_free),
}


def claimed_share(portals_folder: Path, commune_code: str, period: Period, rate: str, now: dt.datetime) -> Share | None:
    """Return what a unit counts for a rate of a period, as known soon after it (never later than `now`).

    Returns:
        The share, or None for a rate that is not counted here or a period without dossiers.
    """
    held = _received(portals_folder, commune_code, period, now.astimezone(VIETNAM).replace(tzinfo=None))
    if rate == "satisfaction":
        rated = [dossier for dossier, _ in held if dossier.satisfaction is not None]
        return _share((dossier.satisfaction == "1" for dossier in rated), len(rated))
    if rate == FLAGGED_RATE and commune_code in FLAG_COUNTERS:
        return _share((is_flagged for _, is_flagged in held), len(held))
    if rate not in COUNTS:
        return None
    return _share((COUNTS[rate](dossier) for dossier, _ in held), len(held))


def _share(hits: Iterable[bool], denominator: int) -> Share | None:
    return Share(sum(hits), denominator) if denominator else None


@lru_cache(maxsize=128)
def _received(portals_folder: Path, commune_code: str, period: Period, now: dt.datetime) -> tuple[Dossier, ...]:
    """Return the dossiers received within the period's count, as the portal shows them at the look."""
    counts_from, counts_to = default_regime().window(period)
    look = min(dt.datetime.combine(counts_to + dt.timedelta(days=SETTLING_DAYS), dt.time(17)), now)
    portal = next(iter(read_portals(portals_folder).values()))
    held: list[Dossier] = []
    # A dossier is received at most some weeks after it was handed in: older months cannot matter.
    submitted_from = counts_from - dt.timedelta(days=EARLIEST_DAYS)
    for month in months_between(f"{submitted_from:%Y-%m}", f"{look:%Y-%m}"):
        for history in histories(DEFAULT_SEED, commune_code, month.code):
            if history.updated_at(look) is None:
                continue
            record = history.seen(look)
            dossier = minimise(portal, record)
            if dossier.status in NOT_RECEIVED or not dossier.received_at:
                continue
            received_on = dt.datetime.strptime(dossier.received_at[:8], "%Y%m%d").date()
            if counts_from <= received_on <= counts_to:
                held.append((dossier, record.get(FLAG) == "1"))
    return tuple(held)
