"""docker-compose.yml is valid, opens nothing to the outside, holds no secret, and starts in a safe order."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from warehouse.airflow.service import POOLS
from warehouse.settings import PROJECT, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"airflow-init"}
DATABASE_OR_BROKER = {
    "airflow_database_url": "postgres",
    "celery_result_backend_url": "postgres",
    "ledger_url": "postgres",
    "celery_broker_url": "redis",
}
"""What a service that was given this secret talks to."""
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|(_|^)KEY|CONN$|BROKER_URL|RESULT_BACKEND|LEDGER_URL")
POINTS_AT_A_FILE = re.compile(r"(cat )?/run/secrets/\w+")
USER_AND_PASSWORD_IN_ADDRESS = re.compile(r"://[^/\s]*:[^/\s]*@")
LONG_RANDOM_TEXT = re.compile(r"(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+/_=-]{24,}|[0-9a-f]{32,}")


def environment(service: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def mounted_secrets(service: dict[str, Any]) -> set[str]:
    return set(service.get("secrets", []))


def text_of(service: dict[str, Any]) -> str:
    return json.dumps(service)


def secrets_folder_is_ignored(path: str) -> bool:
    answer = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", path], cwd=PROJECT, check=False)
    return answer.returncode == 0


@pytest.fixture(scope="module")
def airflow_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Options that the installed Airflow knows, and those for which it runs a `…_CMD`."""
    program = (
        "import json;from airflow.configuration import conf;from airflow.providers_manager import ProvidersManager;"
        "ProvidersManager().initialize_providers_configuration();"
        "known=[f'{s}__{o}'.upper() for s,d in conf.configuration_description.items() for o in d['options']];"
        "secret=[f'{s}__{o}'.upper() for s,o in conf.sensitive_config_values];"
        "print('OPTIONS'+json.dumps({'known':known,'secret':secret}))"
    )
    home = str(tmp_path_factory.mktemp("airflow"))
    done = subprocess.run(
        [sys.executable, "-c", program], env={"AIRFLOW_HOME": home}, capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("OPTIONS"))
    options: dict[str, list[str]] = json.loads(line.removeprefix("OPTIONS"))
    return options


def test_the_file_follows_the_compose_specification() -> None:
    schema = json.loads((PROJECT / "deploy" / "compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    faults = jsonschema.Draft202012Validator(schema).iter_errors(COMPOSE)
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in faults] == []


def test_the_service_has_all_its_parts() -> None:
    workers = [name for name, service in SERVICES.items() if "celery" in service.get("command", [])]
    assert len(workers) == 2
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {
        "postgres",
        "redis",
        "airflow-init",
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-triggerer",
        "web",
        *workers,
    }


def test_the_portal_simulator_starts_only_for_a_demo() -> None:
    simulators = {name for name, service in SERVICES.items() if "ingestion.portal.simulator" in text_of(service)}
    assert simulators
    assert all(SERVICES[name]["profiles"] == ["demo"] for name in simulators)


@pytest.mark.parametrize("name", SERVICES)
def test_a_published_port_is_bound_to_the_loopback_address(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert [port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port))] == []
    assert SERVICES[name].get("network_mode") != "host"


def test_the_database_and_the_broker_are_published_nowhere_and_cannot_reach_outside() -> None:
    for name in ("postgres", "redis"):
        assert "ports" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_a_tag_that_is_not_latest(name: str) -> None:
    repository, _, tag = SERVICES[name]["image"].partition(":")
    assert repository
    assert tag
    assert not tag.startswith("latest")


def test_our_image_carries_the_version_of_the_product() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    ours = {service["image"] for service in SERVICES.values() if "build" in service}
    assert ours == {f"thuocdo:{version}"}


def test_the_dockerfile_pins_its_base_and_takes_only_what_the_lock_names() -> None:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(re.fullmatch(r"python:3\.11-slim-\w+(@sha256:[0-9a-f]{64})?", base) for base in bases)
    installs = re.findall(r"pip install (.*)", text)
    assert len(bases) == len(installs) == 2
    assert "--no-deps --require-hashes --requirement /tmp/base.txt" in installs[0]
    assert "--no-deps --no-index" in installs[1]
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001:10001"


@pytest.mark.parametrize("name", SERVICES)
def test_no_environment_value_is_a_secret(name: str) -> None:
    for variable, value in environment(SERVICES[name]).items():
        if SECRET_NAME.search(variable):
            assert variable.endswith(("_CMD", "_FILE")), variable
            assert POINTS_AT_A_FILE.fullmatch(value), variable


def secret_looking(text: str) -> list[str]:
    words = re.split(r"[\s\"'{},]+", text)
    return [word for word in words if USER_AND_PASSWORD_IN_ADDRESS.search(word) or LONG_RANDOM_TEXT.fullmatch(word)]


