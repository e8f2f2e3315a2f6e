"""What the portal tests share."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import SecretStr

from ingestion.portal.simulator.app import DEFAULT_SEED
from ingestion.portal.simulator.histories import histories, months_until
from warehouse.clock import VIETNAM
from warehouse.raw import RAW_TABLES

if TYPE_CHECKING:
    from warehouse.settings import Settings

PASSWORD = SecretStr("mat-khau-thu")


def vietnam(text: str) -> dt.datetime:
    """Read a wall-clock moment of Vietnam as a UTC instant."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(dt.UTC)


def raw_table(settings: Settings) -> pa.Table:
    """Return everything in raw of dossiers, batch after batch."""
    files = sorted((settings.raw / "dossiers").glob("*.parquet"))
    return pa.concat_tables([RAW_TABLES["dossiers"].empty_table(), *(pq.read_table(file) for file in files)])


def raw_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return the rows of raw."""
    return raw_table(settings).to_pylist()


def keys(settings: Settings) -> list[tuple[str, dt.datetime]]:
    """List dossier code and update instant of every row of raw, doubles too."""
    return sorted((row["dossier_code"], row["updated_at"]) for row in raw_rows(settings))


def expected_keys(commune_code: str, as_of: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """What the simulator's own histories say had happened by an instant."""
    wall = as_of.astimezone(VIETNAM).replace(tzinfo=None)
    last = [
        (history.code, history.updated_at(wall))
        for month in months_until(wall)
        for history in histories(DEFAULT_SEED, commune_code, month)
    ]
    return sorted((code, at.replace(tzinfo=VIETNAM).astimezone(dt.UTC)) for code, at in last if at)
