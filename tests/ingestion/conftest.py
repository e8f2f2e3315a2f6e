"""An office of its own for every intake test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ingestion.office import Office, open_office

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def commune(tmp_path: Path) -> Office:
    return open_office(tmp_path)
