"""A small commune of its own for each test: one plan with every kind of indicator, three units, an empty ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from ingestion.forms.issue import issue_form
from ingestion.intake import Arrival, take_in
from ingestion.sample.answers import Answers
from ingestion.sample.filling import filled
from plans.reading import read_plans
from warehouse.ledger import open_ledger
from warehouse.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import sqlalchemy as sa

    from ingestion.forms.issue import IssuedForm
    from ingestion.intake import ReceiptResult
    from plans.records import Plan

PLAN_KEY = "suoi-mau-2026"
ISSUED_AT = dt.datetime(2026, 6, 1, 1, tzinfo=dt.UTC)
IN_TIME = dt.datetime(2026, 6, 15, 3, tzinfo=dt.UTC)
TOO_LATE = dt.datetime(2026, 6, 25, 3, tzinfo=dt.UTC)
PERIOD = "2026-06"
SAMPLE = {"file": "mau.txt", "section": "Phụ lục", "number": None}


def _indicator(
    code: str, name: str, kind: str, target: str, value: str | None = None, unit: str | None = None, lead: str = "vhxh"
) -> dict[str, object]:
    measured = {"comparator": ">=", "value": value} if value else {}
    aim = {"text": target, "year": 2026, "due_on": "2026-12-31", "is_quantitative": bool(value), **measured}
    return {
        "code": code, "section": "I. CHỈ TIÊU" if value else "II. VIỆC PHẢI CÓ", "name": name, "value_kind": kind,
        "direction": "up", "lead_units": [lead], "unit_of_measure": unit, "targets": [aim], "provenance": SAMPLE,
    }  # fmt: skip


PLAN: dict[str, object] = {
    "plan_key": PLAN_KEY,
    "commune_code": "99999",
    "province_code": "99",
    "commune_name": "Xã Suối Mẫu",
    "title": "KẾ HOẠCH Thực hiện chuyển đổi số của xã mẫu",
    "document_number": "01/KH-UBND",
    "issued_text": "Suối Mẫu, ngày 05 tháng 01 năm 2026",
    "issued_on": "2026-01-05",
    "valid_from": "2026-01-05",
    "validity_note": "Kế hoạch mẫu cho kiểm thử",
    "issuing_agency": "UBND xã Suối Mẫu",
    "focal_unit": "vhxh",
    "source_file": "mau.txt",
    "legal_bases": [],
    "units": [
        {"code": "vhxh", "name": "Phòng Văn hóa - Xã hội", "kind": "department", "provenance": SAMPLE},
        {"code": "tram-y-te", "name": "Trạm Y tế", "kind": "health_station", "provenance": SAMPLE},
        {"code": "tinh", "name": "Sở Khoa học và Công nghệ", "kind": "outside", "provenance": SAMPLE},
    ],
    "indicators": [
        _indicator("ct-01", "Tỷ lệ hồ sơ trực tuyến", "ratio", "≥ 90%", "90", "%"),
        _indicator("ct-02", "Tỷ lệ cán bộ có chữ ký số", "ratio", "≥ 80%", "80", "%"),
        _indicator("ct-03", "Số sáng kiến được công nhận", "count", "5 sáng kiến", "5", "sáng kiến"),
        _indicator("ct-04", "Chỉ số phát triển con người", "index", "0,65", "0.65"),
        _indicator("ct-05", "Tốc độ tăng năng suất lao động", "growth", "3%", "3", "%"),
        _indicator("ct-06", "Kinh phí chuyển đổi số", "money", "500 triệu đồng", "500", "triệu đồng"),
        _indicator("ct-07", "Ban hành quy chế an toàn thông tin", "yes_no", "Có"),
        _indicator("ct-08", "Người dân hài lòng hơn", "text", "Chuyển biến rõ"),
        _indicator("yt-01", "Tỷ lệ dân số có hồ sơ sức khỏe", "ratio", "≥ 95%", "95", "%", lead="tram-y-te"),
    ],
    "tasks": [
        {
            "code": "nv-01", "origin": "listed", "group": "A. THỂ CHẾ", "name": "Xây dựng quy chế quản lý dữ liệu",
            "lead_units": ["vhxh"], "product": "Quy chế",
            "deadline": {"text": "Quý III/2026", "kind": "quarter", "due_from": "2026-07-01", "due_on": "2026-09-30"},
            "provenance": SAMPLE,
        },
        {
            "code": "nv-02", "origin": "listed", "group": "A. THỂ CHẾ", "name": "Tập huấn kỹ năng số cho người dân",
            "lead_units": ["vhxh"], "deadline": {"text": "Thường xuyên", "kind": "continuous"}, "provenance": SAMPLE,
        },
    ],
    "reporting_rules": [],
}  # fmt: skip


@dataclass(frozen=True)
class Office:
    """Settings, ledger and plans of one test."""

    settings: Settings
    engine: sa.Engine
    plans: Mapping[str, Plan]

    @classmethod
    def opened(cls, settings: Settings) -> Office:
        """Open an office on its plan files as they are now."""
        return cls(settings, open_ledger(settings), read_plans(settings.plans_folder))

    @property
    def plan(self) -> Plan:
        return self.plans[PLAN_KEY]

    def issue(self, unit_code: str = "vhxh", period: str = PERIOD) -> IssuedForm:
        return issue_form(self.settings, self.engine, self.plan, unit_code, period, ISSUED_AT)

    def fill(
        self,
        indicators: Mapping[str, Mapping[str, object]] | None = None,
        tasks: Mapping[str, Mapping[str, object]] | None = None,
        *,
        unit_code: str = "vhxh",
        period: str = PERIOD,
        name: str = "bieu.xlsx",
    ) -> Path:
        """Fill in a unit's form and save it outside the state folder."""
        workbook = filled(self.issue(unit_code, period).path, Answers(indicators or {}, tasks or {}))
        path = self.settings.root.parent / name
        workbook.save(path)
        return path

    def submit(
        self, *paths: Path, now: dt.datetime = IN_TIME, unit_code: str | None = None, channel: str = "command"
    ) -> list[ReceiptResult]:
        plan_key = PLAN_KEY if unit_code else None
        arrivals = [Arrival(path, path.name, channel, plan_key, unit_code) for path in paths]
        return take_in(self.settings, self.engine, self.plans, arrivals, now)


def open_office(folder: Path, **settings: object) -> Office:
    """Open an office whose plan files lie beside its state folder."""
    plans_folder = folder / "plans"
    plans_folder.mkdir(parents=True)
    (plans_folder / f"{PLAN_KEY}.yml").write_text(yaml.safe_dump(PLAN, allow_unicode=True), encoding="utf-8")
    (plans_folder / "catalogue.yml").write_text("indicators: []\n", encoding="utf-8")
    made = Settings(home=folder / "state", plans_folder=plans_folder, **settings)
    return Office.opened(made)


def codes(result: ReceiptResult) -> list[str]:
    """Return the codes of a result's findings, in order."""
    return [found.code for found in result.findings]
