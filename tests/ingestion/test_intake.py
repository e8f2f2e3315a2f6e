"""Intake: every file an outcome, every form one load, every crash finished by the next run."""

from __future__ import annotations

import datetime as dt
import importlib
import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import portalocker
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from ingestion import intake, unlanded
from ingestion.cage import Cage, CagedFile
from ingestion.findings import FindingRefused, finding
from ingestion.forms.layout import INDICATOR_SHEET
from ingestion.intake import Arrival, finish_open_receipts, take_in
from ingestion.landing import landed_path
from tests.ingestion.office import IN_TIME, PERIOD, PLAN_KEY, TOO_LATE, codes
from warehouse.errors import WriterBusy
from warehouse.ledger import broken_audit_entries, instant
from warehouse.ledger_tables import AUDIT_LOG, EXTRACTS, FILES, FINDINGS, RECEIPTS, SUBMISSIONS
from warehouse.raw import batches

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ingestion.office import Office

GOOD = {"ct-01": {"numerator": 45, "denominator": 50}, "ct-03": {"value": 2}, "ct-07": {"value": "Có"}}
CONTRACTED = {
    "file", "receipt_id", "sha256", "outcome", "plan_key", "unit_code", "period", "revision", "findings", "message",
}  # fmt: skip


def rows(commune: Office, table: sa.Table) -> list[sa.Row[Any]]:
    with commune.engine.connect() as connection:
        return list(connection.execute(sa.select(table)).all())


def observations(commune: Office) -> list[dict[str, Any]]:
    folder = commune.settings.raw / "observations"
    return pq.read_table(folder).to_pylist() if folder.exists() else []


def same_again(path: Path, cell: str, value: object) -> Path:
    """Return another file with one cell changed."""
    workbook = openpyxl.load_workbook(path)
    workbook[INDICATOR_SHEET][cell] = value
    other = path.with_name(f"sua-{path.name}")
    workbook.save(other)
    return other


def test_a_good_form_becomes_landed_bytes_a_receipt_a_submission_and_raw_rows(commune: Office) -> None:
    path = commune.fill(GOOD)
    (result,) = commune.submit(path)
    (receipt,), (submission,) = rows(commune, RECEIPTS), rows(commune, SUBMISSIONS)
    assert (result.outcome, result.plan_key, result.unit_code, result.period, result.revision) == (
        "accepted", PLAN_KEY, "vhxh", PERIOD, 1,
    )  # fmt: skip
    assert landed_path(commune.settings, result.sha256).read_bytes() == path.read_bytes()
    assert (receipt.receipt_id, receipt.outcome, receipt.received_at) == (
        result.receipt_id,
        "accepted",
        instant(IN_TIME),
    )
    assert (submission.receipt_id, submission.cells_filled) == (result.receipt_id, 3)
    figures = {row["indicator_code"]: row["value"] for row in observations(commune) if row["value"] is not None}
    assert figures == {"ct-01": Decimal("90.0000"), "ct-03": Decimal("2.0000")}
    assert {row["known_from"] for row in observations(commune)} == {IN_TIME}


def test_a_result_prints_the_contracted_fields(commune: Office) -> None:
    (result,) = commune.submit(commune.fill(GOOD))
    printed = result.model_dump(mode="json")
    assert set(printed) == CONTRACTED
    assert set(printed["findings"][0]) == {"code", "severity", "sheet", "cell", "found", "expected", "message"}


def test_a_form_with_one_bad_cell_changes_no_figure(commune: Office) -> None:
    (result,) = commune.submit(commune.fill(GOOD | {"ct-02": {"value": "gần đủ"}}))
    assert (result.outcome, result.revision, codes(result)) == ("rejected", None, ["NUM-05"])
    assert (rows(commune, SUBMISSIONS), observations(commune)) == ([], [])


