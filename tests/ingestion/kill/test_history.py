"""The history checker sees what it is there to see: every kind of harm, planted, is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ingestion.landing import landed_path
from tests.ingestion.kill.deaths import copy
from tests.ingestion.kill.history import problems, wounds
from warehouse.ledger import open_ledger
from warehouse.ledger_tables import AUDIT_LOG, ERASURES, FILES, FINDINGS, RECEIPTS, SUBMISSIONS
from warehouse.raw import batch_path, batches

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.ingestion.kill.deaths import Day
    from warehouse.settings import Settings

REVISED = SUBMISSIONS.c.revision == 2


def one(settings: Settings, query: sa.Select[Any]) -> Any:
    engine = open_ledger(settings)
    with engine.connect() as connection:
        return connection.execute(query.limit(1)).scalar()


def change(settings: Settings, *statements: sa.Executable) -> None:
    engine = open_ledger(settings)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def lose_bytes(settings: Settings) -> None:
    landed_path(settings, one(settings, sa.select(SUBMISSIONS.c.sha256))).unlink()


def cut_bytes(settings: Settings) -> None:
    path = landed_path(settings, one(settings, sa.select(SUBMISSIONS.c.sha256)))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


def lose_a_batch(settings: Settings) -> None:
    batch_path(settings, "observations", batches(settings, "observations")[-1]).unlink()


def write_a_batch_twice(settings: Settings) -> None:
    path = batch_path(settings, "observations", batches(settings, "observations")[-1])
    path.with_name("again.parquet").write_bytes(path.read_bytes())


def count_twice(settings: Settings) -> None:
    engine = open_ledger(settings)
    with engine.connect() as connection:
        row = dict(connection.execute(sa.select(SUBMISSIONS).where(REVISED)).mappings().one())
    other = one(settings, sa.select(RECEIPTS.c.receipt_id).where(RECEIPTS.c.outcome == "duplicate"))
    change(settings, sa.insert(SUBMISSIONS).values(row | {"submission_id": "S2", "receipt_id": other, "revision": 4}))


def skip_a_revision(settings: Settings) -> None:
    change(settings, sa.update(SUBMISSIONS).where(REVISED).values(revision=9))


def leave_a_receipt_open(settings: Settings) -> None:
    change(settings, sa.update(RECEIPTS).where(RECEIPTS.c.outcome == "duplicate").values(outcome="received"))


def lose_a_receipt(settings: Settings) -> None:
    lost = one(settings, sa.select(RECEIPTS.c.receipt_id).where(RECEIPTS.c.outcome == "quarantined"))
    change(
        settings,
        sa.delete(FINDINGS).where(FINDINGS.c.receipt_id == lost),
        sa.delete(RECEIPTS).where(RECEIPTS.c.receipt_id == lost),
    )


def keep_what_was_erased(settings: Settings) -> None:
    path = landed_path(settings, one(settings, sa.select(ERASURES.c.sha256)))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")


def land_what_nobody_knows(settings: Settings) -> None:
    (settings.landing / "00").mkdir(exist_ok=True)
    (settings.landing / "00" / ("0" * 64)).write_bytes(b"")


def leave_a_half_made_copy(settings: Settings) -> None:
    (settings.landing / ".abc.part").write_bytes(b"")


def leave_a_file_waiting(settings: Settings) -> None:
    (settings.drop / "con-day.xlsx").write_bytes(b"")


def edit_the_audit_log(settings: Settings) -> None:
    change(settings, sa.update(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == 1).values(actor="ai đó"))


def decide_otherwise(settings: Settings) -> None:
    change(settings, sa.update(FINDINGS).where(FINDINGS.c.code == "NUM-05").values(code="NUM-04"))


HARMS = {
    lose_bytes: "lost bytes",
    cut_bytes: "lost bytes",
    lose_a_batch: "lost rows",
    write_a_batch_twice: "rows counted twice",
    count_twice: "submissions differ",
    skip_a_revision: "revisions out of order",
    leave_a_receipt_open: "open receipt",
    lose_a_receipt: "first receipts differ",
    keep_what_was_erased: "unknown or erased",
    land_what_nobody_knows: "unknown or erased",
    leave_a_half_made_copy: "left behind",
    leave_a_file_waiting: "still waiting",
    edit_the_audit_log: "audit chain broken",
    decide_otherwise: "first receipts differ",
}
SEEN_AT_ONCE = {lose_bytes, cut_bytes, lose_a_batch, write_a_batch_twice, count_twice, edit_the_audit_log}


def test_an_undisturbed_day_has_no_problems(day: Day) -> None:
    assert (problems(day.lived, day.evening), wounds(day.lived)) == ([], [])
    assert one(day.lived, sa.select(sa.func.count()).select_from(FILES)) > len(SEEN_AT_ONCE)


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_planted_harm_is_told(day: Day, tmp_path: Path, harm: Any) -> None:
    settings = copy(day.lived, tmp_path / "harmed")
    harm(settings)
    assert HARMS[harm] in " ".join(problems(settings, day.evening))
    assert bool(wounds(settings)) == (harm in SEEN_AT_ONCE)
