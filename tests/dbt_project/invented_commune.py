"""An invented commune with half a year of forms, dossiers and flags, as raw Parquet.

Small enough to compute by hand; every odd row has its reason beside it. The day of the build is 25 June 2026.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from plans.reading import read_plan
from plans.records import CanonicalIndicator, Catalogue
from plans.tables import write_plan_tables
from warehouse.clock import VIETNAM
from warehouse.raw import ensure_tables, write_batch

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings

PLAN = "thu-nghiem-2026"
COMMUNE = "99999"
AS_OF = dt.date(2026, 6, 25)
MONTHS = [f"2026-{month:02d}" for month in range(1, 7)]
HEALTH_RECORDS = dict(zip(MONTHS, [60, 64, 63, 70, 71, 75], strict=True))
ACCEPTED_ON = 18
"""Day of the month on which forms are handed in; they are due at 23 o'clock on the 19th."""

Row = dict[str, Any]


def write_invented_commune(settings: Settings) -> None:
    """Write every raw table that the first dbt invocation reads."""
    ensure_tables(settings)
    _write_plan(settings)
    _write_ledger(settings)
    _write_forms(settings)
    write_batch(settings, "dossiers", "portal-1", _dossiers())


def write_judgement(settings: Settings) -> None:
    """Write what Great Expectations leaves behind: verdicts, and a blocking flag on the health records of June."""
    write_batch(settings, "quality_checks", "all", [_verdict("run-1", "NUM-01", "fail")])
    flag = {
        "flag_id": "F1", "plan_key": PLAN, "indicator_code": "health-records", "unit_code": "tram-y-te",
        "period": "2026-06", "rule_code": "NUM-01", "severity": "block", "explanation_vi": "Tăng bất thường",
        "opened_at": vietnam(2026, 6, 20, 9),
    }  # fmt: skip
    write_batch(settings, "flags", "all", [flag])


def vietnam(year: int, month: int, day: int, hour: int = 8) -> dt.datetime:
    """Return an instant of a day in Vietnam."""
    return dt.datetime(year, month, day, hour, tzinfo=VIETNAM)


def _verdict(run: str, code: str, outcome: str) -> Row:
    return {
        "suite_run_id": run, "check_code": code, "suite": "figures", "period": "2026-06", "outcome": outcome,
        "failing_count": 1, "checked_count": 8, "severity": "block", "description_vi": "Không tăng bất thường",
    }  # fmt: skip


def _write_plan(settings: Settings) -> None:
    file = settings.plans_folder / f"{PLAN}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(_plan(), allow_unicode=True, sort_keys=False), encoding="utf-8")
    write_plan_tables(settings, [read_plan(file)], _catalogue(), AS_OF)


def _catalogue() -> Catalogue:
    online = CanonicalIndicator(
        code="dossiers_online_pct", name_vi="Tỷ lệ hồ sơ trực tuyến", name_en="Dossiers handed in online",
        unit_of_measure="%", value_kind="ratio", direction="up", definition_vi="Hồ sơ nộp trực tuyến trên hồ sơ nhận",
        dossier_rate="received_online",
    )  # fmt: skip
    return Catalogue(indicators=(online,))


