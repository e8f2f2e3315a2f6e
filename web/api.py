"""The machine interface, version 1: what the pages show, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from fastapi import APIRouter, Request

from warehouse.errors import NotPublished
from warehouse.extracts.registry import LOCKING
from warehouse.publish import current_snapshot
from web.boards import PlanStanding, read_board, read_plans
from web.desk import Package, packages
from web.records import (
    ExtractAnswer,
    ExtractsAnswer,
    HealthAnswer,
    IndicatorRecord,
    PlanRecord,
    PlansAnswer,
    ProgressAnswer,
    SnapshotRecord,
    TroubleAnswer,
)
from web.rendering import office_of
from web.snapshot import open_snapshot

if TYPE_CHECKING:
    from web.snapshot import Reader, Row

DERIVED_FROM_THE_FIGURE = (
    "value", "value_text", "numerator", "denominator", "gap", "pace_ratio", "trend", "probability_hit",
    "needed_per_period", "evidence",
)  # fmt: skip

router = APIRouter(
    prefix="/api/v1",
    tags=["v1"],
    responses={
        404: {"model": TroubleAnswer, "description": "No such plan or month"},
        503: {"model": TroubleAnswer, "description": "Nothing published yet, or busy"},
    },
)
health_router = APIRouter()


@router.get("/plans")
def plans(request: Request) -> PlansAnswer:
    """List the plans of the published snapshot with their counts."""
    with open_snapshot(office_of(request).settings) as reader:
        return PlansAnswer(snapshot=_snapshot(reader), plans=[_plan(standing) for standing in read_plans(reader)])


@router.get("/plans/{plan_key}/progress")
def progress(request: Request, plan_key: str, period: str | None = None) -> ProgressAnswer:
    """Return where every indicator of a plan stands as of a month (YYYY-MM), the latest by default."""
    with open_snapshot(office_of(request).settings) as reader:
        board = read_board(reader, plan_key, period)
        return ProgressAnswer(
            snapshot=_snapshot(reader),
            plan_key=plan_key,
            as_of_period=board.as_of_period,
            periods=list(board.periods),
            indicators=[_indicator(row) for row in board.indicators],
        )


@router.get("/extracts")
def extracts(request: Request) -> ExtractsAnswer:
    """List the packages for the province with their states."""
    office = office_of(request)
    found = packages(office.settings, office.ledger)
    return ExtractsAnswer(extracts=[_extract(request, package) for package in found])


@health_router.get("/health", tags=["health"])
def health(request: Request) -> HealthAnswer:
    """Tell whether the ledger answers, and which snapshot is served."""
    office = office_of(request)
    with office.ledger.connect() as connection:
        connection.execute(sa.select(1))
    try:
        snapshot = current_snapshot(office.settings)
    except NotPublished:
        return HealthAnswer(status="ok", snapshot_id=None, as_of=None)
    return HealthAnswer.model_validate({"status": "ok", **asdict(snapshot)})


def _snapshot(reader: Reader) -> SnapshotRecord:
    return SnapshotRecord.model_validate({**asdict(reader.snapshot), "is_synthetic": reader.is_synthetic})


def _plan(standing: PlanStanding) -> PlanRecord:
    counts = {
        "indicators_count": standing.indicators,
        "indicators_with_data_count": standing.with_data,
        "statuses": dict(standing.statuses),
        "forms_issued_count": standing.forms_issued,
        "forms_missing_count": standing.forms["missing"],
        "forms_not_due_count": standing.forms["not_due"],
        "flags_open_count": standing.flags_open,
        "flags_blocking_count": standing.flags_blocking,
    }
    return PlanRecord.model_validate(standing.plan | counts)


def _indicator(row: Row) -> IndicatorRecord:
    shown = row | dict.fromkeys(DERIVED_FROM_THE_FIGURE) if row["is_withheld"] else row
    return IndicatorRecord.model_validate(shown)


def _extract(request: Request, package: Package) -> ExtractAnswer:
    record = package.record
    is_offered = package.has_file and record.state in LOCKING
    address = str(request.app.url_path_for("extract_zip", export_id=record.export_id)) if is_offered else None
    return ExtractAnswer.model_validate({**asdict(record), "download": address})
