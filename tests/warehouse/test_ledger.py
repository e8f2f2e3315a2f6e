"""The ledger: the same on SQLite and a real PostgreSQL, migrated on opening, its audit chain shows tampering."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from warehouse import ledger as ledger_module
from warehouse.errors import StorageFull, WriterBusy
from warehouse.ledger import audit, broken_audit_entries, from_instant, instant, open_ledger, transaction
from warehouse.ledger_tables import AUDIT_LOG, FLAGS, METADATA, WAIVERS
from warehouse.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WRITERS, LINES = 4, 10


def write_lines(engine: sa.Engine, now: dt.datetime, count: int, actor: str = "thuocdo") -> None:
    for number in range(count):
        with transaction(engine) as connection:
            audit(connection, at=now, actor=actor, action="thử", subject=f"S-{number}", figure=number)


def change(engine: sa.Engine, statement: sa.Update | sa.Delete) -> None:
    with engine.begin() as connection:
        assert connection.execute(statement).rowcount == 1


def entries(engine: sa.Engine) -> list[sa.Row[tuple[object, ...]]]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.entry_no)))


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2999, 1, 1), timezones=st.timezones(), allow_imaginary=False))
def test_an_instant_is_kept_to_the_microsecond(moment: dt.datetime) -> None:
    assert from_instant(instant(moment)) == moment.astimezone(dt.UTC)


@given(*[st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2999, 1, 1), timezones=st.just(dt.UTC))] * 2)
def test_instants_sort_as_text(one: dt.datetime, other: dt.datetime) -> None:
    assert (instant(one) < instant(other)) == (one < other)


def test_the_migrations_make_exactly_the_tables_of_the_code(any_ledger: sa.Engine) -> None:
    with any_ledger.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_again_keeps_what_is_there(any_settings: Settings, any_ledger: sa.Engine, now: dt.datetime) -> None:
    write_lines(any_ledger, now, 1)
    again = open_ledger(any_settings)
    assert len(entries(again)) == 1
    again.dispose()


def test_a_transaction_that_fails_leaves_nothing(any_ledger: sa.Engine, now: dt.datetime) -> None:
    def failing_after_a_line() -> None:
        with transaction(any_ledger) as connection:
            audit(connection, at=now, actor="a", action="b", subject="c")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_after_a_line()
    assert entries(any_ledger) == []


def test_a_waiver_must_speak_of_a_flag_that_exists(any_ledger: sa.Engine, now: dt.datetime) -> None:
    row = {"flag_id": "F-none", "reason": "đúng", "waived_by": "ai", "waived_at": instant(now)}
    with pytest.raises(sa.exc.IntegrityError), transaction(any_ledger) as connection:
        connection.execute(sa.insert(WAIVERS).values(**row))


def test_long_vietnamese_text_is_kept_letter_by_letter(any_ledger: sa.Engine, now: dt.datetime) -> None:
    text = "Giá trị “nằm ngoài” khoảng; đúng, vì sáp nhập thôn Ải " * 200
    with transaction(any_ledger) as connection:
        row = {"flag_id": "F1", "plan_key": "p", "rule_code": "R", "severity": "warn", "opened_at": instant(now)}
        connection.execute(sa.insert(FLAGS).values(explanation_vi=text, **row))
    with any_ledger.connect() as connection:
        assert connection.scalar(sa.select(FLAGS.c.explanation_vi)) == text


def test_an_untouched_chain_is_whole(any_ledger: sa.Engine, now: dt.datetime) -> None:
    write_lines(any_ledger, now, 5)
    assert broken_audit_entries(any_ledger) == []
    assert [entry.entry_no for entry in entries(any_ledger)] == [1, 2, 3, 4, 5]


def test_many_writers_at_once_make_one_whole_chain(any_settings: Settings, now: dt.datetime) -> None:
    engines = [open_ledger(any_settings) for _ in range(WRITERS)]
    threads = [
        threading.Thread(target=write_lines, args=(engine, now, LINES, f"w{number}"))
        for number, engine in enumerate(engines)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(engines[0])) == WRITERS * LINES
    assert broken_audit_entries(engines[0]) == []
    for engine in engines:
        engine.dispose()


def test_many_may_open_a_new_ledger_at_once(any_settings: Settings) -> None:
    opened: list[sa.Engine] = []
    threads = [threading.Thread(target=lambda: opened.append(open_ledger(any_settings))) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == WRITERS
    for engine in opened:
        engine.dispose()


@pytest.mark.parametrize(
    "column", ["happened_at", "actor", "action", "subject", "details", "previous_hash", "entry_hash"]
)
def test_an_edited_column_breaks_the_chain_at_its_line(ledger: sa.Engine, now: dt.datetime, column: str) -> None:
    write_lines(ledger, now, 5)
    change(ledger, sa.update(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == 3).values({column: "0" * 64}))
    assert broken_audit_entries(ledger)[0] == 3


@pytest.mark.parametrize("number", [1, 3, 4])
def test_a_removed_line_breaks_the_chain_after_it(ledger: sa.Engine, now: dt.datetime, number: int) -> None:
    write_lines(ledger, now, 5)
    change(ledger, sa.delete(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == number))
    assert broken_audit_entries(ledger) == [number + 1]


def test_a_removed_line_is_found_even_when_the_rest_is_numbered_anew(ledger: sa.Engine, now: dt.datetime) -> None:
    write_lines(ledger, now, 4)
    change(ledger, sa.delete(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == 2))
    for number in (3, 4):
        change(ledger, sa.update(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == number).values(entry_no=number - 1))
    assert broken_audit_entries(ledger)[0] == 2


def test_two_lines_that_changed_places_are_found(ledger: sa.Engine, now: dt.datetime) -> None:
    write_lines(ledger, now, 4)
    for number, place in ((2, 99), (3, 2), (99, 3)):
        change(ledger, sa.update(AUDIT_LOG).where(AUDIT_LOG.c.entry_no == number).values(entry_no=place))
    assert broken_audit_entries(ledger) == [2, 3, 4]


def test_an_inserted_line_is_found(ledger: sa.Engine, now: dt.datetime) -> None:
    write_lines(ledger, now, 2)
    forged = entries(ledger)[1]._asdict() | {"entry_no": 3, "action": "approve_extract"}
    with ledger.begin() as connection:
        connection.execute(sa.insert(AUDIT_LOG).values(**forged))
    assert broken_audit_entries(ledger) == [3]


def test_a_ledger_that_another_process_holds_is_told_and_free_again_after(
    settings: Settings, ledger: sa.Engine, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "BUSY_TIMEOUT_SECONDS", 0)
    waiting = sa.create_engine(settings.ledger_address)
    sa.event.listen(waiting, "connect", ledger_module._prepare_sqlite)
    sa.event.listen(waiting, "begin", ledger_module._begin_immediate)
    with transaction(ledger), pytest.raises(WriterBusy, match="Sổ cái"), transaction(waiting):
        pass
    write_lines(waiting, now, 1)
    waiting.dispose()


def test_a_full_disk_stops_a_transaction_without_a_trace(
    tiny_disk: Callable[[int], Path], fill: Callable[[Path], Path], now: dt.datetime
) -> None:
    disk = tiny_disk(2048)
    engine = open_ledger(Settings(home=disk))
    write_lines(engine, now, 1)
    filler = fill(disk)
    with pytest.raises(StorageFull, match="sổ cái"), transaction(engine) as connection:
        audit(connection, at=now, actor="a", action="b", subject="c", long="x" * 100_000)
    filler.unlink()
    write_lines(engine, now, 1)
    assert [entry.subject for entry in entries(engine)] == ["S-0", "S-0"]
    assert broken_audit_entries(engine) == []
    engine.dispose()


def test_a_commit_is_on_the_disk_before_it_is_told(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    write_lines(ledger, now, 1)
    with sqlite3.connect(settings.path("ledger.db")) as other:
        assert other.execute("pragma journal_mode").fetchone() == ("wal",)
        assert other.execute("select count(*) from audit_log").fetchone() == (1,)
    with ledger.connect() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2  # FULL: a commit is on the disk
