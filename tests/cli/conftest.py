"""The command line as people and programs use it: arguments in, exit code, standard output and standard error out."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from cli import output
from cli.main import outcome_of
from plans.reading import CATALOGUE_FILE, PLANS_FOLDER, read_plans
from tests.ingestion.office import IN_TIME, Office, open_office
from tests.web.office import PLAN as PUBLISHED_PLAN
from tests.web.office import make_office
from tests.wording import assert_vietnamese
from warehouse.ledger import open_ledger
from warehouse.settings import Settings, settings_from_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Told:
    """What a command said."""

    exit_code: int
    out: str
    err: str

    @property
    def content(self) -> Any:
        """Read standard output as JSON."""
        return json.loads(self.out)


class Command(Protocol):
    """Run `thuocdo` with arguments; keywords set `THUOCDO_…` for this one run."""

    def __call__(self, *arguments: str, **settings: str) -> Told: ...


def assert_refused(told: Told, exit_code: int, code: str) -> None:
    """Hold that an error is one Vietnamese sentence on standard error, with its code and exit code."""
    assert told.exit_code == exit_code, told
    assert told.err.startswith(f"[{code}] "), told.err
    assert told.err.count("\n") == 1, told.err
    assert "Traceback" not in told.err + told.out
    assert_vietnamese(told.err)


@pytest.fixture(scope="session")
def commune_plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plan of one small commune: the five real ones take their time to read."""
    return open_office(tmp_path_factory.mktemp("commune")).settings.plans_folder


@pytest.fixture(scope="session")
def thien_tan_plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the one real plan that hand-made snapshots speak of."""
    folder = tmp_path_factory.mktemp("thien-tan")
    for name in (f"{PUBLISHED_PLAN}.yml", CATALOGUE_FILE):
        shutil.copy(PLANS_FOLDER / name, folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path, commune_plans: Path) -> Settings:
    return Settings(
        home=tmp_path / "home", plans_folder=commune_plans, now=IN_TIME, free_space_mib=0, writer_wait_seconds=0.2
    )


@pytest.fixture
def commune(settings: Settings) -> Iterator[Office]:
    """The office of the small commune, to issue and fill in its forms."""
    ledger = open_ledger(settings)
    yield Office(settings, ledger, read_plans(settings.plans_folder))
    ledger.dispose()


@pytest.fixture
def thuocdo(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """The commands of the test's own office, which is empty."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"THUOCDO_{name.upper()}", raising=False)
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str, **changed: str) -> Told:
        with monkeypatch.context() as patched:
            for name, value in changed.items():
                patched.setenv(f"THUOCDO_{name.upper()}", value)
            settings_from_environment.cache_clear()
            exit_code = outcome_of(list(arguments))
        said = capsys.readouterr()
        return Told(exit_code, said.out, said.err)

    yield run
    settings_from_environment.cache_clear()


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with a hand-made snapshot and a filled ledger."""
    return make_office(tmp_path_factory.mktemp("cli") / "home").root


@pytest.fixture
def published_office(published_home: Path, settings: Settings) -> Settings:
    """The test's own office, with a published snapshot; the commands of `thuocdo` work on it."""
    shutil.copytree(published_home, settings.root)
    return settings


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print tables on a wide terminal, so that no sentence is broken over lines wherever the tests run."""
    monkeypatch.setenv("COLUMNS", "400")  # for commands run as processes
    monkeypatch.setattr(output.OUT, "width", 400)  # for those run in this one: rich reads COLUMNS once
