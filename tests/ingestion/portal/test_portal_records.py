"""Portal files: read strictly, refused in one sentence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.portal.records import read_portal, read_portals
from warehouse.errors import SettingsRefused
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.portal.records import Portal

DEMO = PROJECT / "portals" / "demo.yml"


def changed(folder: Path, old: str, new: str) -> Path:
    text = DEMO.read_text(encoding="utf-8")
    assert old in text
    path = folder / "demo.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_every_portal_file_of_the_project_is_valid() -> None:
    assert "demo" in read_portals(PROJECT / "portals")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("page_size: 200", "page_size: 0", "search.page_size"),
    ("name: demo", "name: khac", "trùng tên tệp"),
    ("first_day: 2025-11-01", "first_day: hôm qua", "first_day"),
    ("time_zone: Asia/Ho_Chi_Minh", "time_zone: Asia/Hanoi", "múi giờ"),
    ("dossier_code: MaHoSo", "dossier_code: MaHoSo\n  applicant: ChuHoSo", "fields.applicant"),
    ("dossier_code: MaHoSo", "dossier_code: MaHoSo\n  dossier_code: Ma", "YAML"),
    ("field_code: 'DEMO-LV[0-9]{2}'", "field_code: 'DEMO-LV[0-9'", "code_patterns.field_code"),
    ("  destination: DEMO # tiêu đề dstcode\n", "", "session.destination"),
])  # fmt: skip
def test_a_broken_portal_file_is_refused_by_the_name_of_what_is_wrong(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(SettingsRefused, match=told):
        read_portal(changed(tmp_path, old, new))


def test_a_missing_portal_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="Không tìm thấy"):
        read_portal(tmp_path / "khong-co.yml")


def test_a_commune_without_an_agency_code_goes_by_its_own(portal: Portal) -> None:
    listing = portal.model_copy(update={"agency_codes": {"05755": "H55.1.2"}})
    assert (listing.agency_code("05755"), listing.agency_code("08674")) == ("H55.1.2", "08674")


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)))
def test_an_instant_survives_being_written_as_the_portal_does(demo_portal: Portal, moment: dt.datetime) -> None:
    assert demo_portal.instant(demo_portal.stamp(moment)) == moment.replace(microsecond=0)


@given(text=st.text(max_size=15))
def test_anything_but_fourteen_digits_is_no_instant(demo_portal: Portal, text: str) -> None:
    if len(text) == 14 and text.isascii() and text.isdigit():
        return
    with pytest.raises(ValueError, match="instant"):
        demo_portal.instant(text)
