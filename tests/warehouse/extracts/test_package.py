"""Create packages: the same data gives the same bytes, other data another revision, a kill nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import IO

import pytest
import sqlalchemy as sa

from tests.warehouse.extracts.office import (
    LATER,
    PERIOD,
    PLAN,
    Office,
    flag,
    open_office,
    row,
    usual_flags,
    usual_rows,
    write_snapshot,
)
from warehouse.errors import NotPublished, UsageError, WriterBusy
from warehouse.extracts import store
from warehouse.extracts.package import create_extract
from warehouse.extracts.registry import list_extracts
from warehouse.extracts.store import extract_slot
from warehouse.extracts.verify import verify_extract
from warehouse.ledger import broken_audit_entries
from warehouse.ledger_tables import AUDIT_LOG
from warehouse.settings import PROJECT, Settings
from warehouse.storage import write_durably

IN_A_CHILD = """
import sys
from pathlib import Path
from tests.warehouse.extracts.office import open_office, usual_flags, usual_rows
office = open_office(Path(sys.argv[1]), threads=8)
office.publish(usual_rows()[::-1], usual_flags()[::-1])
office.extract()
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def actions(office: Office) -> list[str]:
    with office.ledger.connect() as connection:
        return list(connection.execute(sa.select(AUDIT_LOG.c.action).order_by(AUDIT_LOG.c.entry_no)).scalars())


def changed_rows() -> list[dict[str, object]]:
    return [row(1, value=Decimal(86)), *usual_rows()[1:]]


def test_a_package_holds_every_contracted_file(office: Office) -> None:
    extract = office.extract()
    expected = "data.csv data.json data.sdmx.csv data.xlsx flags.csv manifest.json structure.xml"
    assert sorted(contents(extract.folder)) == expected.split()
    assert extract.folder.name == f"extract-{PLAN}-{PERIOD}-r1"
    assert extract.zip_path == extract.folder.with_name(f"{extract.folder.name}.zip")
    assert extract.zip_path.is_file()
    assert verify_extract(extract.folder) == []


