"""Defaults of every DAG: owner, retries, timeouts, pools, time zone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pendulum
from airflow.exceptions import AirflowFailException
from airflow.sdk import get_current_context

from dag_common.alerts import tell_failure
from warehouse.errors import ThuocDoError
from warehouse.settings import Settings, settings_from_environment

VIETNAM = pendulum.timezone("Asia/Ho_Chi_Minh")
START = pendulum.datetime(2026, 1, 1, tz=VIETNAM)
WRITER_POOL = "warehouse_writer"
"""One slot: only one task at a time writes the build file (design 2.4)."""
INTAKE_POOL = "intake"
DEFAULT_ARGS: dict[str, Any] = {
    "owner": "phong-vhxh",
    "retries": 2,
    "retry_delay": dt.timedelta(seconds=20),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=5),
    "execution_timeout": dt.timedelta(minutes=20),
    "on_failure_callback": tell_failure,
}


def on_time(cron: str) -> str | None:
    """Return a time schedule, or none when a command drives every run itself (`thuocdo run`)."""
    return None if settings_from_environment().is_driven else cron


def run_settings() -> Settings:
    """Return the settings with the run's own clock: `{"now": "2026-02-16T08:00:00+07:00"}` re-lives a day."""
    settings = settings_from_environment()
    lived = (get_current_context()["dag_run"].conf or {}).get("now")
    return settings.model_copy(update={"now": dt.datetime.fromisoformat(lived)}) if lived else settings


def run_conf(name: str) -> str | None:
    """Return a value of the run's conf, none if it was not given."""
    value = (get_current_context()["dag_run"].conf or {}).get(name)
    return None if value is None else str(value)


def run_id() -> str:
    """Return the id of this DAG run."""
    return str(get_current_context()["run_id"])


def only_retry_what_can_help(error: ThuocDoError) -> Exception:
    """Return what to raise: a retryable error as it is, any other as a failure without retry."""
    return error if error.retryable else AirflowFailException(error.message)