def _plan() -> Row:
    return {
        "plan_key": PLAN, "commune_code": COMMUNE, "province_code": "99", "commune_name": "Xã Thử Nghiệm",
        "title": "Kế hoạch thử nghiệm", "document_number": None, "issued_text": "Thử Nghiệm, ngày 05 tháng 01 năm 2026",
        "valid_from": dt.date(2026, 1, 1), "validity_note": "Trong năm 2026", "issuing_agency": "UBND xã Thử Nghiệm",
        "focal_unit": "vhxh", "source_file": "thu-nghiem.txt", "legal_bases": [],
        "units": [
            _unit("vhxh", "Phòng Văn hóa - Xã hội", "department"),
            _unit("ttpvhcc", "Trung tâm Phục vụ hành chính công", "service_centre"),
            _unit("tram-y-te", "Trạm Y tế", "health_station"),
        ],
        "indicators": [
            _indicator("dossiers-online", "Hồ sơ trực tuyến", "ttpvhcc", "≥ 80%", 80, canonical="dossiers_online_pct"),
            _indicator("health-records", "Hồ sơ sức khỏe điện tử", "tram-y-te", "Tối thiểu 90%", 90),
            _indicator("models", "Mô hình chuyển đổi số", "vhxh", "02 mô hình", 2, kind="count", comparator="="),
            _indicator("team", "Tổ công nghệ số cộng đồng", "vhxh", "Có", None, kind="yes_no"),
        ],
        "tasks": [
            _task("rules", "Ban hành quy chế", "Trước ngày 30/4/2026", "before_date", dt.date(2026, 4, 29)),
            _task("training", "Tập huấn kỹ năng số", "Thường xuyên", "continuous", None),
        ],
        "reporting_rules": [
            {
                "code": "monthly", "reporter_units": ["ttpvhcc", "tram-y-te", "vhxh"], "reporter_text": "Các đơn vị",
                "recipient": "Phòng Văn hóa - Xã hội", "frequency": "monthly", "deadline_text": "trước ngày 20",
                "due": {"day": 20, "is_before": True}, "provenance": _PLACE,
            }
        ],
    }  # fmt: skip


_PLACE = {"file": "thu-nghiem.txt", "section": "I"}


def _unit(code: str, name: str, kind: str) -> Row:
    return {"code": code, "name": name, "kind": kind, "provenance": _PLACE}


def _indicator(
    code: str, name: str, lead: str, text: str, figure: int | None, *,
    kind: str = "ratio", comparator: str = ">=", canonical: str | None = None,
) -> Row:  # fmt: skip
    target: Row = {"text": text, "year": 2026, "due_on": dt.date(2026, 12, 31), "is_quantitative": figure is not None}
    if figure is not None:
        target |= {"comparator": comparator, "value": str(figure)}
    return {
        "code": code, "section": "I. Chỉ tiêu", "name": name, "value_kind": kind, "direction": "up",
        "unit_of_measure": "%" if kind == "ratio" else None, "canonical_code": canonical, "lead_units": [lead],
        "targets": [target], "provenance": _PLACE,
    }  # fmt: skip


def _task(code: str, name: str, text: str, kind: str, due_on: dt.date | None) -> Row:
    return {
        "code": code, "origin": "listed", "group": "Nhiệm vụ", "name": name, "lead_units": ["vhxh"],
        "deadline": {"text": text, "kind": kind, "due_on": due_on}, "provenance": _PLACE,
    }  # fmt: skip


def _submissions() -> list[Row]:
    """The health station hands in every month (May twice), the centre in May only, the department late in June."""
    rows = [_submission("tram-y-te", period, 1, vietnam(2026, int(period[-2:]), ACCEPTED_ON)) for period in MONTHS]
    rows.append(_submission("tram-y-te", "2026-05", 2, vietnam(2026, 6, 3)))
    rows.append(_submission("ttpvhcc", "2026-05", 1, vietnam(2026, 5, ACCEPTED_ON)))
    rows.append(_submission("vhxh", "2026-06", 1, vietnam(2026, 6, 23)))
    return rows


def _submission(unit: str, period: str, revision: int, accepted_at: dt.datetime) -> Row:
    key = f"{unit}-{period}-{revision}"
    return {
        "submission_id": f"S-{key}", "receipt_id": f"R-{key}", "plan_key": PLAN, "unit_code": unit,
        "form_code": "nq57", "period": period, "revision": revision, "cells_filled": 1, "accepted_at": accepted_at,
        "content_hash": key,
    }  # fmt: skip


