"""Generate the JSON Schema of plan files, for editors (`plans/plan.schema.json`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plans.records import Plan
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from pathlib import Path


def json_schema() -> str:
    """Return the schema as text; the committed file must equal it (tested)."""
    return json.dumps(Plan.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


def write_json_schema(path: Path) -> None:
    """Write the schema to a file."""
    write_durably(path, lambda handle: handle.write(json_schema().encode()))
