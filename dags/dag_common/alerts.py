"""What happens when a task has failed for good: a line that the office sees, with what to do next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from warehouse.clock import now
from warehouse.ledger import instant
from warehouse.settings import settings_from_environment
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from collections.abc import Mapping


def tell_failure(context: Mapping[str, Any]) -> None:
    """Write one alert file per failed task to `<home>/alerts`; ids and our own sentence, no data."""
    settings = settings_from_environment()
    task = context["task_instance"]
    alert = {
        "at": instant(now(settings)),
        "dag_id": task.dag_id,
        "task_id": task.task_id,
        "run_id": context["run_id"],
        "message": str(context.get("exception", "")).splitlines()[:1],
        "next_step": f"Xem 'Triage notes' của DAG {task.dag_id}; số liệu đã công bố không thay đổi.",
    }
    name = f"{alert['at']}-{task.dag_id}-{task.task_id}.json".replace(":", "")
    content = json.dumps(alert, ensure_ascii=False, indent=1).encode()
    write_durably(settings.path("alerts", name), lambda handle: handle.write(content))