def test_no_text_of_the_file_looks_like_a_secret() -> None:
    assert secret_looking((PROJECT / "docker-compose.yml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "value",
    [
        "postgresql+psycopg://ledger:mat-khau@postgres:5432/ledger",
        "redis://:mat-khau@redis:6379/0",
        "sQruLNMgZcXn78onjD_wGSgn9R8c9VqETX8MHpoJy3M=",
        "9f86d081884c7d659a2feaa0c55ad015",
    ],
)
def test_the_check_sees_a_secret(value: str) -> None:
    assert secret_looking(f"NAME: '{value}'") == [value]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_given_every_secret_that_it_reads(name: str) -> None:
    service = SERVICES[name]
    assert set(re.findall(r"/run/secrets/(\w+)", text_of(service))) <= mounted_secrets(service)
    assert mounted_secrets(service) <= set(COMPOSE["secrets"])


def test_every_secret_is_given_to_some_service() -> None:
    assert set().union(*map(mounted_secrets, SERVICES.values())) == set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", ["airflow-init", "airflow-worker-1", "airflow-worker-2", "web"])
def test_nobody_who_keeps_the_ledger_falls_back_to_sqlite(name: str) -> None:
    assert "ledger_url" in mounted_secrets(SERVICES[name])
    assert "state:/var/lib/thuocdo" in SERVICES[name]["volumes"]
    assert environment(SERVICES[name])["THUOCDO_HOME"] == "/var/lib/thuocdo"


@pytest.mark.parametrize("secret", COMPOSE["secrets"])
def test_every_secret_is_a_file_that_git_ignores(secret: str) -> None:
    path = COMPOSE["secrets"][secret]["file"]
    assert path == f"./secrets/{secret}"
    assert secrets_folder_is_ignored(path)


def test_secrets_and_settings_of_the_office_stay_out_of_the_image() -> None:
    lines = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {"!secrets", "!.env", "!var", "!.git", "!."} & set(rules) == set()
    assert [rule for rule in rules if rule.startswith("!") and (PROJECT / rule[1:]).resolve().parent != PROJECT] == []


def test_the_secret_maker_makes_exactly_the_secrets_that_are_named(tmp_path: Path) -> None:
    maker = [sys.executable, str(PROJECT / "deploy" / "make_secrets.py"), str(tmp_path / "secrets")]
    subprocess.run(maker, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert made["ledger_password"] in made["ledger_url"]
    assert made["redis_password"] in made["celery_broker_url"]
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_the_secret_maker_never_touches_a_file_that_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "ledger_password").write_text("cua-co-quan")
    maker = [sys.executable, str(PROJECT / "deploy" / "make_secrets.py"), str(folder)]
    subprocess.run(maker, check=True, capture_output=True)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    subprocess.run(maker, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert before["ledger_password"] == "cua-co-quan"
    assert "ledger:cua-co-quan@" in before["ledger_url"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_needs_another_waits_for_its_health(name: str) -> None:
    service = SERVICES[name]
    waits = service.get("depends_on", {})
    needs = {server for secret, server in DATABASE_OR_BROKER.items() if secret in mounted_secrets(service)}
    needs |= {other for other in SERVICES if other != name and f"//{other}:" in text_of(service)}
    if "network_mode" in service:
        needs.add(service["network_mode"].removeprefix("service:"))
    assert needs <= set(waits)
    for other, how in waits.items():
        expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
        assert how["condition"] == expected, other


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_tells_its_health_and_comes_up_again(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
        return
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_and_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service
    assert {"cpus", "memory", "pids"} == set(service["deploy"]["resources"]["limits"])
    assert "build" in service or service["user"] == "999:999"


def test_every_file_of_ours_that_a_service_names_is_there() -> None:
    inside = {
        name for service in SERVICES.values() for name in re.findall(r"/opt/thuocdo/([\w./-]+)", text_of(service))
    }
    beside = {name for service in SERVICES.values() for name in re.findall(r'"\./([\w./-]+):', text_of(service))}
    assert inside
    assert beside
    assert [name for name in inside | beside if not (PROJECT / name).exists()] == []


def test_every_setting_that_is_given_exists() -> None:
    entrypoint = (PROJECT / "deploy" / "entrypoint.sh").read_text(encoding="utf-8")
    given = set(re.findall(r"THUOCDO_[A-Z_]*[A-Z]", entrypoint + json.dumps(SERVICES)))
    assert {"THUOCDO_HOME", "THUOCDO_LEDGER_URL", "THUOCDO_PORTAL_PASSWORD"} <= given
    assert given - {f"THUOCDO_{name.upper()}" for name in Settings.model_fields} == set()


def test_the_pools_that_are_made_are_those_of_the_service() -> None:
    text = (PROJECT / "deploy" / "initialise.sh").read_text(encoding="utf-8")
    made = re.findall(r'airflow pools set (\w+) (\d+) "([^"]+)"', text)
    assert {name: (int(slots), words) for name, slots, words in made} == POOLS


def test_every_airflow_option_is_known_to_the_installed_airflow(airflow_options: dict[str, list[str]]) -> None:
    given = {
        variable.removeprefix("AIRFLOW__")
        for service in SERVICES.values()
        for variable in environment(service)
        if variable.startswith("AIRFLOW__")
    }
    secret = {option.removesuffix("_CMD") for option in given if option.endswith("_CMD")}
    plain = {option for option in given if not option.endswith("_CMD")}
    assert plain
    assert plain - set(airflow_options["known"]) == set()
    # Airflow ignores a `…_CMD` of an option that it does not count as secret, and would go on with its default.
    assert secret - set(airflow_options["secret"]) == set()
