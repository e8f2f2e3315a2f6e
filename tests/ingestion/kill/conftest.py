"""A day of intake, lived once undisturbed, for all tests of this folder."""

from __future__ import annotations

import pytest

from tests.ingestion.kill.deaths import Day, undisturbed
from tests.ingestion.kill.scene import prepare, read_everything


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("day")
    morning = prepare(folder)
    return undisturbed(morning, read_everything(morning), folder)
