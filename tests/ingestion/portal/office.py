"""What the portal tests share."""

from __future__ import annotations

import datetime as dt
import re

from pydantic import SecretStr

from ingestion.portal.simulator.canaries import CANARIES
from warehouse.clock import VIETNAM

PASSWORD = SecretStr("mat-khau-thu")


def vietnam(text: str) -> dt.datetime:
    """Read a wall-clock moment of Vietnam as a UTC instant."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(dt.UTC)


def canaries_in(text: str) -> list[str]:
    """List the simulator's personal texts that stand in a text; digits inside a hash are not an id."""
    return [
        canary
        for canary in CANARIES
        if (re.search(rf"(?<![0-9a-f]){canary}(?![0-9a-f])", text) if canary.isdigit() else canary in text)
    ]
