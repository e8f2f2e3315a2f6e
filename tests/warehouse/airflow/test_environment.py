"""The environment of Airflow's processes: this machine only, secrets made once and kept private."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from warehouse.airflow.environment import LOOPBACK, USER, airflow_environment, airflow_home, credentials, free_port
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from warehouse.settings import Settings


def mode(settings: Settings, name: str) -> int:
    return (airflow_home(settings) / name).stat().st_mode & 0o777


def test_secrets_are_made_once_and_only_their_owner_reads_them(settings: Settings) -> None:
    made = credentials(settings)
    assert credentials(settings) == made
    assert mode(settings, "credentials.json") == 0o600
    assert len({made.password, made.jwt_secret, made.api_secret, made.fernet_key}) == 4


def test_two_installations_share_no_secret(settings: Settings) -> None:
    other = settings.model_copy(update={"home": settings.path("other")})
    assert credentials(settings).password != credentials(other).password


def test_the_one_user_signs_in_with_the_made_password(settings: Settings) -> None:
    airflow_environment(settings, 8080)
    passwords = json.loads((airflow_home(settings) / "passwords.json").read_text())
    assert passwords == {USER: credentials(settings).password}
    assert mode(settings, "passwords.json") == 0o600


def test_everything_listens_on_the_loopback_address_only(settings: Settings) -> None:
    environment = airflow_environment(settings, 12345)
    assert environment["AIRFLOW__API__HOST"] == LOOPBACK == "127.0.0.1"
    addresses = [value for name, value in environment.items() if name.startswith("AIRFLOW__") and "://" in value]
    assert all(address.startswith((f"http://{LOOPBACK}:12345", "sqlite:///")) for address in addresses)


def test_nothing_of_the_callers_own_airflow_comes_through(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", "/elsewhere")
    monkeypatch.setenv("AIRFLOW_CONFIG", "/elsewhere/airflow.cfg")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "mail.example")
    environment = airflow_environment(settings, 8080)
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT / "dags")
    assert "elsewhere" not in " ".join(environment.values())
    assert "AIRFLOW__SMTP__SMTP_HOST" not in environment


def test_the_office_settings_go_along(settings: Settings) -> None:
    environment = airflow_environment(settings, 8080)
    assert settings.as_environment().items() <= environment.items()
    assert environment["AIRFLOW_HOME"] == str(settings.root / "airflow")


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, free_port()))
