"""The list of a slip as text and as JSON, for units whose own systems send CSV or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.forms.writing.slip_sheets import SlipTexts, ToldFinding


def text_slip(texts: SlipTexts) -> str:
    """Return the list as plain text, one finding or change a line."""
    lines = [*texts.head, ""]
    lines += [f"[{told.code}] {told.place}: {told.message}" if told.code else told.message for told in texts.findings]
    if texts.changes:
        lines += ["", "Thay đổi so với bản trước:", *(f"{told.place}: {told.message}" for told in texts.changes)]
    return "\n".join(lines) + "\n"


def json_slip(texts: SlipTexts) -> str:
    """Return the list as JSON; `row` and `column` name the entry of the JSON form that a finding speaks of."""
    content = {
        "title": texts.head[0],
        "about": texts.head[1],
        "outcome": texts.head[2],
        "findings": [_finding(told) for told in texts.findings if told.code],
        "changes": [
            {"place": told.place, "before": told.before, "now": told.now, "message": told.message}
            for told in texts.changes
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _finding(told: ToldFinding) -> dict[str, str | None]:
    part, row, column = told.cell or (None, None, None)
    return {
        "code": told.code,
        "severity": told.severity,
        "place": told.place,
        "part": part,
        "row": row,
        "column": column,
        "message": told.message,
    }
