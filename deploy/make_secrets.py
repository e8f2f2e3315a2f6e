"""Make the secret files that docker-compose.yml names; a file that is there is never touched.

Run it as `python3 deploy/make_secrets.py [FOLDER]` before the first start. It needs nothing but Python.
"""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

DEFAULT_FOLDER = Path(__file__).parent.parent / "secrets"
PASSWORDS = (
    "postgres_password",
    "airflow_database_password",
    "ledger_password",
    "redis_password",
    "airflow_jwt_secret",
    "airflow_api_secret_key",
    "airflow_admin_password",
    "portal_password",
)
FERNET_KEY = "airflow_fernet_key"
# Each address holds the password of one other file. Whoever changes a password deletes its addresses too.
ADDRESSES = {
    "airflow_database_url": ("airflow_database_password", "postgresql+psycopg2://airflow:{}@postgres:5432/airflow"),
    "celery_result_backend_url": (
        "airflow_database_password",
        "db+postgresql+psycopg2://airflow:{}@postgres:5432/airflow",
    ),
    "ledger_url": ("ledger_password", "postgresql+psycopg://ledger:{}@postgres:5432/ledger"),
    "celery_broker_url": ("redis_password", "redis://:{}@redis:6379/0"),
}


def make_secrets(folder: Path) -> list[str]:
    """Write the missing files and return their names.

    The folder is closed to others (0700). The files are readable (0444): compose mounts them one by one with the
    host's mode, and the containers run as users that the host does not know.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = [name for name in PASSWORDS if _write_new(folder / name, secrets.token_urlsafe(32))]
    if _write_new(folder / FERNET_KEY, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()):
        made.append(FERNET_KEY)
    for name, (password, address) in ADDRESSES.items():
        if _write_new(folder / name, address.format((folder / password).read_text())):
            made.append(name)
    return made


def _write_new(path: Path, content: str) -> bool:
    """Write a file that is not there yet, with no line end: some readers would take it for part of the secret."""
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(content)
    except FileExistsError:
        return False
    path.chmod(0o444)
    return True


def main() -> None:
    """Make what is missing and say what was made."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    made = make_secrets(folder)
    sys.stdout.write(f"{folder}: tạo mới {len(made)} tệp bí mật{': ' if made else ''}{', '.join(made)}\n")


if __name__ == "__main__":
    main()