def test_the_same_data_gives_the_same_bytes_in_another_folder_zone_and_thread_count(
    office: Office, tmp_path: Path
) -> None:
    first = office.extract(LATER)
    other_home = tmp_path / "somewhere" / "else"
    machine = os.environ | {
        "TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(PROJECT),
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", IN_A_CHILD, str(other_home)], env=machine, check=True, timeout=120)
    second = Settings(home=other_home).extracts / first.folder.name
    assert contents(second) == contents(first.folder)
    assert second.with_name(first.zip_path.name).read_bytes() == first.zip_path.read_bytes()


def test_extracting_unchanged_data_again_returns_the_first_revision(office: Office) -> None:
    first = office.extract()
    again = office.extract(LATER)
    assert first.is_new
    assert not again.is_new
    assert (again.revision, again.manifest_sha256) == (1, first.manifest_sha256)
    assert len(list_extracts(office.ledger)) == 1


def test_a_new_snapshot_with_the_same_figures_is_not_a_new_revision(office: Office) -> None:
    first = office.extract()
    office.publish(as_of=LATER.date())
    assert office.extract(LATER).export_id == first.export_id


def test_changed_data_makes_a_new_revision_that_names_the_one_before(office: Office) -> None:
    first = office.extract()
    before = contents(first.folder)
    office.publish(changed_rows())
    second = office.extract(LATER)
    manifest = json.loads((second.folder / "manifest.json").read_text())
    assert (second.revision, second.is_new) == (2, True)
    assert manifest["previous"] == {"export_id": first.export_id, "manifest_sha256": first.manifest_sha256}
    assert contents(first.folder) == before


def test_a_waived_flag_alone_makes_a_new_revision(office: Office) -> None:
    office.extract()
    office.publish(flags=[*usual_flags(), flag("F-9", state="waived", waiver_reason="Đúng", waived_by="Lý Văn Tú")])
    assert office.extract(LATER).revision == 2


def test_data_that_changes_back_is_a_revision_of_its_own(office: Office) -> None:
    office.extract()
    office.publish(changed_rows())
    office.extract(LATER)
    office.publish()
    assert office.extract(LATER).revision == 3


def test_an_old_snapshot_gives_the_old_revision_back(office: Office, tmp_path: Path) -> None:
    first = office.extract()
    office.publish(changed_rows())
    office.extract(LATER)
    old = tmp_path / "as_known_at.duckdb"
    write_snapshot(old, usual_rows(), usual_flags())
    again = office.extract(LATER, snapshot_file=old)
    assert (again.export_id, again.is_new) == (first.export_id, False)


def test_a_lost_folder_is_written_again_with_the_same_bytes(office: Office) -> None:
    first = office.extract()
    before, zipped = contents(first.folder), first.zip_path.read_bytes()
    shutil.rmtree(first.folder)
    first.zip_path.unlink()
    office.publish(as_of=LATER.date())
    again = office.extract(LATER)
    assert not again.is_new
    assert contents(again.folder) == before
    assert again.zip_path.read_bytes() == zipped
    assert actions(office)[-1] == "restore_extract"


def test_a_damaged_package_is_set_aside_and_written_again(office: Office) -> None:
    first = office.extract()
    (first.folder / "data.csv").write_bytes(b"stt\n")
    again = office.extract(LATER)
    assert verify_extract(again.folder) == []
    (aside,) = (office.settings.extracts / "set_aside").iterdir()
    assert (aside / "data.csv").read_bytes() == b"stt\n"


@pytest.mark.parametrize("step", ["manifest.json", ".zip"])
def test_a_kill_while_writing_leaves_nothing_registered_and_a_rerun_completes_the_same_id(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(target: Path, write: Callable[[IO[bytes]], object]) -> None:
        if target.name.endswith(step):
            raise KeyboardInterrupt
        write_durably(target, write)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_durably", killed)
        with pytest.raises(KeyboardInterrupt):
            office.extract()
    assert list_extracts(office.ledger) == []
    assert (office.settings.extracts / f"extract-{PLAN}-{PERIOD}-r1").exists() is (step == ".zip")
    completed = office.extract(LATER)
    assert (completed.revision, completed.is_new) == (1, True)
    assert verify_extract(completed.folder) == []


def test_what_a_killed_run_was_building_is_swept(office: Office) -> None:
    leftover = office.settings.extracts / ".building-x"
    leftover.mkdir(parents=True)
    (leftover / "data.csv").write_bytes(b"half")
    office.extract()
    assert not leftover.exists()


def test_a_folder_without_manifest_does_not_use_up_a_number(office: Office) -> None:
    half = office.settings.extracts / f"extract-{PLAN}-{PERIOD}-r1"
    half.mkdir(parents=True)
    (half / "data.csv").write_bytes(b"half")
    extract = office.extract()
    assert extract.revision == 1
    assert verify_extract(extract.folder) == []


def test_a_number_given_out_before_the_ledger_was_restored_is_not_used_again(office: Office, tmp_path: Path) -> None:
    first = office.extract()
    restored = open_office(tmp_path / "restored")
    shutil.copytree(first.folder, restored.settings.extracts / first.folder.name)
    restored.publish(changed_rows())
    assert restored.extract().revision == 2


def test_a_package_already_in_the_outbox_keeps_its_number_for_ever(office: Office) -> None:
    sent = office.settings.path("outbox", f"extract-{PLAN}-{PERIOD}-r1.zip")
    sent.parent.mkdir(parents=True)
    sent.write_bytes(b"PK")
    assert office.extract().revision == 2


def test_the_ledger_row_and_its_audit_line_come_together(office: Office) -> None:
    extract = office.extract()
    (record,) = list_extracts(office.ledger)
    assert (record.export_id, record.state, record.prepared_at) == (
        extract.export_id,
        "prepared",
        "2026-07-10T02:30:00.000000Z",
    )
    assert actions(office)[-1] == "prepare_extract"
    assert broken_audit_entries(office.ledger) == []


def test_a_period_without_rows_is_refused_with_the_periods_there_are(office: Office) -> None:
    with pytest.raises(UsageError, match=f"{PLAN}: {PERIOD}"):
        create_extract(office.settings, office.ledger, PLAN, "2027-01", LATER, rule_versions={})


def test_an_unknown_plan_is_refused_with_the_plans_there_are(office: Office) -> None:
    with pytest.raises(UsageError, match=f"Có thể trích xuất: {PLAN}: {PERIOD}"):
        create_extract(office.settings, office.ledger, "no-plan", PERIOD, LATER, rule_versions={})


def test_nothing_can_be_extracted_before_the_first_publish(tmp_path: Path) -> None:
    with pytest.raises(NotPublished):
        open_office(tmp_path).extract()


def test_two_writers_of_packages_wait_for_each_other(tmp_path: Path) -> None:
    office = open_office(tmp_path, writer_wait_seconds=0.2)
    office.publish()
    with extract_slot(office.settings), pytest.raises(WriterBusy):
        office.extract()


def test_the_rule_versions_of_this_installation_are_told_by_default(office: Office) -> None:
    extract = create_extract(office.settings, office.ledger, PLAN, PERIOD, LATER)
    told = json.loads((extract.folder / "manifest.json").read_text())["rule_versions"]
    assert sorted(told) == ["dbt_project", "expectations/rules.yml"]
    assert len(told["expectations/rules.yml"]) == 64
