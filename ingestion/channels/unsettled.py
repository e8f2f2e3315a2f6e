"""Since when a file in a channel has been changing: what never settles must not wait without an answer (F1)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.ledger import from_instant, instant, transaction
from warehouse.ledger_tables import UNSETTLED_FILES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection


def unsettled_since(
    engine: sa.Engine, channel: str, places: Collection[str], now: dt.datetime
) -> dict[str, dt.datetime]:
    """Note what is changing now, forget what no longer is, and return since when each has been seen to change.

    Args:
        engine: Ledger.
        channel: Name of the channel.
        places: Where each changing file lies in the channel.
        now: The instant of this look, UTC.
    """
    keys = {place: hashlib.sha256(place.encode(errors="surrogateescape")).hexdigest() for place in places}
    ours = UNSETTLED_FILES.c.channel == channel
    with engine.connect() as connection:
        known = {
            row.place_sha256: row.first_seen_at
            for row in connection.execute(sa.select(UNSETTLED_FILES).where(ours)).all()
        }
    fresh, gone = set(keys.values()) - set(known), set(known) - set(keys.values())
    if fresh or gone:
        with transaction(engine) as connection:
            for key in sorted(gone):
                connection.execute(sa.delete(UNSETTLED_FILES).where(ours, UNSETTLED_FILES.c.place_sha256 == key))
            for key in sorted(fresh):
                noted = {"channel": channel, "place_sha256": key, "first_seen_at": instant(now)}
                connection.execute(sa.insert(UNSETTLED_FILES).values(**noted))
    return {place: from_instant(known.get(key, instant(now))) for place, key in keys.items()}
