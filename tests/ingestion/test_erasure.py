"""A file with personal data is refused, told by its cell, and its bytes are nowhere when the intake is over."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa

from ingestion.channels.drop_folder import collect_drop_folder
from ingestion.erasure import record_erasures, remove_erased
from ingestion.forms.writing.slip import write_slip
from ingestion.intake import finish_open_receipts
from ingestion.landing import landed_path
from ingestion.rebuild import rebuild_raw
from ingestion.receipts import list_receipts
from tests.ingestion.contents import places_of
from tests.ingestion.office import IN_TIME, PLAN_KEY, codes
from warehouse.backup import create_backup, restore_backup, verify_backup
from warehouse.errors import ReconciliationFailed
from warehouse.evidence import check_evidence
from warehouse.ledger import broken_audit_entries, transaction
from warehouse.ledger_tables import AUDIT_LOG, ERASURES, FILES, RECEIPTS, SUBMISSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.intake import ReceiptResult
    from tests.ingestion.office import Office

CANARIES = {"identity": "000000999999", "phone": "0900000099", "mail": "chim.vang@thu.example"}
GOOD = {"ct-03": {"value": 2}}


def with_note(commune: Office, text: str, name: str = "bieu.xlsx") -> Path:
    """Fill in a form with a text in the note beside a figure."""
    return commune.fill({"ct-03": {"value": 2, "note": text}}, name=name)


def hand_in(commune: Office, path: Path, unit_code: str = "vhxh") -> ReceiptResult:
    (result,) = commune.submit(path, unit_code=unit_code, channel="drop")
    return result


def erasures(commune: Office) -> list[str]:
    with commune.engine.connect() as connection:
        return list(connection.scalars(sa.select(ERASURES.c.sha256)))


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_what_was_found_is_nowhere_in_the_state_folder_nor_in_the_log_after_the_run(
    commune: Office, canary: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    folder = commune.settings.drop / PLAN_KEY / "vhxh"
    folder.mkdir(parents=True)
    shutil.copyfile(with_note(commune, f"Liên hệ: {canary}"), folder / f"Biểu của {canary}.xlsx")
    (result,) = collect_drop_folder(
        commune.settings, commune.engine, commune.plans, IN_TIME, pause=lambda _seconds: None
    )
    assert (result.outcome, codes(result), result.findings[0].cell) == ("rejected", ["PII-01"], "J17")
    write_slip(commune.settings, commune.engine, result.receipt_id)
    create_backup(commune.settings, IN_TIME)
    told = json.dumps(list_receipts(commune.engine), ensure_ascii=False) + result.model_dump_json()
    commune.engine.dispose()
    assert places_of(commune.settings.root, canary) == []
    assert canary not in told + caplog.text


def test_the_search_finds_what_is_there(commune: Office) -> None:
    commune.submit(commune.fill({"ct-02": {"value": "gan du"}}))
    commune.engine.dispose()
    assert {place.split("/", maxsplit=1)[0] for place, _ in places_of(commune.settings.root, "gan du")} >= {"landing"}


def test_an_erasure_is_told_by_the_ledger_and_audited(commune: Office) -> None:
    result = hand_in(commune, with_note(commune, CANARIES["phone"]))
    with commune.engine.connect() as connection:
        (erased,) = connection.execute(sa.select(ERASURES)).all()
        audited = list(connection.scalars(sa.select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "file_erased")))
    assert (erased.sha256, erased.reason, audited) == (result.sha256, "PII-01", [result.sha256])
    assert not landed_path(commune.settings, result.sha256).exists()
    assert broken_audit_entries(commune.engine) == []


def test_the_same_bytes_again_are_refused_for_the_same_cell_and_kept_by_nobody(commune: Office) -> None:
    path = with_note(commune, CANARIES["identity"])
    first = hand_in(commune, path)
    second, third = hand_in(commune, path), hand_in(commune, path, unit_code="tram-y-te")
    assert (second.outcome, second.findings) == ("rejected", first.findings)
    assert (third.outcome, third.findings, third.unit_code) == ("rejected", first.findings, "tram-y-te")
    with commune.engine.connect() as connection:
        repeated = list(connection.scalars(sa.select(RECEIPTS.c.duplicate_of).order_by(RECEIPTS.c.received_at)))
    assert repeated == [None, first.receipt_id, first.receipt_id]
    assert not landed_path(commune.settings, first.sha256).exists()
    assert erasures(commune) == [first.sha256]


def test_twice_in_one_call_is_refused_twice(commune: Office) -> None:
    path = with_note(commune, CANARIES["identity"])
    results = commune.submit(path, path, unit_code="vhxh", channel="drop")
    assert [(result.outcome, codes(result)) for result in results] == [("rejected", ["PII-01"])] * 2
    assert not landed_path(commune.settings, results[0].sha256).exists()


def test_a_mended_file_is_taken(commune: Office) -> None:
    hand_in(commune, with_note(commune, CANARIES["mail"]))
    assert hand_in(commune, with_note(commune, "Đã ban hành")).revision == 1


def test_the_slip_of_an_erased_file_is_the_list_of_what_was_found(commune: Office) -> None:
    result = hand_in(commune, with_note(commune, CANARIES["phone"]))
    slip = openpyxl.load_workbook(write_slip(commune.settings, commune.engine, result.receipt_id))
    assert len(slip.worksheets) == 1
    told = [row[0] for row in slip.worksheets[0].iter_rows(values_only=True)]
    assert told.count("PII-01") == 1


def test_evidence_rebuild_and_backup_do_not_miss_an_erased_file(commune: Office, tmp_path: Path) -> None:
    commune.submit(commune.fill(GOOD, name="tot.xlsx"))
    erased = hand_in(commune, with_note(commune, CANARIES["phone"]))
    assert check_evidence(commune.settings) == 1
    assert rebuild_raw(commune.settings, commune.engine, commune.plans) > 0
    backup = create_backup(commune.settings, IN_TIME)
    assert verify_backup(backup.folder) == backup.files
    commune.engine.dispose()
    restore_backup(commune.settings, backup.folder, IN_TIME)
    assert check_evidence(commune.settings) == 1
    assert not landed_path(commune.settings, erased.sha256).exists()


def test_a_file_on_its_way_to_be_judged_is_not_in_a_backup(commune: Office) -> None:
    path = landed_path(commune.settings, "ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_text(CANARIES["phone"])
    backup = create_backup(commune.settings, IN_TIME)
    assert places_of(backup.folder, CANARIES["phone"]) == []


def test_a_crash_between_note_and_removal_is_made_good_by_the_next_intake(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def die(*_: object) -> None:
        if erasures(commune):
            raise Crash

    path = with_note(commune, CANARIES["phone"])
    with monkeypatch.context() as patched:
        patched.setattr("ingestion.intake.remove_erased", die)
        with pytest.raises(Crash):
            hand_in(commune, path)
    (sha256,) = erasures(commune)
    assert landed_path(commune.settings, sha256).exists()
    with pytest.raises(ReconciliationFailed, match="vẫn còn"):
        check_evidence(commune.settings)
    assert finish_open_receipts(commune.settings, commune.engine, commune.plans, IN_TIME) == []
    assert not landed_path(commune.settings, sha256).exists()


def test_bytes_behind_an_accepted_form_are_never_erased(commune: Office) -> None:
    (accepted,) = commune.submit(commune.fill(GOOD))
    hand_in(commune, with_note(commune, CANARIES["phone"]))
    with transaction(commune.engine) as connection:
        connection.execute(sa.update(RECEIPTS).where(RECEIPTS.c.outcome == "rejected").values(sha256=accepted.sha256))
        connection.execute(sa.delete(ERASURES))
        record_erasures(connection, IN_TIME + dt.timedelta(hours=1))
    remove_erased(commune.settings, commune.engine)
    assert landed_path(commune.settings, accepted.sha256).exists()
    with commune.engine.connect() as connection:
        assert len(connection.execute(sa.select(SUBMISSIONS)).all()) == 1


def test_a_file_refused_before_erasures_were_known_goes_with_the_next_intake(commune: Office) -> None:
    result = hand_in(commune, with_note(commune, CANARIES["phone"]))
    path = landed_path(commune.settings, result.sha256)
    with transaction(commune.engine) as connection:
        connection.execute(sa.delete(ERASURES))
    path.write_text(CANARIES["phone"])
    commune.submit(commune.fill(GOOD, name="khac.xlsx"))
    assert not path.exists()
    with commune.engine.connect() as connection:
        assert len(connection.execute(sa.select(FILES)).all()) == 2
