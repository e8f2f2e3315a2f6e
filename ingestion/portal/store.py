"""Keep one commune's dossiers: landing, raw batches, ledger rows and cursor, in that order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import sqlalchemy as sa

from ingestion.landing import landed_path
from ingestion.portal.landed import land_page, landed_rows
from warehouse.ledger import audit, from_instant, instant, transaction
from warehouse.ledger_tables import FILES, PORTAL_BATCHES, PORTAL_CURSORS
from warehouse.raw import batch_path, batches, write_batch

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ingestion.portal.minimise import MinimisedDossier
    from ingestion.portal.records import Portal
    from warehouse.settings import Settings

TABLE = "dossiers"


@dataclass(frozen=True)
class SavedBatch:
    """A batch that is landed, in raw and in the ledger; `remarks` counts its quality remarks."""

    sha256: str
    row_count: int
    remarks: Mapping[str, int]


class CommuneStore:
    """What is held of one commune from one portal."""

    def __init__(
        self, settings: Settings, engine: sa.Engine, portal: Portal, commune_code: str, now: dt.datetime
    ) -> None:
        self.commune_code = commune_code
        self._settings = settings
        self._engine = engine
        self._portal = portal
        self._now = now
        self._key = {"portal": portal.name, "commune_code": commune_code}

    def watermark(self) -> str | None:
        """Return the update instant up to which the portal was read, as the portal writes it."""
        with self._engine.connect() as connection:
            cursor = self._cursor(connection)
        return str(cursor.watermark) if cursor else None

    def held_updates(self, since: dt.datetime) -> set[tuple[str, str]]:
        """Return (dossier code, update as the portal writes it) of the rows updated at or after `since`.

        A batch only holds updates from before it was pulled, so older batches are not opened.
        """
        columns = PORTAL_BATCHES.c
        recorded = sa.select(columns.sha256).where(
            columns.portal == self._portal.name,
            columns.commune_code == self.commune_code,
            columns.pulled_at >= instant(since),
        )
        with self._engine.connect() as connection:
            names = [row.sha256 for row in connection.execute(recorded)]
        held: set[tuple[str, str]] = set()
        for name in names:
            rows = pq.read_table(batch_path(self._settings, TABLE, name), columns=["dossier_code", "updated_at"])
            stamps = map(self._portal.stamp, rows["updated_at"].to_pylist())
            held.update(zip(rows["dossier_code"].to_pylist(), stamps, strict=True))
        return held

    def save(self, dossiers: list[MinimisedDossier], watermark: str, page: int) -> SavedBatch:
        """Land a batch, write it to raw, then record both and the cursor in one transaction."""
        sha256 = land_page(self._settings, self._portal, self.commune_code, dossiers)
        rows = landed_rows(self._settings, self._portal, sha256, self._now)
        count = write_batch(self._settings, TABLE, sha256, rows)
        actor = f"portal:{self._portal.name}"
        entry = {"sha256": sha256, "row_count": count, "pulled_at": instant(self._now), **self._key}
        told = {"commune_code": self.commune_code, "rows": count, "watermark": watermark}
        with transaction(self._engine) as connection:
            self._record_file(connection, sha256)
            connection.execute(sa.insert(PORTAL_BATCHES).values(**entry))
            self._set_cursor(connection, watermark, page)
            audit(connection, at=self._now, actor=actor, action="portal.batch", subject=sha256, **told)
        return SavedBatch(sha256, count, Counter(remark for dossier in dossiers for remark in dossier.remarks))

    def move_cursor(self, watermark: str, page: int) -> None:
        """Set the cursor where it differs; a pull without news leaves the ledger untouched."""
        with self._engine.connect() as connection:
            cursor = self._cursor(connection)
        if cursor is None or (cursor.watermark, cursor.page) != (watermark, page):
            with transaction(self._engine) as connection:
                self._set_cursor(connection, watermark, page)

    def _record_file(self, connection: sa.Connection, sha256: str) -> None:
        """Enter the landed file among the files whose bytes are checked and backed up."""
        if connection.scalar(sa.select(FILES.c.sha256).where(FILES.c.sha256 == sha256)) is None:
            size = landed_path(self._settings, sha256).stat().st_size
            landed = {"sha256": sha256, "size_bytes": size, "landed_at": instant(self._now)}
            connection.execute(sa.insert(FILES).values(**landed))

    def _cursor(self, connection: sa.Connection) -> sa.Row[tuple[str, int]] | None:
        columns = PORTAL_CURSORS.c
        return connection.execute(sa.select(columns.watermark, columns.page).where(*self._own_cursor())).one_or_none()

    def _set_cursor(self, connection: sa.Connection, watermark: str, page: int) -> None:
        values = {"watermark": watermark, "page": page, "updated_at": instant(self._now)}
        moved = connection.execute(sa.update(PORTAL_CURSORS).where(*self._own_cursor()).values(**values))
        if moved.rowcount == 0:
            connection.execute(sa.insert(PORTAL_CURSORS).values(**self._key, **values))

    def _own_cursor(self) -> tuple[sa.ColumnElement[bool], ...]:
        columns = PORTAL_CURSORS.c
        return (columns.portal == self._portal.name, columns.commune_code == self.commune_code)


def drop_unrecorded_batches(settings: Settings, engine: sa.Engine, portal: Portal) -> None:
    """Remove this portal's raw batches that a killed pull wrote but did not record; they are pulled again."""
    with engine.connect() as connection:
        recorded = {row.sha256 for row in connection.execute(sa.select(PORTAL_BATCHES.c.sha256))}
    for sha256 in set(batches(settings, TABLE)) - recorded:
        path = batch_path(settings, TABLE, sha256)
        if portal.name in pq.read_table(path, columns=["portal"])["portal"].to_pylist():
            path.unlink()


def rebuild_batches(settings: Settings, engine: sa.Engine, portals: Mapping[str, Portal]) -> int:
    """Write every recorded dossier batch again from landing; returns the number of rows."""
    with engine.connect() as connection:
        recorded = connection.execute(sa.select(PORTAL_BATCHES).order_by(PORTAL_BATCHES.c.sha256)).all()
    written = 0
    for entry in recorded:
        known_from = from_instant(entry.pulled_at)
        rows = landed_rows(settings, portals[entry.portal], entry.sha256, known_from)
        written += write_batch(settings, TABLE, entry.sha256, rows)
    return written
