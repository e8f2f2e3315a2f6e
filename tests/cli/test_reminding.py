"""`thuocdo remind` as people and programs see it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from cli.main import outcome_of
from tests.ingestion.office import Office, open_office

if TYPE_CHECKING:
    from pathlib import Path

WHEN = dt.datetime(2026, 6, 17, 13, tzinfo=dt.UTC)


@pytest.fixture
def commune(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    office = open_office(tmp_path, free_space_mib=0, now=WHEN)
    monkeypatch.setattr("cli.commands.reminding.settings_from_environment", lambda: office.settings, raising=False)
    office.issue("tram-y-te")
    return office


def test_json_tells_what_was_sent_and_which_cells(commune: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome_of(["remind", "--json"]) == 0
    (sent,) = json.loads(capsys.readouterr().out)
    assert (sent["unit_code"], sent["step"], sent["working_days_left"]) == ("tram-y-te", "T+1", -1)
    assert [cell["code"] for cell in sent["cells"]] == ["yt-01"]


def test_a_second_call_has_nothing_to_send(commune: Office, capsys: pytest.CaptureFixture[str]) -> None:
    outcome_of(["remind"])
    capsys.readouterr()
    assert outcome_of(["remind", "--plan", "suoi-mau-2026", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_an_unknown_plan_is_a_usage_error(commune: Office) -> None:
    assert outcome_of(["remind", "--plan", "khong-co-2026"]) == 2
