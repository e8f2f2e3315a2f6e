"""An office whose usual rows are published: built once, copied for each test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.warehouse.extracts.office import Office, open_office

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("published") / "home"
    office = open_office(home)
    office.publish()
    office.ledger.dispose()
    return home


@pytest.fixture
def office(published_home: Path, tmp_path: Path) -> Office:
    return open_office(shutil.copytree(published_home, tmp_path / "home"))
