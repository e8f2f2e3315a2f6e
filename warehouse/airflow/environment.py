"""The environment in which every Airflow process runs: loopback only, secrets in a private file."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.settings import PROJECT
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings

USER = "thuocdo"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Credentials:
    """Secrets of this installation's Airflow; made once, readable by its owner only."""

    password: str
    jwt_secret: str
    api_secret: str
    fernet_key: str


def credentials(settings: Settings) -> Credentials:
    """Read the secrets of this installation, or make them."""
    path = airflow_home(settings) / "credentials.json"
    if not path.exists():
        from cryptography.fernet import Fernet

        made = {name: secrets.token_urlsafe(32) for name in ("password", "jwt_secret", "api_secret")}
        made["fernet_key"] = Fernet.generate_key().decode()
        write_durably(path, lambda handle: handle.write(json.dumps(made).encode()), mode=0o600)
    return Credentials(**json.loads(path.read_text()))


def airflow_home(settings: Settings) -> Path:
    """Return Airflow's own folder in the state folder."""
    return settings.path("airflow")


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def airflow_environment(settings: Settings, port: int) -> dict[str, str]:
    """Return the environment of every Airflow process: ours, plus our settings, nothing of the caller's Airflow."""
    home = airflow_home(settings)
    secret = credentials(settings)
    passwords = home / "passwords.json"
    content = json.dumps({USER: secret.password}).encode()
    write_durably(passwords, lambda handle: handle.write(content), mode=0o600)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    options = {
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "2",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "CORE__EXECUTION_API_SERVER_URL": f"http://{LOOPBACK}:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "CORE__FERNET_KEY": secret.fernet_key,
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "API__HOST": LOOPBACK,
        "API__PORT": str(port),
        "API__BASE_URL": f"http://{LOOPBACK}:{port}",
        "API__WORKERS": "1",
        "API__SECRET_KEY": secret.api_secret,
        "API_AUTH__JWT_SECRET": secret.jwt_secret,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "LOGGING__LOGGING_LEVEL": "WARNING",
    }
    return {
        **inherited,
        "AIRFLOW_HOME": str(home),
        **{f"AIRFLOW__{name}": value for name, value in options.items()},
        **settings.as_environment(),
        "PYTHONPATH": str(PROJECT),
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
        "PYTHONUNBUFFERED": "1",
    }
