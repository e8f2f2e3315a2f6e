"""`thuocdo board`, `flags`, `query`, `extract`: what the published snapshot says, for people and for programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from cli.board import SYNTHETIC
from expectations.flags import keep_flags
from expectations.judge import Failure
from expectations.rules import all_rules
from tests.cli.conftest import assert_refused
from tests.warehouse.extracts.office import PERIOD
from tests.warehouse.extracts.office import open_office as open_extract_office
from tests.web.office import PLAN, publish_marts, usual_marts
from warehouse.clock import now
from warehouse.ledger import open_ledger
from warehouse.ledger_tables import WAIVERS
from warehouse.publish import current_snapshot, snapshot_path
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command
    from warehouse.settings import Settings

BOARD = ("board", "--plan", PLAN)


@pytest.fixture
def published(published_office: Settings, thien_tan_plans: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("THUOCDO_PLANS_FOLDER", str(thien_tan_plans))
    return published_office.model_copy(update={"plans_folder": thien_tan_plans})


# The order matters: `thuocdo` sets its environment first, `published` then changes the plans.
@pytest.fixture
def on_published(thuocdo: Command, published: Settings) -> Command:
    return thuocdo


def test_the_board_shows_every_indicator_of_the_last_month_with_its_status(on_published: Command) -> None:
    board = on_published(*BOARD, "--json").content
    assert board["as_of_period"] == "2026-06"
    assert [(row["indicator_code"], row["status"]) for row in board["indicators"]] == [
        ("ct-01", "achieved"),
        ("ct-02", "on_track"),
        ("ct-03", "at_risk"),
        ("ct-04", "off_track"),
        ("ct-05", "deteriorating"),
        ("ct-06", "no_data"),
        ("ct-07", "not_measurable"),
        ("ct-08", "no_data"),
    ]


def test_the_board_says_it_in_vietnamese_with_figures_flags_and_what_is_missing(on_published: Command) -> None:
    told = on_published(*BOARD)
    assert told.exit_code == 0
    for text in (
        "ĐẠT",
        "có nguy cơ",
        "60,25",
        "185 ⛔",
        "40%",
        "Giá trị 185 nằm ngoài khoảng cho phép.",
        "kinh-te",
        "quá hạn",
    ):
        assert text in told.out, text
    assert SYNTHETIC not in told.out


def test_a_zero_is_a_zero_and_nothing_is_nothing(on_published: Command) -> None:
    figures = {row["indicator_code"]: row["value"] for row in on_published(*BOARD, "--json").content["indicators"]}
    assert figures["ct-02"] == "0.0000"
    assert figures["ct-06"] is None


def test_a_board_of_made_up_figures_says_so(on_published: Command, published: Settings) -> None:
    publish_marts(published, usual_marts(is_synthetic=True))
    assert SYNTHETIC in on_published(*BOARD).out


def test_the_board_of_the_published_day_needs_no_rebuilding(on_published: Command, published: Settings) -> None:
    told = on_published(*BOARD, "--as-of", current_snapshot(published).as_of, "--json")
    assert told.exit_code == 0
    assert not published.path("recreated").exists()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], ["F-1", "F-2", "F-3", "F-4"]),
        (["--plan", PLAN, "--state", "open"], ["F-1", "F-2"]),
        (["--state", "waived"], ["F-3"]),
        (["--period", "2026-05"], ["F-4"]),
        (["--period", "2026-04"], []),
    ],
    ids=str,
)
def test_flags_are_listed_as_asked(on_published: Command, asked: list[str], found: list[str]) -> None:
    assert sorted(flag["flag_id"] for flag in on_published("flags", *asked, "--json").content) == found


def test_flags_are_told_with_their_sentence(on_published: Command) -> None:
    assert "Giá trị 185 nằm ngoài khoảng cho phép." in on_published("flags").out


def test_a_flag_is_waived_with_a_reason_and_a_name(on_published: Command, published: Settings) -> None:
    ledger = open_ledger(published)
    failure = Failure(all_rules()[0], PLAN, "ct-01", "pvhcc", "2026-06", "185", "0 – 100")
    keep_flags(ledger, [failure], now(published))
    flag_id = failure.flag_id
    told = on_published("flags", "waive", flag_id, "--reason", "đúng, vì sáp nhập", "--by", "Hạnh", "--json")
    assert told.content == {"flag_id": flag_id, "state": "waived"}
    with ledger.connect() as connection:
        waiver = connection.execute(WAIVERS.select()).one()
    assert (waiver.flag_id, waiver.reason, waiver.waived_by) == (flag_id, "đúng, vì sáp nhập", "Hạnh")
    ledger.dispose()


def test_an_answer_comes_as_a_table_as_json_and_as_csv(on_published: Command) -> None:
    sql = "select indicator_code, value from fct_indicator_progress where sort_no < 4 and value >= 0 order by 2 desc"
    expected = [("ct-01", "85.5000"), ("ct-01", "70.0000"), ("ct-03", "60.2500"), ("ct-02", "0.0000")]
    as_json = on_published("query", sql, "--json").content
    assert [tuple(row.values()) for row in as_json] == expected
    assert on_published("query", sql, "--format", "json").content == as_json
    assert list(csv.reader(io.StringIO(on_published("query", sql, "--format", "csv").out))) == [
        ["indicator_code", "value"],
        *map(list, expected),
    ]
    assert "60,25" in on_published("query", sql).out


@pytest.mark.parametrize(
    "sql", ["insert into dim_plans values (1)", "select * from read_csv('/etc/passwd')", "selec 1", "select * from x"]
)
def test_a_question_that_is_none_is_refused_and_changes_nothing(
    on_published: Command, published: Settings, sql: str
) -> None:
    before = sha256_of(snapshot_path(published))
    told = on_published("query", sql, "--json")
    assert (told.exit_code, told.content["error"]["code"]) == (2, "USE-01")
    assert told.err.count("\n") == 1
    assert sha256_of(snapshot_path(published)) == before


def test_a_package_goes_from_made_to_sent(on_published: Command, settings: Settings, thien_tan_plans: Path) -> None:
    office = open_extract_office(settings.path("tỉnh"))
    office.publish()
    which = ("--plan", PLAN, "--period", PERIOD)

    def run(action: str, *more: str) -> dict[str, object]:
        told = on_published("extract", action, *more, "--json", home=str(office.settings.root))
        assert told.exit_code == 0, told.err
        return told.content

    made = run("create", *which)
    assert (made["is_new"], made["state"]) == (True, "prepared")
    assert run("create", *which)["is_new"] is False
    assert run("verify", *which)["problems"] == []
    assert run("approve", *which, "--by", "Hoàng Văn Thái")["state"] == "approved"
    assert run("deliver", *which)["state"] == "sent"
    assert [record["state"] for record in run("list")] == ["sent"]
    office.ledger.dispose()


def test_a_package_nobody_approved_is_not_sent(on_published: Command, settings: Settings) -> None:
    office = open_extract_office(settings.path("tỉnh"))
    office.publish()
    which = ("--plan", PLAN, "--period", PERIOD)
    on_published("extract", "create", *which, home=str(office.settings.root))
    told = on_published("extract", "deliver", *which, home=str(office.settings.root))
    assert_refused(told, 2, "USE-01")
    office.ledger.dispose()


def test_a_package_that_was_touched_does_not_verify(on_published: Command, settings: Settings) -> None:
    office = open_extract_office(settings.path("tỉnh"))
    office.publish()
    which = ("--plan", PLAN, "--period", PERIOD)
    made = on_published("extract", "create", *which, "--json", home=str(office.settings.root)).content
    data = office.settings.extracts / made["export_id"] / "data.csv"
    data.chmod(0o644)
    data.write_bytes(data.read_bytes() + b" ")
    told = on_published("extract", "verify", *which, home=str(office.settings.root))
    assert_refused(told, 1, "REC-01")
    assert "data.csv" in told.err
    office.ledger.dispose()
