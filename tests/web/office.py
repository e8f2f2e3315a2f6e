"""An office whose published snapshot and ledger are made by hand, with every kind of thing that a page shows."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import yaml
from sqlalchemy.schema import CreateSchema, DropSchema

from warehouse.duck import MARTS, duck_engine
from warehouse.extracts.store import zip_of
from warehouse.ledger import instant, open_ledger, transaction
from warehouse.ledger_tables import EXTRACTS, FILES, FINDINGS, FORM_ISSUES, RECEIPTS
from warehouse.publish import Snapshot, publish
from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.types import TypeEngine

PLAN, OTHER_PLAN = "thien-tan-2026", "thang-binh-2025"
UNIT, SILENT_UNIT = "pvhcc", "kinh-te"
MONTH, LAST_MONTH = "2026-06", "2026-05"
EXPORT, UNAPPROVED, GONE = (f"extract-{PLAN}-{period}-r1" for period in ("2026-05", "2026-06", "2026-04"))
AS_OF = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, 30, tzinfo=dt.UTC)
DUE = dt.datetime(2026, 6, 18, 16, 59, 59, tzinfo=dt.UTC)
HOSTILE_NAME = "Tỷ lệ <script>alert(1)</script> số hóa"

Rows = list[dict[str, Any]]
"""Rows of a mart; a column that is not named is empty."""


@cache
def promised_columns() -> Mapping[str, Mapping[str, str]]:
    """Return the columns of every mart and their types, as dbt's own files promise them."""
    files = sorted((PROJECT / "dbt_project" / "models" / "marts").rglob("*.yml"))
    models = [model for file in files for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]]
    return {model["name"]: {column["name"]: column["data_type"] for column in model["columns"]} for model in models}


def write_marts(path: Path, content: Mapping[str, Rows]) -> None:
    """Write a DuckDB file with every promised mart; those not named stay empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = sa.MetaData(schema=MARTS)
    engine = duck_engine(path, read_only=False)
    with engine.begin() as connection:
        connection.execute(DropSchema(MARTS, cascade=True, if_exists=True))
        connection.execute(CreateSchema(MARTS))
        for name, columns in promised_columns().items():
            table = sa.Table(name, metadata, *(sa.Column(column, _type(kind)) for column, kind in columns.items()))
            table.create(connection)
            if content.get(name):
                connection.execute(sa.insert(table), [dict.fromkeys(columns) | row for row in content[name]])


def _type(kind: str) -> TypeEngine[Any]:
    if match := re.fullmatch(r"decimal\((\d+),(\d+)\)", kind):
        return sa.Numeric(int(match[1]), int(match[2]))
    return {
        "varchar": sa.Text(),
        "bigint": sa.BigInteger(),
        "boolean": sa.Boolean(),
        "date": sa.Date(),
        "timestamp with time zone": sa.TIMESTAMP(timezone=True),
    }[kind]


def plans() -> Rows:
    """Return a plan with figures and one that nobody has reported on."""
    known = {"province_code": "20", "valid_from": dt.date(2026, 4, 15), "source_file": "nguồn.txt"}
    title = "KẾ HOẠCH thực hiện Nghị quyết số 57-NQ/TW về đột phá phát triển khoa học, công nghệ năm 2026"
    return [
        known | {"plan_key": PLAN, "commune_code": "06436", "commune_name": "Xã Thiện Tân", "title": title,
                 "document_number": "/KH-UBND"},
        known | {"plan_key": OTHER_PLAN, "commune_code": "16342", "commune_name": "Xã Thăng Bình", "title": title},
    ]  # fmt: skip


def units() -> Rows:
    """Return three units of the plan, one of which fills in no form."""
    named = {UNIT: "Trung tâm Phục vụ hành chính công xã", SILENT_UNIT: "Phòng Kinh tế xã", "thon": "các thôn"}
    return [
        {
            "plan_key": PLAN,
            "unit_code": code,
            "unit_name": name,
            "unit_kind": "department",
            "is_reporting": code != "thon",
        }
        for code, name in named.items()
    ]


def progress(number: int, status: str, value: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return where an indicator stands in June, with changes."""
    said = f"Số liệu tháng 6/2026: {value}%" if value else "Chưa có số liệu được báo cáo đến tháng 6/2026"
    return {
        "plan_key": PLAN, "indicator_code": f"ct-{number:02d}", "as_of_period": MONTH, "sort_no": number,
        "unit_code": UNIT if value else None, "value": Decimal(value) if value else None,
        "value_period": MONTH if value else None, "trend": "up" if value else "none", "next_target_year": 2026,
        "next_target_value": Decimal(80), "comparator": ">=", "due_on": dt.date(2026, 12, 31),
        "next_target_text": "Tối thiểu 80%", "status": status,
        "evidence": f"{said} – phiếu R-1; mục tiêu đến ngày 31/12/2026: Tối thiểu 80%.",
    } | changes  # fmt: skip


