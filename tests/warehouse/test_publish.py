"""Publishing: one rename, never half a state, the same figures the same id, the last few kept."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest
import sqlalchemy as sa

from tests.warehouse.extracts.office import AS_OF, NOW, Office, flag, open_office, row, usual_rows, write_snapshot
from warehouse import publish as publish_module
from warehouse.errors import NotPublished, StorageFull, WriterBusy
from warehouse.ledger import broken_audit_entries
from warehouse.ledger_tables import AUDIT_LOG, SNAPSHOTS
from warehouse.publish import current_snapshot, fingerprint, publish, snapshot_path
from warehouse.reading import opened, published
from warehouse.storage import sha256_of
from warehouse.writer import writer_slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VERSIONS = 6


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened_office = open_office(tmp_path / "home", snapshots_kept=2, writer_wait_seconds=0.2)
    yield opened_office
    opened_office.ledger.dispose()


def version(number: int) -> dict[str, list[dict[str, object]]]:
    """Every figure and every flag of a build says the same number."""
    return {
        "rows": [row(place, value=Decimal(number)) for place in range(1, 200)],
        "flags": [flag(f"F-{place}", observed=str(number)) for place in range(200)],
    }


def versions_seen(connection: sa.Connection) -> set[int]:
    """Read the numbers of two marts, one after the other, as a page does."""
    figures = connection.exec_driver_sql("select distinct value from rpt_provincial_extract").scalars()
    flags = connection.exec_driver_sql("select distinct observed from fct_quality_flags").scalars()
    return {int(value) for value in figures} | {int(value) for value in flags}


def published_files(office: Office) -> list[str]:
    return sorted(path.name for path in office.settings.published.iterdir())


def test_readers_never_see_a_half_state(office: Office) -> None:
    office.publish(**version(0))
    seen: list[set[int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with published(office.settings) as connection:
                seen.append(versions_seen(connection))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, VERSIONS):
        office.publish(**version(number))
    done.set()
    reader.join()
    assert all(len(state) == 1 for state in seen)
    order = [number for state in seen for number in state]
    assert order == sorted(order)
    assert len(set(order)) > 1


def test_a_reader_keeps_what_it_opened_while_newer_snapshots_push_it_out(office: Office) -> None:
    office.publish(**version(1))
    with published(office.settings) as connection:
        first = snapshot_path(office.settings)
        for number in (2, 3, 4):
            office.publish(**version(number))
        assert not first.exists()
        assert versions_seen(connection) == {1}


def test_the_pointer_names_a_whole_file_that_nobody_may_write(office: Office) -> None:
    snapshot = office.publish()
    path = snapshot_path(office.settings)
    assert sha256_of(path) == snapshot.sha256
    assert path.stat().st_mode & 0o777 == 0o444
    assert current_snapshot(office.settings) == snapshot
    assert published_files(office) == sorted([snapshot.file, "current.json"])


def test_nothing_is_published_before_the_first_build(office: Office) -> None:
    with pytest.raises(NotPublished, match="thuocdo build"):
        current_snapshot(office.settings)


def test_the_same_figures_have_the_same_id_in_any_order_and_at_any_time(office: Office) -> None:
    first = office.publish(rows=usual_rows())
    second = publish_again(office, rows=usual_rows()[::-1])
    assert second.snapshot_id == first.snapshot_id
    with office.ledger.connect() as connection:
        assert connection.scalars(sa.select(SNAPSHOTS.c.snapshot_id)).all() == [first.snapshot_id]


def publish_again(office: Office, rows: list[dict[str, object]]) -> publish_module.Snapshot:
    office.settings.build_file.unlink()
    return office.publish(rows=rows)


@pytest.mark.parametrize(
    "change",
    [{"value": Decimal("90.0001")}, {"value": None}, {"value_status": "missing"}, {"indicator_code": "ct-99"}],
    ids=lambda change: next(iter(change)),
)
def test_any_other_figure_has_another_id(office: Office, change: dict[str, object]) -> None:
    first = office.publish(rows=[row(1), row(2)])
    assert office.publish(rows=[row(1), row(2, **change)]).snapshot_id != first.snapshot_id


def test_one_row_less_has_another_id(office: Office) -> None:
    assert office.publish(rows=[row(1), row(2)]).snapshot_id != office.publish(rows=[row(1)]).snapshot_id


def test_the_id_names_the_day_that_it_speaks_of(office: Office) -> None:
    assert office.publish().snapshot_id.startswith(f"{AS_OF:%Y%m%d}-")


def test_what_tells_of_runs_is_no_figure(office: Office) -> None:
    office.publish()
    before = fingerprint(office.settings.build_file)
    with duckdb.connect(str(office.settings.build_file)) as connection:
        connection.execute("create table marts.fct_pipeline_outcomes as select 'R1' as run_id, now() as ended_at")
    assert fingerprint(office.settings.build_file) == before


def test_only_the_marts_are_published(office: Office) -> None:
    write_snapshot(office.settings.build_file, usual_rows(), [])
    with duckdb.connect(str(office.settings.build_file)) as connection:
        for schema in ("staging", "intermediate", "judgement"):
            connection.execute(f"create schema {schema}")
            connection.execute(f"create view {schema}.rows as select 1 as figure")
    publish(office.settings, office.ledger, AS_OF, NOW)
    with opened(snapshot_path(office.settings)) as connection:
        schemas = connection.exec_driver_sql("select distinct table_schema from information_schema.tables").scalars()
        assert set(schemas) == {"marts"}
    with duckdb.connect(str(office.settings.build_file), read_only=True) as connection:
        assert connection.execute("select figure from staging.rows").fetchall() == [(1,)]


def test_the_last_few_are_kept_and_always_the_current_one(office: Office) -> None:
    snapshots = [office.publish(**version(number)) for number in range(4)]
    kept = [snapshot.file for snapshot in snapshots[-2:]]
    assert published_files(office) == sorted([*kept, "current.json"])


def test_a_publishing_is_told_in_the_ledger(office: Office) -> None:
    snapshot = office.publish()
    with office.ledger.connect() as connection:
        assert connection.execute(sa.select(AUDIT_LOG.c.action, AUDIT_LOG.c.subject)).all() == [
            ("publish", snapshot.snapshot_id)
        ]
    assert broken_audit_entries(office.ledger) == []


@pytest.mark.parametrize(
    "step", ["_checkpoint", "fingerprint", "_keep_marts_only", "sha256_of", "_remember", "write_durably"]
)
def test_a_publishing_that_fails_at_any_step_leaves_readers_what_they_had(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = office.publish(**version(1))

    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError(step)

    with monkeypatch.context() as broken:
        broken.setattr(publish_module, step, fail)
        with pytest.raises(RuntimeError):
            office.publish(**version(2))
    assert current_snapshot(office.settings) == before
    with published(office.settings) as connection:
        assert versions_seen(connection) == {1}
    office.publish(**version(2))
    with published(office.settings) as connection:
        assert versions_seen(connection) == {2}


def test_what_a_killed_publishing_left_is_removed_by_the_next(office: Office) -> None:
    office.publish(**version(1))
    for name in (".20260101-dead.part", ".20260101-dead.part.wal"):
        left = office.settings.published / name
        left.write_bytes(b"half")
        left.chmod(0o444)
    snapshot = office.publish(**version(2))
    assert [name for name in published_files(office) if name.startswith(".")] == []
    assert current_snapshot(office.settings) == snapshot


def test_nobody_publishes_while_another_writes(office: Office) -> None:
    write_snapshot(office.settings.build_file, usual_rows(), [])
    with writer_slot(office.settings), pytest.raises(WriterBusy):
        publish(office.settings, office.ledger, AS_OF, NOW)
    with pytest.raises(NotPublished):
        current_snapshot(office.settings)


def test_a_full_disk_keeps_the_snapshot_that_is_served_and_frees_what_was_begun(
    tiny_disk: Callable[[int], Path], fill: Callable[[Path], Path]
) -> None:
    disk = tiny_disk(16_384)
    office = open_office(disk / "home", snapshots_kept=2)
    before = office.publish(**version(1))
    write_snapshot(office.settings.build_file, **version(2))
    filler = fill(disk)
    with pytest.raises(StorageFull, match="đã đầy"):
        publish(office.settings, office.ledger, AS_OF, NOW)
    assert current_snapshot(office.settings) == before
    assert published_files(office) == sorted([before.file, "current.json"])
    with published(office.settings) as connection:
        assert versions_seen(connection) == {1}
    filler.unlink()
    publish(office.settings, office.ledger, AS_OF, NOW)
    with published(office.settings) as connection:
        assert versions_seen(connection) == {2}
    office.ledger.dispose()


def test_the_pointer_is_readable_by_programs(office: Office) -> None:
    snapshot = office.publish()
    content = json.loads((office.settings.published / "current.json").read_text())
    assert content["snapshot_id"] == snapshot.snapshot_id
    assert content["as_of"] == AS_OF.isoformat()
