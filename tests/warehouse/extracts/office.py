"""A small office with a published snapshot made by hand, for the tests of extract packages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateSchema, DropSchema

from warehouse.duck import duck_engine
from warehouse.extracts.package import create_extract
from warehouse.extracts.registry import Extract
from warehouse.extracts.source import ExtractFlag, ExtractRow, PlanVersion, names_of
from warehouse.ledger import open_ledger
from warehouse.publish import Snapshot, publish
from warehouse.settings import Settings

NOW = dt.datetime(2026, 7, 10, 2, 30, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=3)
AS_OF = dt.date(2026, 7, 10)
PLAN, PERIOD = "thien-tan-2026", "2026-06"
RULES = {"dbt_project": "0.1.0", "expectations/rules.yml": "ab" * 32}
FIGURES = {"value", "numerator", "denominator", "target_value", "claimed_value"}
WHOLE = {"row_no", "target_year"}
FLAGS = {"is_withheld", "is_synthetic"}
DAYS = {"issued_on", "valid_from"}


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return a reported row of the June extract of Thiện Tân, with changes."""
    values: dict[str, Any] = dict.fromkeys(names_of(ExtractRow))
    values |= {
        "plan_key": PLAN, "period": PERIOD, "row_no": number, "province_code": "20", "commune_code": "06436",
        "stt": f"{number}.", "section": "Nhóm 1: Công tác chỉ đạo, điều hành", "indicator_code": f"ct-{number:02d}",
        "indicator_name": f"Tỷ lệ hồ sơ số {number}", "unit_of_measure": "%", "target_year": 2026,
        "target_text": "Tối thiểu 80%", "target_value": Decimal(80), "comparator": ">=", "value": Decimal("85.5"),
        "numerator": Decimal(171), "denominator": Decimal(200), "observed_period": PERIOD,
        "value_status": "reported", "obs_status": "A", "status": "achieved", "is_withheld": False,
        "figure_source": "unit_form",
        "unit_code": "pvhcc", "receipt_id": f"R-{number:04d}", "number_nature": "final", "is_synthetic": False,
    }  # fmt: skip
    return values | changes


def without_figure(number: int, value_status: str, obs_status: str, **changes: Any) -> dict[str, Any]:
    """Return a row that holds no figure."""
    return row(
        number, value=None, numerator=None, denominator=None, value_status=value_status, obs_status=obs_status,
        status="no_data", **changes,
    )  # fmt: skip


def flag(flag_id: str, **changes: Any) -> dict[str, Any]:
    """Return an open flag on the third indicator, with changes."""
    return {
        "flag_id": flag_id, "plan_key": PLAN, "indicator_code": "ct-03", "unit_code": "pvhcc", "period": PERIOD,
        "rule_code": "RNG-01", "severity": "block", "state": "open", "observed": "185", "expected": "0–100",
        "explanation_vi": "Giá trị 185 nằm ngoài khoảng cho phép.", "waiver_reason": None, "waived_by": None,
    } | changes  # fmt: skip


def usual_rows() -> list[dict[str, Any]]:
    """Return a figure, a zero, and every way of having no figure."""
    return [
        row(1),
        row(2, value=Decimal("0.0000"), numerator=Decimal(0), status="off_track"),
        without_figure(3, "reported", "Q", is_withheld=True, withheld_reason="RNG-01", flag_codes="RNG-01"),
        without_figure(4, "missing", "L", receipt_id=None, observed_period=None, section="Nhóm 2: Thể chế"),
        without_figure(5, "nil_return", "M", section="Nhóm 2: Thể chế"),
        without_figure(6, "not_applicable", "M", section="Nhóm 2: Thể chế"),
        without_figure(7, "error", "O", section="Nhóm 2: Thể chế"),
    ]


def usual_flags() -> list[dict[str, Any]]:
    """Return a blocking flag and one that a person waived."""
    waived = {"state": "waived", "rule_code": "OUT-01", "severity": "warn", "waiver_reason": "Đúng, vì mới sáp nhập"}
    return [flag("F-1"), flag("F-2", indicator_code="ct-01", waived_by="Nông Thị Hạnh", **waived)]


def plan_version(**changes: Any) -> dict[str, Any]:
    """Return the plan of Thiện Tân as the marts hold it, with changes."""
    return {
        "plan_key": PLAN, "commune_name": "Xã Thiện Tân", "issuing_agency": "Ủy ban nhân dân xã Thiện Tân",
        "title": "KẾ HOẠCH thực hiện Nghị quyết số 57-NQ/TW năm 2026", "document_number": "/KH-UBND",
        "issued_on": None, "valid_from": dt.date(2026, 4, 15), "file_sha256": "cd" * 32,
    } | changes  # fmt: skip


def write_snapshot(
    path: Path, rows: list[dict[str, Any]], flags: list[dict[str, Any]], plan: dict[str, Any] | None = None
) -> None:
    """Write a DuckDB file with the three marts that a package is made of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = sa.MetaData(schema="marts")
    tables = {
        _table(metadata, "rpt_provincial_extract", names_of(ExtractRow)): rows,
        _table(metadata, "fct_quality_flags", ("plan_key", *names_of(ExtractFlag))): flags,
        _table(metadata, "dim_plans", names_of(PlanVersion)): [plan or plan_version()],
    }
    engine = duck_engine(path, read_only=False)
    with engine.begin() as connection:
        connection.execute(DropSchema("marts", cascade=True, if_exists=True))
        connection.execute(CreateSchema("marts"))
        for table, content in tables.items():
            table.create(connection)
            if content:
                connection.execute(sa.insert(table), content)


def _table(metadata: sa.MetaData, name: str, columns: tuple[str, ...]) -> sa.Table:
    return sa.Table(name, metadata, *(sa.Column(column, _type(column)) for column in columns))


def _type(column: str) -> sa.types.TypeEngine[Any]:
    if column in FIGURES:
        return sa.Numeric(18, 4)
    if column in WHOLE:
        return sa.BigInteger()
    if column in FLAGS:
        return sa.Boolean()
    return sa.Date() if column in DAYS else sa.Text()


@dataclass(frozen=True)
class Office:
    """Settings, ledger, and the two acts of a working day: publish and extract."""

    settings: Settings
    ledger: sa.Engine

    def publish(
        self,
        rows: list[dict[str, Any]] | None = None,
        flags: list[dict[str, Any]] | None = None,
        plan: dict[str, Any] | None = None,
        as_of: dt.date = AS_OF,
    ) -> Snapshot:
        """Publish marts with the given rows and flags, or the usual ones."""
        write_snapshot(
            self.settings.build_file,
            usual_rows() if rows is None else rows,
            usual_flags() if flags is None else flags,
            plan,
        )
        return publish(self.settings, self.ledger, as_of, NOW)

    def extract(self, now: dt.datetime = NOW, **options: Any) -> Extract:
        """Create the June extract of Thiện Tân."""
        return create_extract(self.settings, self.ledger, PLAN, PERIOD, now, rule_versions=RULES, **options)


def open_office(home: Path, **settings: Any) -> Office:
    """Open an office in a state folder."""
    own = Settings(home=home, free_space_mib=0, **settings)
    return Office(own, open_ledger(own))
