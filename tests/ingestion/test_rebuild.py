"""Rebuilding: landing and ledger alone give back the very rows that intake wrote, or nothing is rebuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from ingestion import rebuild as rebuild_module
from ingestion.forms.records import ParsedForm
from ingestion.landing import landed_path
from ingestion.rebuild import TABLES, rebuild_raw
from tests.wording import assert_vietnamese
from warehouse.errors import ReconciliationFailed
from warehouse.ledger_tables import SUBMISSIONS
from warehouse.raw import batch_path, batches

if TYPE_CHECKING:
    from tests.ingestion.office import Office

JUNE = {"ct-01": {"numerator": 45, "denominator": 50}, "ct-03": {"value": 2}}
CORRECTED = {"ct-01": {"numerator": 46, "denominator": 50}, "ct-03": {"value": 3}}
HEALTH = {"yt-01": {"numerator": 900, "denominator": 1000}}
REFUSED = {"ct-01": {"numerator": 60, "denominator": 50}}
TASK = {"nv-01": {"percent": 40}}


def rows(office: Office, table: str) -> set[tuple[tuple[str, Any], ...]]:
    found = [
        row for batch in batches(office.settings, table)
        for row in pq.read_table(batch_path(office.settings, table, batch)).to_pylist()
    ]  # fmt: skip
    unique = {tuple(row.items()) for row in found}
    assert len(unique) == len(found)
    return unique


def rebuild(office: Office) -> int:
    return rebuild_raw(office.settings, office.engine, office.plans)


@pytest.fixture
def worked(commune: Office) -> Office:
    """Two units, a correction, a duplicate and a refusal."""
    commune.submit(commune.fill(JUNE, name="mot.xlsx"), commune.fill(HEALTH, unit_code="tram-y-te", name="yte.xlsx"))
    commune.submit(commune.fill(CORRECTED, name="hai.xlsx"))
    commune.submit(commune.fill(REFUSED, name="sai.xlsx"), commune.settings.root.parent / "hai.xlsx")
    return commune


@pytest.mark.parametrize("harm", ["nothing", "raw lost", "batch lost", "foreign batch"])
def test_a_rebuild_gives_back_exactly_what_intake_wrote(worked: Office, harm: str) -> None:
    before = {table: rows(worked, table) for table in TABLES}
    assert len(before["observations"]) > 3
    for table in TABLES:
        for batch in batches(worked.settings, table)[: None if harm == "raw lost" else 1]:
            path = batch_path(worked.settings, table, batch)
            if harm in {"raw lost", "batch lost"}:
                path.unlink()
            elif harm == "foreign batch":
                path.with_name("nobody-knows.parquet").write_bytes(path.read_bytes())
    written = rebuild(worked)
    assert {table: rows(worked, table) for table in TABLES} == before
    assert written == sum(map(len, before.values()))


def test_rebuilding_twice_is_rebuilding_once(worked: Office) -> None:
    rebuild(worked)
    files = {path: path.read_bytes() for path in worked.settings.raw.rglob("*.parquet")}
    rebuild(worked)
    assert {path: path.read_bytes() for path in worked.settings.raw.rglob("*.parquet")} == files


def test_many_submissions_are_rebuilt_in_several_batches(worked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(worked, "observations")
    monkeypatch.setattr(rebuild_module, "BATCH_SIZE", 2)
    rebuild(worked)
    assert len(batches(worked.settings, "observations")) == 2
    assert rows(worked, "observations") == before


def test_a_landed_file_that_was_damaged_stops_the_rebuild_and_leaves_raw_as_it_was(worked: Office) -> None:
    (result,) = worked.submit(worked.fill(JUNE, period="2026-05", name="thang5.xlsx"))
    before = {table: rows(worked, table) for table in TABLES}
    damage(worked, result.sha256)
    with pytest.raises(ReconciliationFailed, match=result.receipt_id) as told:
        rebuild(worked)
    assert told.value.facts == {"receipt_id": result.receipt_id}
    assert_vietnamese(told.value.message)
    assert {table: rows(worked, table) for table in TABLES} == before


def test_a_landed_file_that_is_gone_stops_the_rebuild(worked: Office) -> None:
    (result,) = worked.submit(worked.fill(JUNE, period="2026-05", name="thang5.xlsx"))
    landed_path(worked.settings, result.sha256).unlink()
    with pytest.raises(ReconciliationFailed, match=result.receipt_id):
        rebuild(worked)


def test_another_forms_bytes_in_place_of_the_landed_ones_stop_the_rebuild(worked: Office) -> None:
    (result,) = worked.submit(worked.fill(JUNE, period="2026-05", name="thang5.xlsx"))
    path = landed_path(worked.settings, result.sha256)
    path.chmod(0o644)
    path.write_bytes((worked.settings.root.parent / "mot.xlsx").read_bytes())
    with pytest.raises(ReconciliationFailed, match="mất hoặc hỏng"):
        rebuild(worked)


def test_an_empty_office_rebuilds_to_nothing(commune: Office) -> None:
    assert rebuild(commune) == 0
    assert all(batches(commune.settings, table) == [] for table in TABLES)


def test_a_content_that_is_not_the_accepted_one_stops_the_rebuild(worked: Office) -> None:
    with worked.engine.begin() as connection:
        connection.execute(sa.update(SUBMISSIONS).where(SUBMISSIONS.c.revision == 2).values(content_hash="0" * 64))
    with pytest.raises(ReconciliationFailed, match="khác với khi nhận"):
        rebuild(worked)


def test_a_form_that_is_no_longer_understood_stops_the_rebuild(worked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {table: rows(worked, table) for table in TABLES}
    monkeypatch.setattr(rebuild_module, "read_form", lambda *_arguments: ParsedForm(None, (), (), ()))
    with pytest.raises(ReconciliationFailed, match="khác với khi nhận"):
        rebuild(worked)
    assert {table: rows(worked, table) for table in TABLES} == before


def damage(office: Office, sha256: str) -> None:
    path = landed_path(office.settings, sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-100])
