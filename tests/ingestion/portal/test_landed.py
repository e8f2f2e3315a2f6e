"""How a minimised dossier becomes a row, and how a landed page is kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
import pytest

from ingestion.landing import landed_path
from ingestion.portal.landed import dossier_row, land_page, landed_rows
from ingestion.portal.minimise import MinimisedDossier, MinimisedSupplement
from tests.ingestion.portal.office import vietnam
from warehouse.errors import ReconciliationFailed
from warehouse.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.portal.records import Portal

NOW = vietnam("2026-02-01")


def dossier(**changes: object) -> MinimisedDossier:
    plain = {
        "dossier_code": "DEMO.1", "procedure_code": "9.1", "field_code": "LV", "submitted_at": None,
        "received_at": "20260401003000", "due_at": "20260407170000", "resolved_at": None, "returned_at": None,
        "updated_at": "20260401003000", "status": "2", "channel": "2", "applicant_kind": "1", "payment": "3",
        "satisfaction": None, "is_fee_bearing": False, "is_full_online": True, "is_boundary_free": False,
        "is_reused": False, "has_component_files": True, "has_electronic_result": False, "supplements": (),
        "remarks": (),
    }  # fmt: skip
    return msgspec.convert(plain | changes, MinimisedDossier)


def supplement(requested: str, received: str | None, new_due: str | None) -> MinimisedSupplement:
    return MinimisedSupplement(requested_at=requested, received_at=received, new_due_at=new_due)


def test_half_past_midnight_in_vietnam_is_the_evening_before_in_utc(portal: Portal) -> None:
    assert dossier_row(portal, dossier())["received_at"] == dt.datetime(2026, 3, 31, 17, 30, tzinfo=dt.UTC)


def test_without_supplements_the_due_instant_is_the_first_one(portal: Portal) -> None:
    row = dossier_row(portal, dossier())
    assert row["due_at"] == row["first_due_at"] == vietnam("2026-04-07T17:00:00")
    assert (row["supplement_count"], row["paused_days"]) == (0, 0)


def test_supplements_move_the_due_instant_and_add_up_their_days(portal: Portal) -> None:
    supplements = (
        supplement("20260402160000", "20260404080000", "20260409170000"),
        supplement("20260405080000", "20260408170000", "20260414170000"),
    )
    row = dossier_row(portal, dossier(supplements=supplements))
    assert row["first_due_at"] == vietnam("2026-04-07T17:00:00")
    assert row["due_at"] == vietnam("2026-04-14T17:00:00")
    assert (row["supplement_count"], row["paused_days"]) == (2, 5)


def test_an_open_supplement_counts_but_has_not_paused_yet(portal: Portal) -> None:
    row = dossier_row(portal, dossier(supplements=(supplement("20260402160000", None, None),)))
    assert (row["supplement_count"], row["paused_days"]) == (1, 0)
    assert row["due_at"] == row["first_due_at"]


def test_a_supplement_received_before_it_was_asked_for_takes_no_days_away(portal: Portal) -> None:
    row = dossier_row(portal, dossier(supplements=(supplement("20260405080000", "20260402080000", None),)))
    assert row["paused_days"] == 0


@pytest.mark.parametrize(
    ("remarks", "has_files", "has_result", "marks"),
    [
        ((), False, False, (False, False)),
        ((), True, True, (True, True)),
        (("digitised_flag_without_file",), False, False, (True, False)),
        (("result_is_submitted_file",), True, False, (True, True)),
    ],
)
def test_a_mark_of_the_portal_is_kept_beside_what_is_really_there(
    portal: Portal, remarks: tuple[str, ...], has_files: bool, has_result: bool, marks: tuple[bool, bool]
) -> None:
    row = dossier_row(portal, dossier(remarks=remarks, has_component_files=has_files, has_electronic_result=has_result))
    assert (row["has_component_files"], row["has_electronic_result"]) == (has_files, has_result)
    assert (row["has_component_mark"], row["has_result_mark"]) == marks


def test_codes_are_the_warehouses_and_an_unknown_one_is_none(portal: Portal) -> None:
    mapped = portal.model_copy(update={"channels": {"ONL": "2"}})
    assert dossier_row(mapped, dossier(channel="ONL"))["channel_code"] == "2"
    assert dossier_row(mapped, dossier(channel="2"))["channel_code"] is None


def test_the_same_page_lands_as_the_same_bytes_once(portal: Portal, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = land_page(settings, portal, "05755", [dossier()])
    assert land_page(settings, portal, "05755", [dossier()]) == first
    assert [path.name for path in settings.landing.rglob("*") if path.is_file()] == [first]


def test_the_bytes_of_a_landed_page_are_the_same_in_every_version_of_the_program(
    portal: Portal, tmp_path: Path
) -> None:
    dossiers = [dossier(supplements=(supplement("20260402160000", None, None),), remarks=("status_unknown",))]
    sha256 = land_page(Settings(home=tmp_path), portal, "05755", dossiers)
    assert sha256 == "9d94217a2a031a2405a34b88e2a3c4750520036b0cd5ae0a5e1ab0e1998cf074"


def test_a_landed_page_is_read_only(portal: Portal, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    sha256 = land_page(settings, portal, "05755", [dossier()])
    assert landed_path(settings, sha256).stat().st_mode & 0o222 == 0


def test_a_landed_page_that_was_changed_is_refused(portal: Portal, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    sha256 = land_page(settings, portal, "05755", [dossier()])
    landed_path(settings, sha256).chmod(0o644)
    landed_path(settings, sha256).write_bytes(b"{}")
    with pytest.raises(ReconciliationFailed):
        landed_rows(settings, portal, sha256, NOW)
