"""What tests of several packages share: a clock that stands, an office without anything in it, real databases."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import hypothesis
import pytest

from expectations.judged_build import build
from tests.postgres import running_postgres
from warehouse.ledger import open_ledger
from warehouse.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import sqlalchemy as sa

# A busy machine is no fault of the code: examples have no deadline. `make proof-…` asks for many more of them.
hypothesis.settings.register_profile("test", deadline=None)
hypothesis.settings.register_profile("proof", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))

NOW = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make proof-kill` asks for every death; `make test` for some of each kind."""
    parser.addoption("--kill-everywhere", action="store_true", help="kill at every durable step, on both sides")


@pytest.fixture
def everywhere(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--kill-everywhere"))


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An office of the test's own, in which nothing has happened yet."""
    return Settings(home=tmp_path / "home", now=NOW, free_space_mib=0, writer_wait_seconds=0.2)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[sa.Engine]:
    engine = open_ledger(settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def new_postgres_database() -> Iterator[Callable[[], str]]:
    with running_postgres() as new_database:
        yield new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def any_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The same office with its ledger in the state folder, and on a PostgreSQL server."""
    if request.param == "sqlite":
        return settings
    address = request.getfixturevalue("new_postgres_database")()
    return Settings(**{**settings.model_dump(), "ledger_url": address})


@pytest.fixture
def any_ledger(any_settings: Settings) -> Iterator[sa.Engine]:
    engine = open_ledger(any_settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def built_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The five real plans, built, judged and published once, before anybody has handed in anything."""
    settings = Settings(home=tmp_path_factory.mktemp("built") / "home", now=NOW, free_space_mib=0)
    build(settings)
    return settings


@pytest.fixture
def own_built_settings(built_settings: Settings, tmp_path: Path) -> Settings:
    """A copy of the built office, to damage or to build again."""
    home = shutil.copytree(built_settings.root, tmp_path / "built")
    return built_settings.model_copy(update={"home": home, "writer_wait_seconds": 0.2})


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a disk of so many KiB; only root may."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    mounted: list[Path] = []

    def mount(kib: int) -> Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(place)], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("this machine lets nobody mount a disk")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def fill() -> Callable[[Path], Path]:
    """Fill a disk to its last byte; returns the file to remove to free it again."""

    def filled(place: Path) -> Path:
        path = place / "filler"
        with path.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 9, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue
        return path

    return filled