def figures() -> Rows:
    """Return an indicator of every status, and figures of every kind."""
    in_words = {"next_target_value": None, "comparator": None, "next_target_text": "Có kế hoạch", "value_period": MONTH}
    june = [
        progress(1, "achieved", "85.5", trend="flat"),
        progress(2, "on_track", "0", probability_hit=Decimal("0.8125")),
        progress(3, "at_risk", "60.25", value_period=LAST_MONTH, probability_hit=Decimal("0.4")),
        progress(4, "off_track", "185", probability_hit=Decimal("0.05")),
        progress(5, "deteriorating", "41", trend="down"),
        progress(6, "no_data"),
        progress(7, "not_measurable", value_text="Có", **in_words),
        progress(8, "no_data", "12", value_period=LAST_MONTH),
    ]
    may = [progress(1, "on_track", "70", as_of_period=LAST_MONTH, value_period=LAST_MONTH)]
    other = [progress(1, "no_data", plan_key=OTHER_PLAN)]
    return june + may + other


def indicators() -> Rows:
    """Return the indicators that the figures are of, in two sections."""
    names = {1: "Tỷ lệ hồ sơ trực tuyến", 2: HOSTILE_NAME, 3: "Tỷ lệ thanh toán trực tuyến", 7: "Có kế hoạch dữ liệu"}
    mine = [
        {"plan_key": PLAN, "indicator_code": f"ct-{number:02d}", "sort_no": number, "stt": f"{number}.",
         "section": "Nhóm 2: Chính quyền số" if number < 5 else "Nhóm 1: Thể chế", "value_kind": "ratio",
         "name_vi": names.get(number, f"Chỉ tiêu số {number}"), "unit_of_measure": "%", "direction": "up",
         "reporter_unit": UNIT}
        for number in range(1, 9)
    ]  # fmt: skip
    return [*mine, mine[0] | {"plan_key": OTHER_PLAN}]


def extract_rows(*, is_synthetic: bool) -> Rows:
    """Return June's states: the fourth figure is withheld, the eighth answered 'không phát sinh'."""
    states = {6: "missing", 8: "nil_return"}
    return [
        {"plan_key": PLAN, "period": MONTH, "row_no": number, "indicator_code": f"ct-{number:02d}",
         "value_status": states.get(number, "reported"), "is_withheld": number == 4,
         "withheld_reason": "RNG-01" if number == 4 else None, "is_synthetic": is_synthetic}
        for number in range(1, 9)
    ]  # fmt: skip


def flags() -> Rows:
    """Return a flag of every state."""
    known = {
        "plan_key": PLAN, "unit_code": UNIT, "period": MONTH, "indicator_code": "ct-04", "rule_code": "RNG-01",
        "severity": "block", "observed": "185", "expected": "0–100", "opened_at": NOW, "state": "open",
        "explanation_vi": "Giá trị 185 nằm ngoài khoảng cho phép.",
    }  # fmt: skip
    waived = {"state": "waived", "waived_at": NOW, "waived_by": "Nông Thị Hạnh", "waiver_reason": "mới sáp nhập thôn"}
    return [
        known | {"flag_id": "F-1"},
        known | {"flag_id": "F-2", "indicator_code": "ct-03", "severity": "warn", "rule_code": "OUT-01",
                 "explanation_vi": "Giá trị nhảy xa các tháng trước.", "observed": None},
        known | waived | {"flag_id": "F-3", "indicator_code": "ct-01", "explanation_vi": "Tăng đột biến."},
        known | {"flag_id": "F-4", "indicator_code": None, "unit_code": None, "period": LAST_MONTH, "state": "fixed",
                 "severity": "info", "closed_at": NOW, "explanation_vi": "Thiếu mẫu số."},
    ]  # fmt: skip


def obligations() -> Rows:
    """Return a form in time, one late with empty cells, one overdue and one not due yet."""
    known = {"plan_key": PLAN, "form_code": "BC-01", "due_at": DUE, "due_on": dt.date(2026, 6, 18), "days_late": 0,
             "cells_expected": 8, "cells_filled": 0, "period": MONTH}  # fmt: skip
    july = {"period": "2026-07", "due_on": dt.date(2026, 7, 16), "status": "not_due"}
    received = {"received_at": DUE, "cells_filled": 8}
    return [
        known | received | {"unit_code": UNIT, "period": LAST_MONTH, "status": "on_time"},
        known | received | {"unit_code": UNIT, "status": "late", "cells_filled": 7, "days_late": 1},
        known | {"unit_code": SILENT_UNIT, "status": "missing", "days_late": 16},
        known | july | {"unit_code": UNIT},
    ]


def tasks() -> tuple[Rows, Rows]:
    """Return four tasks, of which three are followed: done, overdue, without a report."""
    listed = [
        {"plan_key": PLAN, "task_code": f"nv-{number}", "sort_no": number, "stt": f"Nhiệm vụ {number}",
         "task_group": "Nhóm 1: Chỉ đạo, điều hành", "name_vi": f"Ban hành kế hoạch số {number}",
         "lead_text": "Phòng Kinh tế xã", "deadline_text": "Trước ngày 30/6/2026"}
        for number in range(1, 5)
    ]  # fmt: skip
    known = {"plan_key": PLAN, "as_of_period": MONTH, "due_on": dt.date(2026, 6, 29)}
    followed = [
        known | {"task_code": "nv-1", "state": "done", "status": "done", "percent_done": Decimal(100),
                 "report_period": MONTH, "product_note": "KH số 12"},
        known | {"task_code": "nv-2", "state": "in_progress", "status": "overdue", "percent_done": Decimal("62.5"),
                 "report_period": MONTH, "days_overdue": 8},
        known | {"task_code": "nv-3", "state": "unknown", "status": "no_data"},
    ]  # fmt: skip
    return listed, followed


