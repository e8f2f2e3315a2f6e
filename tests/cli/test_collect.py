"""`thuocdo collect`: every source once, one that fails stops no other, and portals again from a day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingestion.portal.simulator.process import start_simulator
from tests.cli.conftest import Command, assert_refused
from tests.ingestion.office import PLAN_KEY, TOO_LATE
from tests.ingestion.portal.office import PASSWORD
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ingestion.office import Office

DEMO = (PROJECT / "portals" / "demo.yml").read_text(encoding="utf-8")
GOOD = {"ct-01": {"numerator": 45, "denominator": 50}, "ct-03": {"value": 2}}
LATER = TOO_LATE.isoformat()


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with start_simulator(PASSWORD) as address:
        yield address


@pytest.fixture
def portals(tmp_path: Path, simulator: str, monkeypatch: pytest.MonkeyPatch, thuocdo: Command) -> Path:
    """A folder with one portal, whose first pull starts late."""
    folder = tmp_path / "portals"
    folder.mkdir()
    text = DEMO.replace("first_day: 2025-11-01", f"first_day: {TOO_LATE:%Y-%m-%d}")
    (folder / "demo.yml").write_text(text, encoding="utf-8")
    for name, value in {
        "PORTALS_FOLDER": str(folder),
        "PORTAL_ADDRESS": simulator,
        "PORTAL_PASSWORD": PASSWORD.get_secret_value(),
    }.items():
        monkeypatch.setenv(f"THUOCDO_{name}", value)
    return folder


@pytest.mark.usefixtures("portals")
def test_a_back_fill_brings_what_lies_before_the_first_pull_and_once(thuocdo: Command) -> None:
    first = thuocdo("collect", "--source", "demo", "--json", now=LATER).content[0]["rows_out"]
    since = ("collect", "--source", "demo", "--since", "2026-05-01", "--json")
    (filled,) = thuocdo(*since, now=LATER).content
    assert filled["rows_out"] == filled["rows_in"] - first > 0
    assert thuocdo(*since, now=LATER).content[0]["rows_out"] == 0


@pytest.mark.usefixtures("portals")
def test_a_day_that_is_none_is_refused(thuocdo: Command) -> None:
    assert_refused(thuocdo("collect", "--source", "demo", "--since", "hôm qua"), 2, "USE-01")


def test_a_source_that_fails_stops_no_other(thuocdo: Command, commune: Office, portals: Path) -> None:
    broken = DEMO.replace("name: demo", "name: a-hong").replace("status: TrangThaiHoSo", "status: TinhTrang")
    (portals / "a-hong.yml").write_text(broken, encoding="utf-8")
    folder = commune.settings.drop / PLAN_KEY / "vhxh"
    folder.mkdir(parents=True)
    commune.fill(GOOD).rename(folder / "bieu.xlsx")
    told = thuocdo("collect", now=LATER)
    assert_refused(told, 1, "SRC-02")
    assert "TinhTrang" in told.err
    assert "drop" in told.out
    assert "demo" in told.out
    (receipt,) = thuocdo("receipts", "--json").content
    assert receipt["outcome"].startswith("accepted")
