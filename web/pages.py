"""The pages: each reads one snapshot (and the ledger), and shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from web.boards import (
    STATUSES,
    TASK_STATUSES,
    find_plan,
    find_unit,
    read_board,
    read_plans,
    read_tasks,
    reporting_units,
)
from web.desk import form_file, issued_forms, package_file, packages, unit_receipts
from web.inbox import SEVERITIES, read_flags, read_outstanding, unit_obligations
from web.rendering import office_of, page
from web.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"

router = APIRouter(include_in_schema=False)


def _chosen(asked: str, known: Sequence[str]) -> str | None:
    """Return a filter's value; an empty or unknown one filters nothing."""
    return asked if asked in known else None


@router.get("/", name="plans")
def plans(request: Request) -> HTMLResponse:
    """Show every plan with its counts and how much they rest on."""
    with open_snapshot(office_of(request).settings) as reader:
        return page(request, "plans.html", reader=reader, plans=read_plans(reader), statuses=STATUSES)


@router.get("/plans/{plan_key}", name="board")
def board(request: Request, plan_key: str, period: str = "", status: str = "") -> HTMLResponse:
    """Show the progress board of a plan as of a month."""
    chosen = _chosen(status, STATUSES)
    with open_snapshot(office_of(request).settings) as reader:
        found = read_board(reader, plan_key, period or None)
        return page(
            request,
            "board.html",
            reader=reader,
            plan=found.plan,
            board=found,
            indicators=[row for row in found.indicators if chosen in {None, row["status"]}],
            statuses=STATUSES,
            chosen=chosen,
            units=reporting_units(reader, plan_key),
        )


@router.get("/plans/{plan_key}/flags", name="flags")
def flags(request: Request, plan_key: str, severity: str = "") -> HTMLResponse:
    """Show the quality inbox of a plan: open, waived and fixed flags."""
    chosen = _chosen(severity, SEVERITIES)
    with open_snapshot(office_of(request).settings) as reader:
        return page(
            request,
            "flags.html",
            reader=reader,
            plan=find_plan(reader, plan_key),
            flags=read_flags(reader, plan_key, chosen),
            severities=SEVERITIES,
            chosen=chosen,
        )


@router.get("/plans/{plan_key}/outstanding", name="outstanding")
def outstanding(request: Request, plan_key: str) -> HTMLResponse:
    """Show what a plan waits for, and until when."""
    with open_snapshot(office_of(request).settings) as reader:
        found = read_board(reader, plan_key)
        return page(
            request,
            "outstanding.html",
            reader=reader,
            plan=found.plan,
            board=found,
            outstanding=read_outstanding(reader, plan_key),
        )


@router.get("/plans/{plan_key}/tasks", name="tasks")
def tasks(request: Request, plan_key: str, status: str = "") -> HTMLResponse:
    """Show the tasks of a plan."""
    chosen = _chosen(status, TASK_STATUSES)
    with open_snapshot(office_of(request).settings) as reader:
        found = read_tasks(reader, plan_key)
        return page(
            request,
            "tasks.html",
            reader=reader,
            plan=found.plan,
            board=found,
            tasks=[row for row in found.tasks if chosen in {None, row["status"]}],
            statuses=TASK_STATUSES,
            chosen=chosen,
        )


@router.get("/extracts", name="extracts")
def extracts(request: Request) -> HTMLResponse:
    """Show the packages for the province with their states."""
    office = office_of(request)
    with open_snapshot(office.settings) as reader:
        return page(request, "extracts.html", reader=reader, packages=packages(office.settings, office.ledger))


@router.get("/extracts/{export_id}.zip", name="extract_zip")
def extract_zip(request: Request, export_id: str) -> FileResponse:
    """Hand out the zip of a package."""
    office = office_of(request)
    path = package_file(office.settings, office.ledger, export_id)
    return FileResponse(path, media_type=ZIP, filename=path.name)


@router.get("/units/{plan_key}/{unit_code}", name="desk")
def desk(request: Request, plan_key: str, unit_code: str) -> HTMLResponse:
    """Show a unit its forms, and what became of what it handed in."""
    office = office_of(request)
    with open_snapshot(office.settings) as reader:
        return page(
            request,
            "desk.html",
            reader=reader,
            plan=find_plan(reader, plan_key),
            unit=find_unit(reader, plan_key, unit_code),
            forms=issued_forms(office.settings, office.ledger, plan_key, unit_code),
            obligations=unit_obligations(reader, plan_key, unit_code),
            receipts=unit_receipts(office.ledger, plan_key, unit_code),
        )


@router.get("/units/{plan_key}/{unit_code}/forms/{period}.xlsx", name="form")
def form(request: Request, plan_key: str, unit_code: str, period: str) -> FileResponse:
    """Hand out an issued form."""
    office = office_of(request)
    path = form_file(office.settings, office.ledger, plan_key, unit_code, period)
    return FileResponse(path, media_type=XLSX, filename=f"{plan_key}-{period}-{unit_code}.xlsx")
