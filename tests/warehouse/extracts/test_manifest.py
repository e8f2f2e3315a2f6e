"""The manifest: totals, holes with their reasons, waivers, versions; and no time of day."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.warehouse.extracts.office import RULES, Office, usual_rows
from warehouse.publish import current_snapshot


def manifest_of(office: Office) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((office.extract().folder / "manifest.json").read_text())
    return content


def test_control_totals_count_statuses_and_sum_exact_decimals(office: Office) -> None:
    assert manifest_of(office)["control_totals"] == {
        "row_count": 7,
        "value_count": 2,
        "rows_per_obs_status": {"A": 2, "L": 1, "M": 2, "O": 1, "Q": 1},
        "value_sum_per_unit": {"%": "85.5"},
    }


def test_every_hole_has_a_kind_and_a_reason(office: Office) -> None:
    holes = {hole["indicator_code"]: (hole["kind"], hole["reason"]) for hole in manifest_of(office)["holes"]}
    assert holes == {
        "ct-03": ("withheld", "Tạm giữ do cảnh báo chặn: RNG-01"),
        "ct-04": ("missing", "Đơn vị pvhcc chưa báo cáo số liệu"),
        "ct-07": ("error", "Giá trị nhận được bị lỗi, chưa dùng được (phiếu R-0007)"),
    }


def test_a_waiver_is_told_with_its_reason_and_approver(office: Office) -> None:
    (waiver,) = manifest_of(office)["waivers"]
    assert (waiver["flag_id"], waiver["reason"], waiver["approved_by"]) == (
        "F-2",
        "Đúng, vì mới sáp nhập",
        "Nông Thị Hạnh",
    )


def test_the_versions_behind_the_figures_are_told(office: Office) -> None:
    manifest = manifest_of(office)
    assert manifest["rule_versions"] == RULES
    assert manifest["plan_version"]["file_sha256"] == "cd" * 32
    assert manifest["plan_version"]["document_number"] == "/KH-UBND"
    assert manifest["snapshot_id"] == current_snapshot(office.settings).snapshot_id
    assert manifest["as_of"] == "2026-07-10"
    assert manifest["formats"]["data.csv"]["profile"] == "machine"


def test_the_first_revision_has_none_before_it(office: Office) -> None:
    assert manifest_of(office)["previous"] is None


def test_synthetic_figures_are_told(office: Office) -> None:
    assert manifest_of(office)["is_synthetic"] is False
    office.publish([entry | {"is_synthetic": True} for entry in usual_rows()])
    assert manifest_of(office)["is_synthetic"] is True


@pytest.mark.parametrize("name", ["manifest.json", "data.csv", "data.json", "data.sdmx.csv", "flags.csv"])
def test_no_file_tells_a_time_of_day(office: Office, name: str) -> None:
    assert not re.search(r"\d\d:\d\d", (office.extract().folder / name).read_text())
