"""One build of the invented commune for all tests of this folder: dbt takes seconds to start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.dbt_project.invented_commune import AS_OF, plans_folder, write_invented_commune, write_judgement
from warehouse.dbt import DbtResult, run_dbt
from warehouse.settings import Settings

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@dataclass(frozen=True)
class Built:
    """A finished build."""

    settings: Settings
    before: DbtResult
    after: DbtResult

    def rows(self, query: str, file: Path | None = None) -> list[tuple[Any, ...]]:
        """Answer a query on the build file, or on another one."""
        with duckdb.connect(str(file or self.settings.build_file), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(query).fetchall()

    def one(self, query: str) -> tuple[Any, ...]:
        """Answer a query that has one row."""
        (row,) = self.rows(query)
        return row


def build_commune(
    settings: Settings, as_known_at: dt.datetime | None = None, build_file: Path | None = None
) -> DbtResult:
    """Run the first invocation on what lies in raw."""
    return run_dbt(settings, stage="before_judgement", as_of=AS_OF, as_known_at=as_known_at, build_file=build_file)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the invented commune once: models, judgement, judged models."""
    home = tmp_path_factory.mktemp("commune")
    settings = Settings(home=home, plans_folder=plans_folder(home), is_sample=True)
    write_invented_commune(settings)
    before = build_commune(settings)
    write_judgement(settings)
    after = run_dbt(settings, stage="after_judgement", as_of=AS_OF)
    return Built(settings, before, after)
