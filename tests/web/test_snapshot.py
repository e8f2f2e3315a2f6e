"""The snapshot is opened for one request, read-only, by many at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.web.office import PLAN, promised_columns
from warehouse.duck import duck_engine
from warehouse.publish import snapshot_path
from web.boards import read_board
from web.marts import ALL_READ, PLANS
from web.snapshot import open_snapshot

if TYPE_CHECKING:
    from warehouse.settings import Settings

READERS = 6


@pytest.mark.parametrize("mart", ALL_READ, ids=lambda mart: mart.name)
def test_every_column_that_a_page_reads_is_promised_by_its_mart(mart: sa.TableClause) -> None:
    assert set(mart.c.keys()) - set(promised_columns()[mart.name]) == set()


def test_several_requests_read_the_snapshot_at_the_same_time(settings: Settings) -> None:
    together = Barrier(READERS)

    def count(_number: int) -> int:
        with open_snapshot(settings) as reader:
            together.wait(timeout=30)
            return len(read_board(reader, PLAN).indicators)

    with ThreadPoolExecutor(READERS) as threads:
        assert list(threads.map(count, range(READERS))) == [8] * READERS


def test_a_page_cannot_write_to_the_snapshot(settings: Settings) -> None:
    with open_snapshot(settings) as reader, pytest.raises(DBAPIError, match="read-only"):
        reader.connection.execute(sa.delete(PLANS))


def test_after_a_request_nothing_holds_the_file(own_settings: Settings) -> None:
    with open_snapshot(own_settings) as reader:
        read_board(reader, PLAN)
    path = snapshot_path(own_settings)
    path.chmod(0o644)
    with duck_engine(path, read_only=False).begin() as writer:
        assert writer.execute(sa.delete(PLANS)).rowcount == 2