def test_findings_are_kept_as_they_were_told(commune: Office) -> None:
    (result,) = commune.submit(commune.fill({"ct-02": {"value": "gần đủ"}}))
    (kept,) = rows(commune, FINDINGS)
    told = result.findings[0]
    assert (kept.receipt_id, kept.code, kept.cell, kept.message) == (
        result.receipt_id, told.code, told.cell, told.message,
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00\x01\x02", b"PK\x05\x06" + bytes(18)])
def test_any_file_gets_a_receipt(commune: Office, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "la.xlsx"
    path.write_bytes(content)
    (result,) = commune.submit(path, unit_code="vhxh", channel="drop")
    assert (result.outcome, result.plan_key, result.unit_code) == ("rejected", PLAN_KEY, "vhxh")
    assert result.findings


def test_something_that_is_no_file_is_quarantined_with_a_receipt(commune: Office, tmp_path: Path) -> None:
    link = tmp_path / "lien-ket.xlsx"
    link.symlink_to("/etc/hostname")
    (result,) = commune.submit(link)
    assert (result.outcome, codes(result)) == ("quarantined", ["SEC-01"])
    assert len(rows(commune, FILES)) == 1


def test_a_file_that_is_gone_is_left_out(commune: Office, tmp_path: Path) -> None:
    results = commune.submit(tmp_path / "khong-co.xlsx", commune.fill(GOOD))
    assert [result.outcome for result in results] == ["accepted"]


def test_a_file_that_changes_while_it_is_copied_waits_for_the_next_run(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = commune.fill(GOOD)

    def still_changing(*_: object) -> None:
        raise FindingRefused(finding("ARR-01"))

    with monkeypatch.context() as patched:
        patched.setattr(unlanded, "land", still_changing)
        assert commune.submit(path) == []
    assert rows(commune, RECEIPTS) == []
    assert commune.submit(path)[0].outcome == "accepted"


def test_the_same_bytes_again_are_a_duplicate_by_any_name_and_channel(commune: Office, tmp_path: Path) -> None:
    path = commune.fill(GOOD)
    copy = tmp_path / "ten-khac.xlsx"
    copy.write_bytes(path.read_bytes())
    (first,) = commune.submit(path)
    (second,) = commune.submit(copy, unit_code="vhxh", channel="drop")
    assert (second.outcome, codes(second), second.receipt_id != first.receipt_id) == ("duplicate", ["DUP-01"], True)
    assert [row.duplicate_of for row in rows(commune, RECEIPTS)] == [None, first.receipt_id]
    assert len(rows(commune, SUBMISSIONS)) == 1


def test_the_same_file_twice_in_one_call_counts_once(commune: Office) -> None:
    path = commune.fill(GOOD)
    results = commune.submit(path, path)
    assert [result.outcome for result in results] == ["accepted", "duplicate"]


def test_the_same_content_in_other_bytes_is_a_duplicate(commune: Office) -> None:
    path = commune.fill(GOOD)
    (first,) = commune.submit(path)
    (second,) = commune.submit(same_again(path, "A4", "in lại"))
    assert (second.outcome, second.revision, second.sha256 != first.sha256) == ("duplicate", 1, True)


def test_a_refused_file_sent_again_is_told_its_first_receipt(commune: Office) -> None:
    path = commune.fill({"ct-02": {"value": "gần đủ"}})
    (first,) = commune.submit(path, unit_code="vhxh", channel="drop")
    (second,) = commune.submit(path, unit_code="vhxh", channel="drop")
    assert (second.outcome, second.findings[0].expected) == ("duplicate", first.receipt_id)


def test_bytes_refused_from_a_wrong_sender_are_still_good_from_the_right_one(commune: Office) -> None:
    path = commune.fill(GOOD)
    (wrong,) = commune.submit(path, unit_code="tram-y-te", channel="drop")
    (right,) = commune.submit(path, unit_code="vhxh", channel="drop")
    assert (wrong.outcome, codes(wrong), wrong.unit_code) == ("rejected", ["IDN-01"], "tram-y-te")
    assert right.outcome == "accepted"


def test_bytes_accepted_for_one_unit_are_no_duplicate_for_another(commune: Office) -> None:
    path = commune.fill(GOOD)
    commune.submit(path)
    (stranger,) = commune.submit(path, unit_code="tram-y-te", channel="drop")
    assert (stranger.outcome, codes(stranger)) == ("rejected", ["IDN-01"])


def test_a_file_without_a_sender_is_refused_where_the_channel_must_know_one(commune: Office) -> None:
    (result,) = commune.submit(commune.fill(GOOD), channel="drop")
    assert (result.outcome, codes(result)) == ("rejected", ["IDN-01"])


def test_new_content_is_a_new_revision_and_the_old_one_stays(commune: Office) -> None:
    path = commune.fill(GOOD)
    commune.submit(path)
    (second,) = commune.submit(same_again(path, "H17", 3), now=IN_TIME + dt.timedelta(hours=1))
    assert (second.outcome, second.revision, codes(second)) == (
        "accepted", 2, ["BLK-01", "REV-01", "REV-03"],
    )  # fmt: skip
    assert [row.revision for row in rows(commune, SUBMISSIONS)] == [1, 2]
    values = {(row["revision"], row["value"]) for row in observations(commune) if row["indicator_code"] == "ct-03"}
    assert values == {(1, Decimal("2.0000")), (2, Decimal("3.0000"))}


def test_two_revisions_in_one_call_count_in_the_order_of_arrival(commune: Office) -> None:
    path = commune.fill(GOOD)
    results = commune.submit(path, same_again(path, "H17", 3))
    assert [result.revision for result in results] == [1, 2]


def test_an_old_revision_sent_again_changes_nothing_and_is_told(commune: Office) -> None:
    path = commune.fill(GOOD)
    commune.submit(path)
    commune.submit(same_again(path, "H17", 3))
    (old,) = commune.submit(path)
    assert (old.outcome, codes(old)) == ("duplicate", ["DUP-01", "REV-02"])


def test_figures_sent_back_to_what_they_were_change_nothing_until_a_reason_is_given(commune: Office) -> None:
    path = commune.fill(GOOD)
    commune.submit(path)
    commune.submit(same_again(path, "H17", 3))
    (back,) = commune.submit(same_again(path, "A4", "như cũ"))
    (explained,) = commune.submit(same_again(path, "J17", "số 3 tính nhầm"))
    assert (back.outcome, codes(back)) == ("duplicate", ["DUP-01", "REV-02"])
    assert (explained.outcome, explained.revision) == ("accepted", 3)


def test_a_late_form_is_taken_with_a_warning(commune: Office) -> None:
    (result,) = commune.submit(commune.fill(GOOD), now=TOO_LATE)
    assert (result.outcome, codes(result)) == ("accepted_with_warnings", ["BLK-01", "LATE-01"])
    assert "16/06/2026" in result.findings[1].message


def test_the_due_day_that_was_promised_holds(commune: Office) -> None:
    path = commune.fill(GOOD)
    at_the_last_instant = commune.issue().due_at
    assert commune.submit(path, now=at_the_last_instant)[0].outcome == "accepted"


def test_a_period_that_has_not_begun_is_refused_and_the_same_bytes_are_good_later(commune: Office) -> None:
    path = commune.fill(GOOD, period="2026-12")
    (early,) = commune.submit(path)
    (then,) = commune.submit(path, now=dt.datetime(2026, 12, 15, tzinfo=dt.UTC))
    assert (early.outcome, codes(early)[-1]) == ("rejected", "COD-01")
    assert then.outcome == "accepted"


def lock(commune: Office, state: str) -> None:
    with commune.engine.begin() as connection:
        connection.execute(sa.delete(EXTRACTS))
        connection.execute(
            sa.insert(EXTRACTS).values(
                export_id=f"extract-{PLAN_KEY}-{PERIOD}-r1", plan_key=PLAN_KEY, period=PERIOD, revision=1,
                manifest_sha256="0" * 64, data_sha256="0" * 64, snapshot_id="s1", state=state,
                prepared_at=instant(IN_TIME),
            )
        )  # fmt: skip


@pytest.mark.parametrize("state", ["approved", "sent", "received"])
def test_an_approved_period_takes_no_figure(commune: Office, state: str) -> None:
    lock(commune, state)
    (result,) = commune.submit(commune.fill(GOOD))
    assert (result.outcome, codes(result)) == ("rejected", ["BLK-01", "LCK-01"])
    assert "Hãy đề nghị Phòng Văn hóa - Xã hội (đơn vị đầu mối) mở lại kỳ" in result.findings[-1].message
    assert observations(commune) == []


@pytest.mark.parametrize("state", ["prepared", "refused"])
def test_a_period_that_is_only_prepared_or_was_refused_is_open(commune: Office, state: str) -> None:
    lock(commune, state)
    assert commune.submit(commune.fill(GOOD))[0].outcome == "accepted"


def test_bytes_refused_at_a_lock_are_good_once_it_is_opened(commune: Office) -> None:
    path = commune.fill(GOOD)
    lock(commune, "approved")
    commune.submit(path)
    lock(commune, "prepared")
    assert commune.submit(path)[0].outcome == "accepted"


def test_another_period_of_the_plan_is_not_locked(commune: Office) -> None:
    lock(commune, "approved")
    assert commune.submit(commune.fill(GOOD, period="2026-05"))[0].revision == 1


def test_results_come_in_the_order_of_the_files(commune: Office, tmp_path: Path) -> None:
    empty = tmp_path / "rong.xlsx"
    empty.write_bytes(b"")
    link = tmp_path / "lien-ket.xlsx"
    link.symlink_to(empty)
    results = commune.submit(empty, link, commune.fill(GOOD))
    assert [result.file for result in results] == ["rong.xlsx", "lien-ket.xlsx", "bieu.xlsx"]


def test_a_hostile_name_is_shown_escaped_and_never_used(commune: Office) -> None:
    path = commune.fill(GOOD)
    name = "../../etc/\u202eslx.exe\x00.xlsx"
    (result,) = take_in(commune.settings, commune.engine, commune.plans, [Arrival(path, name, "command")], IN_TIME)
    assert (result.outcome, "\u202e" in result.file, "\x00" in result.file) == ("accepted", False, False)


def test_one_batch_of_raw_rows_holds_all_files_of_a_call(commune: Office) -> None:
    other = commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te", name="yt.xlsx")
    commune.submit(commune.fill(GOOD), other)
    assert len(batches(commune.settings, "observations")) == 1


def test_bytes_are_read_once_in_the_order_of_arrival_however_often_they_come(
    commune: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = Cage.read, []

    def counted(cage: Cage, path: Path, kind: str) -> CagedFile:
        asked.append(path.name)
        return read(cage, path, kind)

    monkeypatch.setattr(Cage, "read", counted)
    garbage = tmp_path / "la.xlsx"
    garbage.write_bytes(b"PK")
    path = commune.fill(GOOD)
    other = commune.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te", name="yt.xlsx")
    results = commune.submit(path, path, garbage, other, path)
    assert [result.outcome for result in results] == ["accepted", "duplicate", "rejected", "accepted", "duplicate"]
    assert sorted(asked) == sorted([results[0].sha256, results[3].sha256])


def test_the_audit_log_tells_every_decision_and_holds(commune: Office) -> None:
    (result,) = commune.submit(commune.fill(GOOD))
    subjects = [row.subject for row in rows(commune, AUDIT_LOG) if row.action == "receipt_decided"]
    assert subjects == [result.receipt_id]
    assert broken_audit_entries(commune.engine) == []


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("step", ["decide", "write_raw", "_close"])
def test_after_a_crash_at_any_step_the_next_run_finishes_as_if_nothing_had_happened(
    commune: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = commune.fill(GOOD)

    def die(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(intake, step, die)
        with pytest.raises(Crash):
            commune.submit(path)
    assert [row.outcome for row in rows(commune, RECEIPTS)] == ["received"]
    (finished,) = finish_open_receipts(commune.settings, commune.engine, commune.plans, IN_TIME)
    assert (finished.outcome, finished.revision) == ("accepted", 1)
    assert len(batches(commune.settings, "observations")) == 1
    assert len([row for row in observations(commune) if row["indicator_code"] == "ct-01"]) == 1
    assert finish_open_receipts(commune.settings, commune.engine, commune.plans, IN_TIME) == []


def test_the_next_call_finishes_what_a_crash_left_before_its_own_files(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = commune.fill(GOOD)

    def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(intake, "write_raw", die)
        with pytest.raises(Crash):
            commune.submit(path)
    (again,) = commune.submit(path)
    assert again.outcome == "duplicate"
    assert [row.outcome for row in rows(commune, RECEIPTS)] == ["accepted", "duplicate"]


@pytest.mark.parametrize("step", ["ingestion.reading.inspect", "ingestion.decisions.read_form"])
def test_a_mistake_of_ours_costs_its_own_file_and_only_until_it_is_mended(
    commune: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    name, _, function = step.rpartition(".")
    right = getattr(importlib.import_module(name), function)
    calls, quoted = itertools.count(), "Nguyễn Văn A"

    def failing_once(*given: Any) -> Any:
        if next(calls) == 0:
            raise ZeroDivisionError(quoted)
        return right(*given)

    unlucky, lucky = commune.fill(GOOD), commune.fill({"yt-01": {"value": 90}}, unit_code="tram-y-te", name="yte.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(step, failing_once)
        results = commune.submit(unlucky, lucky)
    assert {"quarantined", "accepted"} >= {result.outcome.removesuffix("_with_warnings") for result in results}
    (quarantined,) = [result for result in results if codes(result) == ["SYS-01"]]
    assert quarantined.outcome == "quarantined"
    assert "ZeroDivisionError" in caplog.text
    assert "Nguyễn" not in caplog.text + quarantined.model_dump_json()
    (again,) = commune.submit(unlucky if quarantined.file == unlucky.name else lucky)
    assert again.outcome in {"accepted", "accepted_with_warnings"}


def test_a_second_intake_waits_its_turn_and_says_so(commune: Office) -> None:
    impatient = commune.settings.model_copy(update={"writer_wait_seconds": 0.2})
    path = commune.fill(GOOD)
    arrivals = [Arrival(path, path.name, "command")]
    with portalocker.Lock(commune.settings.path("intake.lock"), mode="a"), pytest.raises(WriterBusy):
        take_in(impatient, commune.engine, commune.plans, arrivals, IN_TIME)
    assert commune.submit(path)[0].outcome == "accepted"
