"""One office for all tests that only look; those that change something make their own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from tests.web.office import make_office
from tests.web.reading import words_of
from warehouse.settings import Settings
from web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_office(tmp_path_factory.mktemp("web") / "home")


@pytest.fixture
def own_settings(settings: Settings, tmp_path: Path) -> Settings:
    """Return an office of the test's own, to damage or to change."""
    return Settings(home=shutil.copytree(settings.root, tmp_path / "home"), free_space_mib=0)


@pytest.fixture(scope="session")
def client(settings: Settings) -> TestClient:
    return TestClient(create_app(settings))


@pytest.fixture(scope="session")
def sample_client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return TestClient(create_app(make_office(tmp_path_factory.mktemp("sample") / "home", is_synthetic=True)))


@pytest.fixture(scope="session")
def read(client: TestClient) -> Callable[[str], str]:
    """Return the words of a page: tags gone, white space evened out."""

    def words(address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        return words_of(answer.text)

    return words
