"""What a package is made of: the province's rows, the flags and the plan, read from one snapshot."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from warehouse.duck import MARTS
from warehouse.errors import UsageError
from warehouse.reading import opened

if TYPE_CHECKING:
    from pathlib import Path

Kind = TypeVar("Kind")
LINE_END = re.compile("\r\n?")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
ROWS_MART, FLAGS_MART, PLANS_MART = "rpt_provincial_extract", "fct_quality_flags", "dim_plans"


@dataclass(frozen=True)
class ExtractRow:
    """One indicator of the plan in the period; figures are exact decimals, None means no figure.

    `value_status` tells why there is none (missing, not_applicable, nil_return, error); a
    figure under a blocking flag is taken out of the row and `withheld_reason` names the rules.
    `figure_source` is `unit_form` or, where the plan file says so, `portal_record`; the unit's own
    figure then stands beside it as `claimed_value`.
    """

    plan_key: str
    period: str
    row_no: int
    province_code: str
    commune_code: str
    stt: str | None
    section: str | None
    indicator_code: str
    canonical_code: str | None
    indicator_name: str
    unit_of_measure: str | None
    target_year: int | None
    target_text: str | None
    comparator: str | None
    target_value: Decimal | None
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    value_text: str | None
    figure_source: str
    claimed_value: Decimal | None
    value_status: str
    obs_status: str
    observed_period: str | None
    number_nature: str | None
    status: str
    is_withheld: bool
    withheld_reason: str | None
    flag_codes: str | None
    unit_code: str | None
    receipt_id: str | None
    is_synthetic: bool


@dataclass(frozen=True)
class ExtractFlag:
    """One open or waived flag on a figure of the package; instants stay in the ledger."""

    flag_id: str
    indicator_code: str | None
    unit_code: str | None
    period: str | None
    rule_code: str
    severity: str
    state: str
    observed: str | None
    expected: str | None
    explanation_vi: str
    waiver_reason: str | None
    waived_by: str | None


@dataclass(frozen=True)
class PlanVersion:
    """The plan that the rows are measured by; `file_sha256` is the hash of its plan file."""

    plan_key: str
    commune_name: str
    issuing_agency: str
    title: str
    document_number: str | None
    issued_on: dt.date | None
    valid_from: dt.date
    file_sha256: str


@dataclass(frozen=True)
class Source:
    """All that the files of one package are made of, in their order."""

    plan: PlanVersion
    period: str
    rows: tuple[ExtractRow, ...]
    flags: tuple[ExtractFlag, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether any figure is made up for show; every file then says so."""
        return any(row.is_synthetic for row in self.rows)


def names_of(record: type) -> tuple[str, ...]:
    """Return the field names of a record: the columns of its files, in order."""
    return tuple(field.name for field in fields(record))


def read_source(snapshot: Path, plan_key: str, period: str) -> Source:
    """Read a plan and period; raises UsageError that lists what can be extracted."""
    of_plan, of_period = sa.column("plan_key") == plan_key, sa.column("period") == period
    with opened(snapshot) as connection:
        rows = _read(connection, ExtractRow, ROWS_MART, "row_no", of_plan, of_period)
        if not rows:
            raise UsageError(_nothing_to_extract(connection, plan_key, period), plan_key=plan_key, period=period)
        (plan,) = _read(connection, PlanVersion, PLANS_MART, "plan_key", of_plan)
        flags = _read(connection, ExtractFlag, FLAGS_MART, "flag_id", of_plan, _speaks_of(period, rows))
    return Source(plan=plan, period=period, rows=rows, flags=flags)


def _read(
    connection: sa.Connection, record: type[Kind], name: str, order: str, *conditions: sa.ColumnElement[bool]
) -> tuple[Kind, ...]:
    """Read exactly the columns of a record from a mart, in a total order (`order` is unique where they hold)."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(column) for column in names_of(record)]
    query = sa.select(*columns).select_from(sa.table(name, schema=MARTS)).where(*conditions)
    found = connection.execute(query.order_by(sa.column(order))).mappings()
    return tuple(record(**{name: _clean(value) for name, value in row.items()}) for row in found)


def _clean(value: object) -> Any:
    """Write line ends as LF and drop control characters: CSV, XML and spreadsheets each read them differently."""
    return CONTROL.sub("", LINE_END.sub("\n", value)) if isinstance(value, str) else value


def _speaks_of(period: str, rows: tuple[ExtractRow, ...]) -> sa.ColumnElement[bool]:
    """Select what still stands on the periods that the rows speak of; a flag without a period always speaks."""
    periods = sorted({period} | {row.observed_period for row in rows if row.observed_period})
    said_of = sa.or_(sa.column("period").is_(None), sa.column("period").in_(periods))
    return sa.and_(sa.column("state").in_(["open", "waived"]), said_of)


def _nothing_to_extract(connection: sa.Connection, plan_key: str, period: str) -> str:
    columns: list[sa.ColumnClause[str]] = [sa.column("plan_key"), sa.column("period")]
    query = sa.select(*columns).distinct().select_from(sa.table(ROWS_MART, schema=MARTS)).order_by(*columns)
    offered: dict[str, list[str]] = {}
    for row in connection.execute(query):
        offered.setdefault(row.plan_key, []).append(row.period)
    shown = {plan_key: offered[plan_key]} if plan_key in offered else offered
    listed = "; ".join(f"{key}: {', '.join(codes)}" for key, codes in shown.items())
    offer = f"Có thể trích xuất: {listed}." if listed else "Bản công bố chưa có kỳ nào; hãy chạy `thuocdo build` trước."
    return f"Không có dòng nào để trích xuất cho kế hoạch '{plan_key}', kỳ '{period}'. {offer}"
