"""The product's steps as the benchmark of dossiers calls them, each in a process of its own."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion.portal import answers, client, pull, store, windows
from plans.reading import PLANS_FOLDER, read_plans
from warehouse.ledger import open_ledger

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from ingestion.portal.records import Portal
    from plans.records import Plan
    from warehouse.settings import Settings

ASKING, PARSING, SAVING = "HTTP and waiting for the portal", "parsing", "ledger (fsync)"
INSIDE_SAVING = ("landing (fsync)", "landed bytes to rows", "raw Parquet (fsync)")
STEPS: tuple[tuple[str, object, str], ...] = (
    (ASKING, client.PortalClient, "search"),
    (PARSING, answers.AnswerParser, "parse"),
    ("minimising", pull, "minimise"),
    ("checking the pass", windows.PassCheck, "add"),
    (INSIDE_SAVING[0], store, "land_page"),
    (INSIDE_SAVING[1], store, "landed_rows"),
    (INSIDE_SAVING[2], store, "write_batch"),
    (SAVING, store.CommuneStore, "save"),
)
"""What is timed: its name in the report, and where the product calls it."""


@dataclass(frozen=True)
class Pulled:
    """Rows that a pull wrote, and the seconds of its steps."""

    rows: int
    seconds: dict[str, float]


def pull_communes(settings: Settings, portal: Portal, communes: list[str], now: dt.datetime) -> Pulled:
    """Pull some communes as the product does."""
    seconds = dict.fromkeys((told for told, _, _ in STEPS), 0.0)
    originals = [(owner, name, getattr(owner, name)) for _, owner, name in STEPS]
    for (told, owner, name), (_, _, original) in zip(STEPS, originals, strict=True):
        setattr(owner, name, _timed(original, told, seconds))
    try:
        known = real_communes()
        plans = [_plan_of(known, code) for code in communes]
        result = pull.pull_dossiers(settings, open_ledger(settings), portal, plans, now)
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)
    assert result.complete
    seconds[ASKING] -= seconds[PARSING]
    seconds[SAVING] -= sum(seconds[step] for step in INSIDE_SAVING)
    return Pulled(result.rows_out, seconds)


def _timed(function: Callable[..., Any], told: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            seconds[told] += time.perf_counter() - started

    return timed


@lru_cache(maxsize=1)
def real_communes() -> dict[str, Plan]:
    """Return the plans of the repository by their commune."""
    return {plan.commune_code: plan for plan in read_plans(PLANS_FOLDER).values()}


def _plan_of(known: dict[str, Plan], commune_code: str) -> Plan:
    """Return a commune's plan; a made-up commune borrows one: a pull only asks whose dossiers to bring."""
    borrowed = next(iter(known.values()))
    return known.get(commune_code) or borrowed.model_copy(update={"commune_code": commune_code})


def build(settings: Settings, as_of: dt.date) -> dict[str, float]:
    """Build the marts as the product does; returns the seconds of every dbt node."""
    from expectations.judged_build import build_marts

    build_marts(settings, as_of)
    outcomes = json.loads(settings.path("warehouse", "dbt", "target", "run_results.json").read_text())["results"]
    return {outcome["unique_id"]: outcome["execution_time"] for outcome in outcomes}


def judge_and_publish(settings: Settings, as_of: dt.date) -> None:
    """Judge the figures and publish the snapshot as the product does."""
    from expectations.judged_build import judge_figures, publish_snapshot

    judge_figures(settings, as_of)
    publish_snapshot(settings, as_of)
