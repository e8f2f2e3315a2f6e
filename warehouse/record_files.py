"""Read a YAML file that people write (a plan, a portal, a channel) into its record, or say what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from warehouse.wording import fault_vi

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from warehouse.errors import ThuocDoError

RecordT = TypeVar("RecordT")


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


def read_record(path: Path, record: TypeAdapter[RecordT], refused: type[ThuocDoError], what: str) -> RecordT:
    """Read one file.

    Args:
        path: The file.
        record: What it must hold.
        refused: The error to raise.
        what: What such a file is called in a message, e.g. "tệp kế hoạch".

    Raises:
        ThuocDoError: of the type `refused`: the file is missing, is no YAML, or breaks the schema;
            the message names the file and every field that is wrong.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
        return record.validate_python(content)
    except FileNotFoundError as error:
        raise refused(f"Không tìm thấy {what} {path}.", file=str(path)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = " ".join(str(error).split())
        raise refused(
            f"Tệp {path.name} không phải YAML hợp lệ: {where}. Hãy sửa đúng dòng đó.", file=str(path)
        ) from error
    except ValidationError as error:
        problems = [_one_problem(dict(fault)) for fault in error.errors()]
        raise refused(
            f"Tệp {path.name} có {len(problems)} lỗi: {'; '.join(problems)}. Hãy sửa rồi chạy lại.",
            file=str(path),
            problems=problems,
        ) from error


def _one_problem(fault: Mapping[str, object]) -> str:
    location = fault["loc"]
    parts = location if isinstance(location, tuple) else ()
    where = ".".join(map(str, parts)) or "tệp"
    given = fault.get("input")
    found = "" if isinstance(given, dict | list) else f" (đang là: {given!r})"
    return f"{where}: {fault_vi(fault)}{found}"
