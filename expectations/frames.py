"""Frames that the suites judge: read from the build file, one row per key.

Great Expectations cannot talk to DuckDB through SQLAlchemy (design 3), so it validates
frames. They hold aggregates and figures only, never a row about a citizen or a dossier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

if TYPE_CHECKING:
    from expectations.rules import SuiteName

KEYS = ("plan_key", "indicator_code", "unit_code", "period")
TOLD = ("observed", "expected")
JUDGED: dict[SuiteName, str] = {
    "figures": "jdg_figures",
    "submissions": "jdg_submissions",
    "obligations": "jdg_obligations",
    "claims": "jdg_claims",
    "dossiers": "jdg_dossiers",
}
"""Model of the `judgement` schema behind each suite: KEYS, `<rule>_observed/_expected`, one column per rule."""


def read_frame(connection: sa.Connection, suite: SuiteName) -> pd.DataFrame:
    """Read the frame of a suite in key order; figures as floats, which is all that bounds need."""
    table = sa.Table(JUDGED[suite], sa.MetaData(schema="judgement"), autoload_with=connection)
    query = sa.select(table).order_by(*(table.c[key] for key in KEYS))
    return pd.DataFrame(connection.execute(query).mappings().all(), columns=[column.name for column in table.c])
