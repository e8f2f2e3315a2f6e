"""JSON for programs: figures as exact decimal text (no reader can round them), null for no figure."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from warehouse.extracts.source import ExtractRow, PlanVersion, Source
from warehouse.extracts.values import decimal_text

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFILE = {
    "profile": "machine",
    "encoding": "UTF-8",
    "figures": "decimal text, e.g. \"85.5\"; 0 is \"0\"",
    "missing": "null",
}  # fmt: skip
NOT_PRINTED = "file_sha256"
"""The hash of the plan file is the manifest's: a comment changed in that file is not new data."""
DECIMAL_FIELDS = {field.name for field in fields(ExtractRow) if "Decimal" in str(field.type)}


def json_text(content: Mapping[str, Any]) -> bytes:
    """Write a document the one way: UTF-8, one blank per level, keys in the given order, LF at the end."""
    return (json.dumps(content, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()


def json_bytes(source: Source) -> bytes:
    """Write the rows with the plan they belong to."""
    plan = {name: value for name, value in asdict(source.plan).items() if name != NOT_PRINTED}
    return json_text({
        "plan": plan,
        "period": source.period,
        "is_synthetic": source.is_synthetic,
        "rows": [asdict(row) for row in source.rows],
    })  # fmt: skip


def json_source(content: bytes, plan_file_sha256: str) -> Source:
    """Read rows and plan back; raises ValueError, KeyError or TypeError where the file is not of this shape."""
    document = json.loads(content)
    plan = dict(document["plan"])
    for name in ("issued_on", "valid_from"):
        plan[name] = dt.date.fromisoformat(plan[name]) if plan[name] else None
    rows = tuple(ExtractRow(**{name: _read(name, value) for name, value in row.items()}) for row in document["rows"])
    return Source(PlanVersion(**plan, file_sha256=plan_file_sha256), document["period"], rows, ())


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    msg = f"No JSON form for {type(value).__name__}"
    raise TypeError(msg)


def _read(name: str, value: Any) -> Any:
    return Decimal(value) if name in DECIMAL_FIELDS and value is not None else value