def usual_marts(*, is_synthetic: bool = False) -> dict[str, Rows]:
    """Return the content of every mart that a page reads."""
    listed, followed = tasks()
    return {
        "dim_plans": plans(), "dim_units": units(), "dim_indicators": indicators(), "dim_tasks": listed,
        "fct_indicator_progress": figures(), "fct_task_progress": followed, "fct_quality_flags": flags(),
        "fct_reporting_obligations": obligations(), "rpt_provincial_extract": extract_rows(is_synthetic=is_synthetic),
    }  # fmt: skip


def publish_marts(settings: Settings, content: Mapping[str, Rows], now: dt.datetime = NOW) -> Snapshot:
    """Publish a hand-made build."""
    write_marts(settings.build_file, content)
    return publish(settings, open_ledger(settings), AS_OF, now)


def fill_ledger(settings: Settings) -> None:
    """Store forms, receipts with findings and packages, and the files that go with them."""
    with transaction(open_ledger(settings)) as ledger:
        ledger.execute(sa.insert(FORM_ISSUES), [_issue(settings, period) for period in (LAST_MONTH, MONTH, "2026-07")])
        _store_receipts(ledger)
        ledger.execute(
            sa.insert(EXTRACTS),
            [
                _package(settings, EXPORT, "2026-05", "approved", approved_at=instant(NOW), approved_by="Lê Văn An"),
                _package(settings, UNAPPROVED, "2026-06", "prepared"),
                _package(settings, GONE, "2026-04", "refused"),
            ],
        )
    zip_of(settings, GONE).unlink()


def _issue(settings: Settings, period: str) -> dict[str, Any]:
    path = settings.forms / PLAN / period / f"{UNIT}.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK form of " + period.encode())
    return {
        "form_id": f"{PLAN}.{UNIT}.{period}", "plan_key": PLAN, "unit_code": UNIT, "form_code": "BC-01",
        "period": period, "template_version": "1", "cells_expected": 8, "due_at": instant(DUE),
        "issued_at": instant(NOW),
    }  # fmt: skip


def _store_receipts(ledger: sa.Connection) -> None:
    known = {"channel": "drop", "sender_plan_key": PLAN, "sender_unit_code": UNIT, "form_code": "BC-01",
             "original_name": "bao-cao.xlsx"}  # fmt: skip
    understood = known | {"plan_key": PLAN, "unit_code": UNIT, "period": MONTH, "revision": 2}
    unread = known | {"plan_key": None, "unit_code": None, "period": None, "revision": None}
    receipts = [
        understood | {"receipt_id": "R-1", "outcome": "accepted_with_warnings"},
        unread | {"receipt_id": "R-2", "outcome": "rejected", "original_name": "ảnh.xlsx"},
        unread | {"receipt_id": "R-3", "outcome": "rejected", "sender_unit_code": SILENT_UNIT},
    ]
    for number, receipt in enumerate(receipts):
        sha256, at = f"{number:064d}", instant(NOW - dt.timedelta(hours=number))
        ledger.execute(sa.insert(FILES).values(sha256=sha256, size_bytes=1, landed_at=at))
        ledger.execute(sa.insert(RECEIPTS).values(receipt | {"sha256": sha256, "received_at": at}))
    ledger.execute(
        sa.insert(FINDINGS),
        [
            {"receipt_id": "R-1", "finding_no": 1, "code": "NUM-04", "severity": "warning", "sheet": "BC-01",
             "cell": "E7", "message": "Ô E7: số “1.234” đọc là 1234, hãy kiểm tra lại."},
            {"receipt_id": "R-2", "finding_no": 1, "code": "FMT-12", "severity": "error", "sheet": None,
             "cell": None, "message": "Nội dung tệp không đúng với đuôi tên."},
        ],
    )  # fmt: skip


def _package(settings: Settings, export_id: str, period: str, state: str, **changes: Any) -> dict[str, Any]:
    path = zip_of(settings, export_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PK package " + export_id.encode())
    return {
        "export_id": export_id, "plan_key": PLAN, "period": period, "revision": 1, "manifest_sha256": "ab" * 32,
        "data_sha256": "cd" * 32, "snapshot_id": "20260710-abc", "state": state, "prepared_at": instant(NOW),
        "approved_at": None, "approved_by": None,
    } | changes  # fmt: skip


def make_office(home: Path, *, is_synthetic: bool = False) -> Settings:
    """Make a state folder with a published snapshot and a filled ledger."""
    settings = Settings(home=home, free_space_mib=0)
    publish_marts(settings, usual_marts(is_synthetic=is_synthetic))
    fill_ledger(settings)
    return settings
