"""One way to run a step in a task: settings of the run, a row in the ledger, retries only where they help."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dag_common.defaults import only_retry_what_can_help, run_id, run_settings
from warehouse.errors import ThuocDoError
from warehouse.outcomes import Step, recorded_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings


@contextmanager
def step(dag_id: str, name: str) -> Iterator[tuple[Settings, Step]]:
    """Open a step; leaves its row in `fct_pipeline_outcomes` whether it ends well or not."""
    settings = run_settings()
    try:
        with recorded_step(settings, run_id(), dag_id, name) as told:
            yield settings, told
    except ThuocDoError as error:
        raise only_retry_what_can_help(error) from error
