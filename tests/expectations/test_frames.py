"""Frames: what a judgement model holds, in key order, with its columns even when it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.schema import CreateSchema

from expectations.frames import KEYS, read_frame
from warehouse.duck import duck_engine

if TYPE_CHECKING:
    from pathlib import Path

CLAIMS = sa.Table(
    "jdg_claims",
    sa.MetaData(schema="judgement"),
    *(sa.Column(key, sa.Text) for key in KEYS),
    sa.Column("deviation_pct", sa.Numeric(18, 4)),
    sa.Column("deviation_pct_observed", sa.Text),
)


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    with duck_engine(path, read_only=False).begin() as connection:
        connection.execute(CreateSchema("judgement"))
        CLAIMS.create(connection)
        for row in rows:
            connection.execute(sa.insert(CLAIMS).values(**row))
    return path


def test_rows_come_in_key_order_with_every_column(tmp_path: Path) -> None:
    rows = [
        {"plan_key": "p", "indicator_code": code, "unit_code": "u", "period": period, "deviation_pct": 1}
        for code, period in (("b", "2026-01"), ("a", "2026-02"), ("a", "2026-01"))
    ]
    with duck_engine(written(tmp_path / "kho.duckdb", rows), read_only=True).connect() as connection:
        frame = read_frame(connection, "claims")
    assert list(frame.columns) == list(CLAIMS.c.keys())
    assert list(frame.indicator_code + frame.period) == ["a2026-01", "a2026-02", "b2026-01"]
    assert frame.deviation_pct.astype("float64").sum() == 3


def test_an_empty_model_is_a_frame_with_its_columns(tmp_path: Path) -> None:
    with duck_engine(written(tmp_path / "kho.duckdb", []), read_only=True).connect() as connection:
        frame = read_frame(connection, "claims")
    assert list(frame.columns) == list(CLAIMS.c.keys())
    assert len(frame) == 0
