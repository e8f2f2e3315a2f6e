"""Read plan files and the catalogue; say in one sentence what is wrong with a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from plans.records import Catalogue, FigureOfRecord, Plan
from warehouse.errors import PlanRefused, UsageError
from warehouse.record_files import read_record

if TYPE_CHECKING:
    from collections.abc import Iterable

PLANS_FOLDER = Path(__file__).parent
CATALOGUE_FILE = "catalogue.yml"
PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
CATALOGUE: TypeAdapter[Catalogue] = TypeAdapter(Catalogue)


def read_plan(path: Path) -> Plan:
    """Read one plan file.

    Raises:
        PlanRefused: the file is missing, is no YAML, or breaks the schema; the message
            names the file and every field that is wrong.
    """
    plan = read_record(path, PLAN, PlanRefused, "tệp kế hoạch")
    if path.stem != plan.plan_key:
        raise PlanRefused(
            f"Tệp kế hoạch {path.name}: plan_key là '{plan.plan_key}', phải trùng tên tệp "
            f"('{path.stem}'). Hãy sửa plan_key hoặc đổi tên tệp.",
            file=str(path),
        )
    return plan


def read_catalogue(folder: Path = PLANS_FOLDER) -> Catalogue:
    """Read the catalogue of canonical indicators; raises PlanRefused like `read_plan`."""
    return read_record(folder / CATALOGUE_FILE, CATALOGUE, PlanRefused, "danh mục chỉ tiêu")


def plan_files(folder: Path = PLANS_FOLDER) -> list[Path]:
    """List the plan files of a folder in name order; a new commune is a new file here."""
    return sorted(path for path in folder.glob("*.yml") if path.name != CATALOGUE_FILE)


def read_plans(folder: Path = PLANS_FOLDER) -> dict[str, Plan]:
    """Read every plan of a folder, by plan_key; raises PlanRefused at the first broken one."""
    return {plan.plan_key: plan for plan in map(read_plan, plan_files(folder))}


def find_plan(plans: dict[str, Plan], plan_key: str) -> Plan:
    """Return a plan by key; raises UsageError that lists the known keys."""
    if plan_key not in plans:
        raise UsageError(
            f"Không có kế hoạch '{plan_key}'. Các kế hoạch hiện có: {', '.join(sorted(plans))}.",
            plan_key=plan_key,
        )
    return plans[plan_key]


def unmeasured_records(plans: Iterable[Plan], catalogue: Catalogue) -> list[str]:
    """Name every indicator whose figure is to come from dossiers that no dossier rate measures."""
    measured = {indicator.code for indicator in catalogue.indicators if indicator.dossier_rate}
    return [
        f"{plan.plan_key}: indicators[{indicator.code}].figure_of_record"
        for plan in plans
        for indicator in plan.indicators
        if indicator.figure_of_record is FigureOfRecord.RECORDS and indicator.canonical_code not in measured
    ]


def unknown_canonical_codes(plans: Iterable[Plan], catalogue: Catalogue) -> list[str]:
    """Name every canonical_code of a plan that the catalogue does not hold."""
    known = {indicator.code for indicator in catalogue.indicators}
    return [
        f"{plan.plan_key}: indicators[{indicator.code}].canonical_code '{indicator.canonical_code}'"
        for plan in plans
        for indicator in plan.indicators
        if indicator.canonical_code and indicator.canonical_code not in known
    ]
