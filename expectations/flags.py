"""Keep flags in the ledger: opened once, closed when the figure no longer fails, waived by people.

A machine verdict never overrides a person's stored "đúng, vì …": a waiver speaks of one
observed value and holds until another value is observed (design 2.9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.errors import UsageError
from warehouse.ledger import audit, instant, transaction
from warehouse.ledger_tables import FLAGS, WAIVERS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from expectations.judge import Failure


def keep_flags(ledger: sa.Engine, failures: Iterable[Failure], now: dt.datetime) -> tuple[int, int]:
    """Open flags for new failures, close those that no longer fail; returns (opened, closed)."""
    failing = {failure.flag_id: failure for failure in failures}
    with transaction(ledger) as connection:
        known = {row.flag_id: row for row in connection.execute(sa.select(FLAGS))}
        opened = [flag for flag in sorted(failing) if flag not in known or known[flag].closed_at is not None]
        closed = [flag for flag, row in known.items() if flag not in failing and row.closed_at is None]
        for flag_id, failure in sorted(failing.items()):
            _write(connection, failure, known.get(flag_id), now)
        if closed:
            connection.execute(sa.update(FLAGS).where(FLAGS.c.flag_id.in_(closed)).values(closed_at=instant(now)))
        if opened or closed:
            audit(
                connection, at=now, actor="thuocdo", action="judge", subject="flags",
                opened=opened, closed=sorted(closed),
            )  # fmt: skip
    return len(opened), len(closed)


def _write(
    connection: sa.Connection, failure: Failure, known: sa.Row[tuple[object, ...]] | None, now: dt.datetime
) -> None:
    said = {
        "severity": failure.rule.severity,
        "observed": failure.observed,
        "expected": failure.expected,
        "explanation_vi": failure.explanation_vi,
    }
    if known is None:
        connection.execute(
            sa.insert(FLAGS).values(
                flag_id=failure.flag_id,
                plan_key=failure.plan_key,
                indicator_code=failure.indicator_code,
                unit_code=failure.unit_code,
                period=failure.period,
                rule_code=failure.rule.code,
                opened_at=instant(now),
                **said,
            )
        )
        return
    reopened = {"opened_at": instant(now), "closed_at": None} if known._mapping["closed_at"] else {}
    connection.execute(sa.update(FLAGS).where(FLAGS.c.flag_id == failure.flag_id).values(**said, **reopened))


def waive_flag(ledger: sa.Engine, flag_id: str, reason: str, by: str, now: dt.datetime) -> None:
    """Store a person's "đúng, vì …" on a flag; raises UsageError for an unknown flag or an empty reason."""
    if not reason.strip() or not by.strip():
        raise UsageError("Phải ghi rõ lý do (--reason) và người xác nhận (--by) khi xác nhận một cảnh báo.")
    with transaction(ledger) as connection:
        flag = connection.execute(sa.select(FLAGS).where(FLAGS.c.flag_id == flag_id)).one_or_none()
        if flag is None:
            raise UsageError(f"Không có cảnh báo '{flag_id}'. Xem danh sách bằng `thuocdo flags`.", flag_id=flag_id)
        connection.execute(
            sa.insert(WAIVERS).values(
                flag_id=flag_id, observed=flag.observed, reason=reason, waived_by=by, waived_at=instant(now)
            )
        )
        audit(connection, at=now, actor=by, action="waive_flag", subject=flag_id, reason=reason)