def _write_ledger(settings: Settings) -> None:
    issues = [
        {
            "form_id": f"{unit}-{period}", "plan_key": PLAN, "unit_code": unit, "form_code": "nq57", "period": period,
            "template_version": "1", "cells_expected": 2, "due_at": vietnam(2026, int(period[-2:]), 19, 23),
            "issued_at": vietnam(2026, int(period[-2:]), 1),
        }
        for unit in ("ttpvhcc", "tram-y-te", "vhxh")
        for period in MONTHS
    ]  # fmt: skip
    write_batch(settings, "form_issues", "all", issues)
    write_batch(settings, "submissions", "all", _submissions())
    receipts = [
        {name: row[name] for name in _LINEAGE[1:]} | {"received_at": row["accepted_at"]} for row in _submissions()
    ]
    write_batch(settings, "receipts", "all", receipts)


def _write_forms(settings: Settings) -> None:
    health = {row["submission_id"]: row for row in _submissions()}
    cells = [
        _cell(row, "health-records", HEALTH_RECORDS[row["period"]])
        for row in health.values()
        if row["unit_code"] == "tram-y-te"
    ]
    for cell in cells:
        if (cell["period"], cell["revision"]) == ("2026-05", 1):
            cell["value"] = Decimal(17)  # 71 typed the wrong way round; revision 2 corrects it
    june = health["S-vhxh-2026-06-1"]
    cells += [
        _cell(health["S-ttpvhcc-2026-05-1"], "dossiers-online", 90),
        _cell(june, "models", 2),
        _cell(june, "team", None) | {"value_text": "Có"},
    ]
    # The ledger never committed this one: the process died after the batch was written.
    orphan = cells[0] | {"submission_id": "S-orphan", "period": "2026-06", "value": Decimal(99)}
    write_batch(settings, "observations", "intake-1", [*cells, orphan])
    # The run after the crash wrote the last submission a second time.
    write_batch(settings, "observations", "intake-2", cells[-2:])
    task = {name: june[name] for name in _LINEAGE} | {"value_status": "reported", "known_from": june["accepted_at"]}
    reports = [
        task | {"task_code": "rules", "state": "in_progress", "percent_done": Decimal(40)},
        task | {"task_code": "training", "state": "in_progress", "percent_done": Decimal(50)},
    ]
    write_batch(settings, "task_reports", "intake-1", reports)


_LINEAGE = ("submission_id", "receipt_id", "plan_key", "unit_code", "form_code", "period", "revision")


def _cell(submission: Row, indicator: str, figure: int | None) -> Row:
    return {name: submission[name] for name in _LINEAGE} | {
        "indicator_code": indicator, "value": None if figure is None else Decimal(figure), "value_status": "reported",
        "number_nature": "actual", "sheet": "Báo cáo chỉ tiêu", "cell": "H12", "known_from": submission["accepted_at"],
    }  # fmt: skip


def _dossiers() -> list[Row]:
    """Six on 20 May, four on 5 May, four on 20 April.

    Of the eight of the reporting month 15 April - 14 May, six came online (75 %); of the ten of the calendar month of
    May, nine (90 %): what the centre claimed for May.
    """
    days = [(5, 20)] * 6 + [(5, 5)] * 4 + [(4, 20)] * 4
    at_the_desk = {6, 10}
    rows = []
    for number, (month, day) in enumerate(days):
        received = vietnam(2026, month, day)
        rows.append({
            "portal": "dvc", "commune_code": COMMUNE, "dossier_code": f"H99-{number:02d}", "received_at": received,
            "due_at": received + dt.timedelta(days=5), "first_due_at": received + dt.timedelta(days=5),
            "resolved_at": received + dt.timedelta(days=6 if number == 6 else 3), "status_code": "9",
            "channel_code": "1" if number in at_the_desk else "2", "is_fee_bearing": False, "supplement_count": 0,
            "paused_days": 0, "updated_at": received + dt.timedelta(days=6), "batch_sha256": "b1",
            "known_from": vietnam(2026, 6, 1),
        })  # fmt: skip
    # An older version of the last dossier, pulled before it was resolved.
    rows.append(rows[-1] | {"status_code": "4", "resolved_at": None, "updated_at": vietnam(2026, 4, 21)})
    return rows


def plans_folder(home: Path) -> Path:
    """Return where the invented plan file is written."""
    return home / "plans"
