"""`thuocdo forms`, `submit`, `receipts`, `slip`, `collect`: from an empty form to a receipt and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.ingestion.office import PERIOD, PLAN_KEY, TOO_LATE
from tests.ingestion.uploads import OLE_SIGN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command
    from tests.ingestion.office import Office

GOOD = {"ct-01": {"numerator": 45, "denominator": 50}, "ct-03": {"value": 2}}
BAD = {"ct-01": {"numerator": 60, "denominator": 50}}
RECEIPT_KEYS = {"file", "receipt_id", "sha256", "outcome", "plan_key", "unit_code", "period", "revision", "findings"}
FINDING_KEYS = {"code", "severity", "sheet", "cell", "found", "expected", "message"}
ISSUE = ("forms", "issue", "--plan", PLAN_KEY, "--period", PERIOD)


@pytest.fixture
def good(commune: Office) -> str:
    return str(commune.fill(GOOD, name="tốt.xlsx"))


@pytest.fixture
def bad(commune: Office) -> str:
    return str(commune.fill(BAD, name="sai.xlsx"))


def test_every_reporting_unit_gets_its_form(thuocdo: Command, tmp_path: Path) -> None:
    told = thuocdo(*ISSUE, "--out", str(tmp_path / "out"), "--json")
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == [f"{PLAN_KEY}-{PERIOD}-tram-y-te.xlsx", f"{PLAN_KEY}-{PERIOD}-vhxh.xlsx"]
    assert {row["file"] for row in told.content} == {str(tmp_path / "out" / name) for name in files}


def test_one_unit_gets_only_its_own_form_the_same_each_time(thuocdo: Command, tmp_path: Path) -> None:
    issued = []
    for folder in ("one", "two"):
        assert thuocdo(*ISSUE, "--unit", "tram-y-te", "--out", str(tmp_path / folder)).exit_code == 0
        (path,) = (tmp_path / folder).iterdir()
        issued.append(path.read_bytes())
    assert issued[0] == issued[1]


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_a_unit_with_a_system_of_its_own_gets_the_form_as_text(
    thuocdo: Command, tmp_path: Path, file_format: str
) -> None:
    told = thuocdo(*ISSUE, "--unit", "vhxh", "--format", file_format, "--out", str(tmp_path), "--json")
    (row,) = told.content
    assert row["file"] == str(tmp_path / f"{PLAN_KEY}-{PERIOD}-vhxh.{file_format}")
    assert thuocdo("submit", row["file"], "--json").content[0]["findings"][0]["code"] == "NIL-01"


def test_an_unknown_format_is_a_usage_error(thuocdo: Command, tmp_path: Path) -> None:
    assert thuocdo(*ISSUE, "--format", "pdf", "--out", str(tmp_path)).exit_code == 2


def test_the_schema_of_the_json_form_can_be_written(thuocdo: Command, tmp_path: Path) -> None:
    out = tmp_path / "form.schema.json"
    assert thuocdo("forms", "schema", "--out", str(out), "--json").content == {"file": str(out)}
    assert "indicators" in out.read_text()


def test_a_good_form_is_accepted_with_everything_that_was_promised(thuocdo: Command, good: str) -> None:
    told = thuocdo("submit", good, "--json")
    (receipt,) = told.content
    assert told.exit_code == 0
    assert set(receipt) >= RECEIPT_KEYS
    assert receipt["outcome"] in {"accepted", "accepted_with_warnings"}
    named = ("plan_key", "unit_code", "period", "revision")
    assert tuple(receipt[name] for name in named) == (PLAN_KEY, "vhxh", PERIOD, 1)
    assert all(set(finding) == FINDING_KEYS for finding in receipt["findings"])


def test_a_person_is_told_in_a_sentence(thuocdo: Command, good: str) -> None:
    told = thuocdo("submit", good)
    assert "tốt.xlsx: đã nhận" in told.out
    assert "biên nhận" in told.out


def test_a_refused_form_is_exit_code_three_and_names_the_cell(thuocdo: Command, bad: str) -> None:
    told = thuocdo("submit", bad, "--json")
    (receipt,) = told.content
    assert (told.exit_code, receipt["outcome"]) == (3, "rejected")
    assert [finding["cell"] for finding in receipt["findings"] if finding["severity"] == "error"] == ["F15"]


def test_a_hostile_file_is_refused_with_a_receipt(thuocdo: Command, tmp_path: Path) -> None:
    path = tmp_path / "bieu.xlsx"
    path.write_bytes(OLE_SIGN + bytes(604))
    told = thuocdo("submit", str(path), "--unit", f"{PLAN_KEY}/vhxh", "--json")
    (receipt,) = told.content
    assert (told.exit_code, receipt["outcome"], receipt["findings"][0]["code"]) == (3, "rejected", "FMT-11")
    assert set(receipt) >= RECEIPT_KEYS


def test_one_refused_form_does_not_stop_the_others(thuocdo: Command, good: str, bad: str) -> None:
    told = thuocdo("submit", bad, good, "--json")
    assert told.exit_code == 3
    assert [receipt["outcome"] == "rejected" for receipt in told.content] == [True, False]


def test_the_same_file_again_is_a_duplicate_and_no_error(thuocdo: Command, good: str) -> None:
    thuocdo("submit", good)
    told = thuocdo("submit", good, "--json")
    assert (told.exit_code, told.content[0]["outcome"]) == (0, "duplicate")


def test_a_file_handed_in_for_another_unit_is_not_taken_as_its_own(thuocdo: Command, good: str) -> None:
    told = thuocdo("submit", good, "--unit", f"{PLAN_KEY}/tram-y-te", "--json")
    assert (told.exit_code, told.content[0]["outcome"]) == (3, "rejected")


def test_a_missing_file_stops_before_anything_is_taken_in(thuocdo: Command, good: str) -> None:
    assert thuocdo("submit", good, "khong-co.xlsx").exit_code == 2
    assert thuocdo("receipts", "--json").content == []


def test_receipts_list_what_arrived_with_its_findings(thuocdo: Command, good: str, bad: str) -> None:
    handed_in = thuocdo("submit", good, bad, "--json").content
    listed = thuocdo("receipts", "--json").content
    assert {row["receipt_id"]: len(row["findings"]) for row in listed} == {
        row["receipt_id"]: len(row["findings"]) for row in handed_in
    }
    assert all(row["receipt_id"] in thuocdo("receipts").out for row in handed_in)


def test_receipts_are_listed_by_plan_and_period(thuocdo: Command, good: str) -> None:
    thuocdo("submit", good)
    assert len(thuocdo("receipts", "--plan", PLAN_KEY, "--period", PERIOD, "--json").content) == 1
    assert thuocdo("receipts", "--period", "2026-05", "--json").content == []


def test_a_slip_is_written_for_a_receipt(thuocdo: Command, bad: str, tmp_path: Path) -> None:
    (receipt,) = thuocdo("submit", bad, "--json").content
    out = tmp_path / "phiếu.xlsx"
    told = thuocdo("slip", receipt["receipt_id"], "--out", str(out), "--json")
    assert told.content == {"receipt_id": receipt["receipt_id"], "file": str(out)}
    assert openpyxl.load_workbook(out).sheetnames


def test_the_list_of_a_slip_can_be_had_as_text(thuocdo: Command, bad: str, tmp_path: Path) -> None:
    (receipt,) = thuocdo("submit", bad, "--json").content
    out = tmp_path / "phieu.txt"
    assert thuocdo("slip", receipt["receipt_id"], "--out", str(out)).exit_code == 0
    assert "[RUL-01] Trang “Báo cáo chỉ tiêu”, ô F15" in out.read_text()


def test_the_drop_folder_is_emptied_once(thuocdo: Command, commune: Office, good: str) -> None:
    folder = commune.settings.drop / PLAN_KEY / "vhxh"
    folder.mkdir(parents=True)
    commune.fill(GOOD).rename(folder / "bieu.xlsx")
    later = TOO_LATE.isoformat()  # by then the file has stopped growing
    assert thuocdo("collect", "--source", "drop", "--json", now=later).content == [
        {"source": "drop", "rows_in": 1, "rows_out": 1}
    ]
    assert thuocdo("collect", "--source", "drop", "--json", now=later).content[0]["rows_in"] == 0
