"""Approve and deliver: nothing leaves unapproved, sent once, received only by the right digest."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.warehouse.extracts.office import LATER, NOW, PERIOD, PLAN, Office, row, usual_rows
from warehouse.errors import ReconciliationFailed, SourceContractBroken, UsageError
from warehouse.extracts import delivery
from warehouse.extracts.delivery import approve_extract, deliver_extract
from warehouse.extracts.manifest import digest
from warehouse.extracts.registry import find_extract, list_extracts, locking_export
from warehouse.ledger_tables import AUDIT_LOG, OUTBOX

BY = "Hoàng Văn Thái"


def approved(office: Office) -> str:
    export_id = office.extract().export_id
    approve_extract(office.settings, office.ledger, export_id, BY, LATER)
    return export_id


def deliver(office: Office, export_id: str) -> delivery.Delivery:
    return deliver_extract(office.settings, office.ledger, export_id, LATER)


def answer(office: Office, export_id: str, zip_sha256: str, **more: str) -> Path:
    path = office.settings.path("outbox", "receipts", f"{export_id}.receipt.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"export_id": export_id, "zip_sha256": zip_sha256, **more}))
    return path


def lines_of(office: Office, action: str) -> list[str]:
    query = sa.select(AUDIT_LOG.c.actor).where(AUDIT_LOG.c.action == action)
    with office.ledger.connect() as connection:
        return list(connection.execute(query).scalars())


def test_approving_names_the_person_and_locks_the_period(office: Office) -> None:
    export_id = office.extract().export_id
    assert locking_export(office.ledger, PLAN, PERIOD) is None
    extract = approve_extract(office.settings, office.ledger, (PLAN, PERIOD), BY, LATER)
    record = find_extract(office.ledger, export_id)
    assert extract.state == "approved"
    assert (record.approved_by, record.approved_at) == (BY, "2026-07-13T02:30:00.000000Z")
    assert locking_export(office.ledger, PLAN, PERIOD) == export_id
    assert lines_of(office, "approve_extract") == [BY]


def test_approving_twice_keeps_the_first_approver(office: Office) -> None:
    export_id = approved(office)
    approve_extract(office.settings, office.ledger, export_id, "Người khác", LATER)
    assert find_extract(office.ledger, export_id).approved_by == BY
    assert lines_of(office, "approve_extract") == [BY]


def test_an_approved_package_is_not_changed_by_new_figures(office: Office) -> None:
    export_id = approved(office)
    office.publish([row(1, value=Decimal(99)), *usual_rows()[1:]])
    newer = office.extract(LATER)
    assert (newer.revision, newer.state) == (2, "prepared")
    assert find_extract(office.ledger, export_id).state == "approved"


def test_a_package_prepared_after_an_approval_does_not_open_the_period(office: Office) -> None:
    export_id = approved(office)
    office.publish([row(1, value=Decimal(99)), *usual_rows()[1:]])
    assert office.extract(LATER).state == "prepared"
    assert locking_export(office.ledger, PLAN, PERIOD) == export_id


def test_a_package_with_a_newer_revision_cannot_be_approved(office: Office) -> None:
    old = office.extract().export_id
    office.publish([row(1, value=Decimal(99)), *usual_rows()[1:]])
    office.extract(LATER)
    with pytest.raises(UsageError, match="bản mới hơn"):
        approve_extract(office.settings, office.ledger, old, BY, LATER)


def test_a_nameless_approval_is_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="người duyệt"):
        approve_extract(office.settings, office.ledger, office.extract().export_id, " ", LATER)


def test_a_tampered_package_cannot_be_approved(office: Office) -> None:
    extract = office.extract()
    (extract.folder / "data.csv").write_bytes(b"")
    with pytest.raises(ReconciliationFailed, match=r"data\.csv"):
        approve_extract(office.settings, office.ledger, extract.export_id, BY, LATER)
    assert find_extract(office.ledger, extract.export_id).state == "prepared"


def test_another_manifest_than_the_prepared_one_cannot_be_approved(office: Office) -> None:
    extract = office.extract()
    manifest = extract.folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"Nh\xc3\xb3m", b"Nhom") + b"\n")
    with pytest.raises(ReconciliationFailed, match="sổ cái"):
        approve_extract(office.settings, office.ledger, extract.export_id, BY, LATER)


def test_an_unknown_package_is_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="Chưa có gói"):
        approve_extract(office.settings, office.ledger, "extract-nothing-r1", BY, LATER)


def test_nothing_leaves_without_approval(office: Office) -> None:
    export_id = office.extract().export_id
    with pytest.raises(UsageError, match="chưa được duyệt"):
        deliver(office, export_id)
    assert not office.settings.path("outbox").exists()


def test_delivering_puts_the_zip_into_the_outbox(office: Office) -> None:
    export_id = approved(office)
    sent = deliver(office, export_id)
    zipped = office.settings.path("outbox", f"{export_id}.zip").read_bytes()
    assert (sent.state, sent.is_sent_now, sent.attempts) == ("sent", True, 1)
    assert sent.zip_sha256 == digest(zipped)
    assert zipped == find_zip(office, export_id)


def find_zip(office: Office, export_id: str) -> bytes:
    return (office.settings.extracts / f"{export_id}.zip").read_bytes()


def test_delivering_twice_sends_once(office: Office) -> None:
    export_id = approved(office)
    deliver(office, export_id)
    again = deliver(office, export_id)
    assert (again.is_sent_now, again.attempts) == (False, 1)
    assert lines_of(office, "send_extract") == ["thuocdo"]


def test_a_package_that_vanished_without_a_receipt_is_sent_again(office: Office) -> None:
    export_id = approved(office)
    deliver(office, export_id).outbox_file.unlink()
    again = deliver(office, export_id)
    assert (again.is_sent_now, again.attempts) == (True, 2)


def test_half_a_zip_in_the_outbox_is_replaced(office: Office) -> None:
    export_id = approved(office)
    half = office.settings.path("outbox", f"{export_id}.zip")
    half.parent.mkdir(parents=True)
    half.write_bytes(find_zip(office, export_id)[:100])
    deliver(office, export_id)
    assert half.read_bytes() == find_zip(office, export_id)


def test_a_kill_while_sending_is_known_and_the_rerun_sends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    export_id = approved(office)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "write_durably", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(office, export_id)
    with office.ledger.connect() as connection:
        queued = connection.execute(sa.select(OUTBOX)).one()
    assert (queued.export_id, queued.attempts, queued.sent_at) == (export_id, 0, None)
    assert find_extract(office.ledger, export_id).state == "approved"
    assert deliver(office, export_id).state == "sent"


def test_the_right_receipt_makes_it_received(office: Office) -> None:
    export_id = approved(office)
    answer(office, export_id, deliver(office, export_id).zip_sha256)
    received = deliver(office, export_id)
    assert (received.state, received.received_at) == ("received", "2026-07-13T02:30:00.000000Z")
    assert locking_export(office.ledger, PLAN, PERIOD) == export_id
    assert lines_of(office, "receive_extract") == ["province"]


def test_a_received_package_is_not_sent_again(office: Office) -> None:
    export_id = approved(office)
    sent = deliver(office, export_id)
    answer(office, export_id, sent.zip_sha256)
    deliver(office, export_id)
    sent.outbox_file.unlink()
    again = deliver(office, export_id)
    assert (again.state, again.is_sent_now, again.zip_sha256) == ("received", False, sent.zip_sha256)
    assert not sent.outbox_file.exists()


def test_a_receipt_with_a_wrong_digest_is_no_delivery(office: Office) -> None:
    export_id = approved(office)
    deliver(office, export_id)
    answer(office, export_id, "0" * 64)
    with pytest.raises(SourceContractBroken, match="không khớp"):
        deliver(office, export_id)
    (record,) = list_extracts(office.ledger)
    assert (record.state, record.received_at) == ("sent", None)


@pytest.mark.parametrize("content", [b"", b"{}", b"OK", b'{"export_id": 1}', b" " * 70_000])
def test_a_receipt_that_cannot_be_read_is_no_delivery(office: Office, content: bytes) -> None:
    export_id = approved(office)
    answer(office, export_id, "0" * 64).write_bytes(content)
    with pytest.raises(SourceContractBroken, match="không đọc được"):
        deliver(office, export_id)
    assert find_extract(office.ledger, export_id).state == "sent"


def test_a_refusal_unlocks_the_period(office: Office) -> None:
    export_id = approved(office)
    answer(office, export_id, deliver(office, export_id).zip_sha256, outcome="refused", reason="Sai mẫu")
    assert deliver(office, export_id).state == "refused"
    assert locking_export(office.ledger, PLAN, PERIOD) is None
    with pytest.raises(UsageError, match="từ chối"):
        approve_extract(office.settings, office.ledger, export_id, BY, LATER)


def test_a_package_tampered_with_after_approval_does_not_leave(office: Office) -> None:
    export_id = approved(office)
    (office.settings.extracts / export_id / "data.csv").write_bytes(b"")
    with pytest.raises(ReconciliationFailed):
        deliver(office, export_id)
    assert not office.settings.path("outbox").exists()


def test_packages_are_listed_by_plan_and_revision(office: Office) -> None:
    office.extract()
    office.publish([row(1, value=Decimal(99)), *usual_rows()[1:]])
    office.extract(NOW)
    assert [record.revision for record in list_extracts(office.ledger, PLAN)] == [1, 2]
    assert list_extracts(office.ledger, "another-plan") == []
