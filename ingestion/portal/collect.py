"""Pull every portal of the portals folder; one that fails stops no other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ingestion.portal.pull import PullResult, pull_dossiers
from ingestion.portal.records import read_portal
from warehouse.errors import FAILURES_OF_A_SOURCE, ThuocDoError, UsageError, told_together

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    import sqlalchemy as sa

    from plans.records import Plan
    from warehouse.settings import Settings

LOG = logging.getLogger(__name__)


def portal_files(folder: Path) -> dict[str, Path]:
    """List the portal files by the name of their portal; they are not read, as one may be broken."""
    return {path.stem: path for path in sorted(folder.glob("*.yml"))}


def collect_portals(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    now: dt.datetime,
    source: str | None = None,
    since: dt.date | None = None,
) -> dict[str, PullResult]:
    """Pull every portal once, or the one named.

    Args:
        settings: Settings.
        engine: Ledger.
        plans: Every plan by key; their communes are pulled.
        now: Instant of the pull, UTC.
        source: Name of one portal.
        since: Back-fill: read again from the first instant of this day in the portal's zone on.
            What is held already is not written again, and no watermark goes back.

    Returns:
        What each pull did, by portal.

    Raises:
        UsageError: no such portal, or a day in the future.
        SourceUnavailable, SourceContractBroken, SettingsRefused, WriterBusy: at least one portal
            failed, told together after all the others were pulled. Retryable if one of them is.
        StorageFull: at once.
    """
    files = portal_files(settings.portals_folder)
    if source is not None and source not in files:
        known = ", ".join(files) or "chưa có cổng nào"
        raise UsageError(f"Không có cổng dịch vụ công '{source}'. Các cổng hiện có: {known}.", portal=source)
    results: dict[str, PullResult] = {}
    failures: dict[str, ThuocDoError] = {}
    for name, path in files.items():
        if source not in {None, name}:
            continue
        try:
            results[name] = _pull(settings, engine, path, plans, now, since)
        except FAILURES_OF_A_SOURCE as failure:
            LOG.warning("portal %s could not be pulled: %s", name, failure.message)
            failures[name] = failure
    if failures:
        raise told_together(failures)
    return results


def _pull(
    settings: Settings,
    engine: sa.Engine,
    path: Path,
    plans: Mapping[str, Plan],
    now: dt.datetime,
    since: dt.date | None,
) -> PullResult:
    portal = read_portal(path)
    start = portal.start_of(since) if since else None
    if start and start > now:
        raise UsageError(f"Ngày {since} chưa đến, không có gì để kéo lại.", since=str(since))
    return pull_dossiers(settings, engine, portal, plans.values(), now, start)
