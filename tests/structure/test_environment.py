"""The environment: what is installed fits together, what is locked is hashed, and every rule's column is tested."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.frames import JUDGED
from expectations.rules import Rule, all_rules
from warehouse.settings import PROJECT

REQUIREMENTS = PROJECT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
BASE, TEST = REQUIREMENTS / "base.txt", REQUIREMENTS / "test.txt"
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|^-i ", re.MULTILINE)
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,_-]+\])?==(?P<version>[^\s;]+)")
MODELS = PROJECT / "dbt_project" / "models" / "judgement"


def requirements_of(lock: Path) -> list[str]:
    """Return the logical lines of a lock file: a requirement with its hashes."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(" #")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def versions(lock: Path) -> dict[str, str]:
    found = [PINNED.match(line) for line in requirements_of(lock)]
    return {match["name"]: match["version"] for match in found if match}


def wanted_by(source: Path) -> set[str]:
    lines = [line.split("#")[0].strip() for line in source.read_text(encoding="utf-8").splitlines()]
    names = [re.split(r"[\[<>=!~ ]", line)[0] for line in lines if line and not line.startswith("-")]
    return {re.sub(r"[._-]+", "-", name).lower() for name in names}


def test_what_is_installed_fits_together() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    requirements = requirements_of(lock)
    assert requirements
    assert [line for line in requirements if not PINNED.match(line)] == []
    assert [line[:60] for line in requirements if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.iterdir()), ids=lambda path: path.name)
def test_no_address_of_an_index_stands_in_a_requirements_file(path: Path) -> None:
    assert ADDRESS.search(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("lock", [BASE, TEST], ids=lambda lock: lock.stem)
def test_the_lock_holds_all_that_was_asked_for(lock: Path) -> None:
    locked = versions(BASE).keys() | versions(lock).keys()
    assert wanted_by(lock.with_suffix(".in")) - locked == set()


def test_the_tests_run_with_the_versions_of_the_product() -> None:
    base, test = versions(BASE), versions(TEST)
    assert base.keys() & test.keys()
    assert {name: (base[name], test[name]) for name in base.keys() & test.keys() if base[name] != test[name]} == {}


def unit_tested_columns(model: str) -> set[str]:
    """Return the columns that the unit tests of a judgement model expect a value in."""
    content: dict[str, Any] = yaml.safe_load((MODELS / f"{model}.yml").read_text(encoding="utf-8"))
    rows = [row for test in content.get("unit_tests", []) for row in test["expect"]["rows"]]
    return {column for row in rows for column, value in row.items() if value is not None}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_the_column_of_every_rule_is_unit_tested_in_its_model(rule: Rule) -> None:
    assert rule.column in unit_tested_columns(JUDGED[rule.suite])
