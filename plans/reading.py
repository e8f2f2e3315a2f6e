"""Read plan files and the catalogue; say in one sentence what is wrong with a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import ValidationError

from plans.records import Catalogue, Plan
from warehouse.errors import PlanRefused, UsageError
from warehouse.wording import fault_vi

if TYPE_CHECKING:
    from collections.abc import Iterable

PLANS_FOLDER = Path(__file__).parent
CATALOGUE_FILE = "catalogue.yml"
RecordT = TypeVar("RecordT", Plan, Catalogue)


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that refuses a key written twice (YAML would keep the last in silence)."""


def _mapping_without_duplicates(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool | type(None)):
            problem = "khóa phải là một từ, không phải danh sách hay bảng"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        if key in seen:
            problem = f"khóa '{key}' xuất hiện hai lần"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        seen.add(key)
    return dict(loader.construct_pairs(node, deep=True))


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def read_plan(path: Path) -> Plan:
    """Read one plan file.

    Raises:
        PlanRefused: the file is missing, is no YAML, or breaks the schema; the message
            names the file and every field that is wrong.
    """
    plan = _validated(Plan, path)
    if path.stem != plan.plan_key:
        raise PlanRefused(
            f"Tệp kế hoạch {path.name}: plan_key là '{plan.plan_key}', phải trùng tên tệp "
            f"('{path.stem}'). Hãy sửa plan_key hoặc đổi tên tệp.",
            file=str(path),
        )
    return plan


def read_catalogue(folder: Path = PLANS_FOLDER) -> Catalogue:
    """Read the catalogue of canonical indicators; raises PlanRefused like `read_plan`."""
    return _validated(Catalogue, folder / CATALOGUE_FILE)


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


def _validated(record: type[RecordT], path: Path) -> RecordT:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506
    except FileNotFoundError as error:
        raise PlanRefused(f"Không tìm thấy tệp kế hoạch {path}.", file=str(path)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = " ".join(str(error).split())
        raise PlanRefused(
            f"Tệp {path.name} không phải YAML hợp lệ: {where}. Hãy sửa đúng dòng đó.", file=str(path)
        ) from error
    try:
        return record.model_validate(content)
    except ValidationError as error:
        problems = [_one_problem(detail) for detail in error.errors()]
        raise PlanRefused(
            f"Tệp {path.name} có {len(problems)} lỗi: " + "; ".join(problems),
            file=str(path),
            problems=problems,
        ) from error


def _one_problem(detail: object) -> str:
    facts = dict(detail)  # type: ignore[call-overload]
    where = ".".join(str(part) for part in facts["loc"]) or "tệp"
    found = "" if isinstance(facts.get("input"), dict | list) else f" (đang là: {facts.get('input')!r})"
    return f"{where}: {fault_vi(facts)}{found}"


def unknown_canonical_codes(plans: Iterable[Plan], catalogue: Catalogue) -> list[str]:
    """Name every canonical_code of a plan that the catalogue does not hold."""
    known = {indicator.code for indicator in catalogue.indicators}
    return [
        f"{plan.plan_key}: indicators[{indicator.code}].canonical_code '{indicator.canonical_code}'"
        for plan in plans
        for indicator in plan.indicators
        if indicator.canonical_code and indicator.canonical_code not in known
    ]
