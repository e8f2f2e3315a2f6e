"""The shape of a plan file (`plans/<plan_key>.yml`).

Frozen pydantic records. Everything that a document prints is kept as printed (`*_text`,
`name`, `title`); everything read out of it stands beside it in typed fields; what is
doubtful is noted in `doubts` and never corrected.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=60)]
"""Short stable code: lower-case ASCII, digits, `-`, `_`, `.`."""
Printed = Annotated[str, StringConstraints(min_length=1)]
"""Text as printed in the document (line breaks of the layout joined to single spaces)."""


class Record(BaseModel):
    """Base of all records of a plan file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitKind(StrEnum):
    """What a unit is."""

    DEPARTMENT = "department"
    OFFICE = "office"
    SERVICE_CENTRE = "service_centre"
    SCHOOL = "school"
    HEALTH_STATION = "health_station"
    POLICE = "police"
    MILITARY = "military"
    VILLAGE = "village"
    COMMITTEE = "committee"  # UBND xã itself
    PARTY_BODY = "party_body"
    MASS_ORGANISATION = "mass_organisation"  # MTTQ and socio-political organisations
    ENTERPRISE = "enterprise"
    COLLECTIVE = "collective"  # "các phòng, ban liên quan": a set that the plan does not list
    OUTSIDE = "outside"  # province, ministry, anyone who does not belong to the commune


class ValueKind(StrEnum):
    """What kind of value an indicator takes."""

    RATIO = "ratio"  # share in percent, 0-100, numerator over denominator
    GROWTH = "growth"  # percent change, may be negative or above 100
    COUNT = "count"  # whole number of things
    INDEX = "index"  # dimensionless index such as HDI
    MONEY = "money"
    YES_NO = "yes_no"
    TEXT = "text"  # qualitative, judged by a person


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Comparator(StrEnum):
    """How a value is held against its target; a bare figure is `=` (design 4.5)."""

    GE = ">="
    GT = ">"
    EQ = "="
    LE = "<="
    LT = "<"
    BETWEEN = "between"


class FigureOfRecord(StrEnum):
    """Whose figure an indicator shows where dossiers measure it too; both are kept."""

    CLAIM = "claim"  # what the unit reports
    RECORDS = "records"  # what is recomputed from the portal's dossiers


class DeadlineKind(StrEnum):
    """What kind of deadline a task has (domain 7.3)."""

    BEFORE_DATE = "before_date"  # "Trước ngày 30/4/2026"
    MONTH = "month"  # "Tháng 12/2026"
    QUARTER = "quarter"  # "Quý II/2026"
    YEAR = "year"  # "Năm 2026", "Trong năm 2025"
    INTERVAL = "interval"  # "Tháng 7,8 /2025", "Giai đoạn 2025-2026"
    ONE_OFF_THEN_YEARLY = "one_off_then_yearly"  # "Tháng 7/2025, duy trì hàng năm"
    CONTINUOUS = "continuous"  # "Thường xuyên"
    YEARLY = "yearly"  # "Hàng năm"
    CONDITIONAL = "conditional"  # "Khi có văn bản của cấp trên"
    REPORTED_DONE = "reported_done"  # "Đã thực hiện xong": a state in the deadline's place
    UNSTATED = "unstated"  # the document gives none
    UNCLEAR = "unclear"  # kept as printed, for a person to decide


class Frequency(StrEnum):
    """How often a report is due."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    NINE_MONTHS = "nine_months"
    YEARLY = "yearly"
    AD_HOC = "ad_hoc"
    PERIODIC = "periodic"  # "định kỳ", "theo quy định": the document gives no interval


class Provenance(Record):
    """Where in the received document an item stands."""

    file: Printed = Field(description="File name in plans/sources")
    section: Printed = Field(description="Heading path, e.g. 'II.1' or 'Phụ lục, mục III'")
    number: str | None = Field(default=None, description="Number as printed, e.g. '6.' or 'Nhiệm vụ 2'")


class Unit(Record):
    """A unit that the plan names, with every spelling that the plan uses."""

    code: Code
    name: Printed = Field(description="The spelling taken as the name; one that the plan prints")
    kind: UnitKind
    aliases: tuple[Printed, ...] = Field(
        default=(), description="Every other spelling in the document, exactly as printed"
    )
    provenance: Provenance
    notes: tuple[Printed, ...] = ()


class Target(Record):
    """One figure (or one qualitative result) that an indicator must reach by a day."""

    text: Printed = Field(description="The cell or the sentence, exactly as printed")
    year: int | None = Field(default=None, ge=2020, le=2060, description="Target year")
    due_on: dt.date | None = Field(default=None, description="Last day allowed")
    is_quantitative: bool
    comparator: Comparator | None = None
    value: Decimal | None = None
    value_upper: Decimal | None = Field(default=None, description="Upper bound of `between`")
    unit: str | None = Field(default=None, description="'%', 'mô hình', 'sáng kiến', … or none printed")
    qualifier: str | None = Field(default=None, description="'5G', '6G', 'Duy trì/ nâng cấp', …")
    provenance: Provenance | None = Field(default=None, description="Only where it differs from the indicator's")
    notes: tuple[Printed, ...] = ()

    @model_validator(mode="after")
    def _figure_or_none(self) -> Self:
        if self.is_quantitative != (self.value is not None and self.comparator is not None):
            msg = "mục tiêu định lượng phải có comparator và value; mục tiêu không có số thì không có cả hai"
            raise ValueError(msg)
        if (self.value_upper is not None) != (self.comparator is Comparator.BETWEEN):
            msg = "value_upper chỉ đi với comparator 'between'"
            raise ValueError(msg)
        if self.due_on and self.year and self.due_on.year != self.year:
            msg = f"due_on {self.due_on} không thuộc năm {self.year}"
            raise ValueError(msg)
        return self


class TaskOrigin(StrEnum):
    """Where in the document a task comes from."""

    LISTED = "listed"  # a row of the task table, or a numbered "Nhiệm vụ n"
    BODY = "body"  # a bullet of the "nhiệm vụ, giải pháp" chapter that no table repeats
    DUTY = "duty"  # work assigned to one unit under "Tổ chức thực hiện"


class BlankCell(Record):
    """A table cell that prints '-' (or nothing): no target, and not 0."""

    year: int
    text: str


class Indicator(Record):
    """Something measured (or judged) with its targets."""

    code: Code
    canonical_code: Code | None = Field(default=None, description="Entry of plans/catalogue.yml")
    stt: str | None = Field(default=None, description="Number as printed, e.g. '1.'")
    section: Printed = Field(description="Section or group title as printed")
    name: Printed = Field(description="Indicator as printed, markup of the layout removed")
    measure: str | None = Field(
        default=None,
        description="The clause that is measured, verbatim, where one printed row measures several things",
    )
    unit_of_measure: str | None = Field(default=None, description="'%', 'doanh nghiệp', … ; none: qualitative")
    value_kind: ValueKind
    direction: Direction
    lead_units: tuple[Code, ...] = ()
    lead_text: str | None = Field(default=None, description="Leads exactly as printed")
    reported_by: Code | None = Field(
        default=None, description="Only where neither the lead nor the focal unit fills in the figure"
    )
    figure_of_record: FigureOfRecord = Field(
        default=FigureOfRecord.CLAIM,
        description="'records' only where a document says that the figure is taken from the dossiers",
    )
    targets: tuple[Target, ...]
    blank_cells: tuple[BlankCell, ...] = ()
    source_note: str | None = Field(default=None, description="Definition or scope remarks")
    provenance: Provenance
    notes: tuple[Printed, ...] = ()


class Deadline(Record):
    """A task's deadline: text as printed, what kind it is, and the days it means."""

    text: str | None = Field(default=None, description="As printed; none if the document gives none")
    kind: DeadlineKind
    due_from: dt.date | None = None
    due_on: dt.date | None = Field(default=None, description="Last day allowed ('trước ngày 30/4' → 29/4)")

    @model_validator(mode="after")
    def _days_fit_kind(self) -> Self:
        dated = {
            DeadlineKind.BEFORE_DATE,
            DeadlineKind.MONTH,
            DeadlineKind.QUARTER,
            DeadlineKind.YEAR,
            DeadlineKind.INTERVAL,
            DeadlineKind.ONE_OFF_THEN_YEARLY,
        }
        if (self.due_on is not None) != (self.kind in dated):
            msg = f"thời hạn loại '{self.kind}' {'phải có' if self.kind in dated else 'không có'} due_on"
            raise ValueError(msg)
        if (self.text is None) != (self.kind is DeadlineKind.UNSTATED):
            msg = "thời hạn không có chữ in thì thuộc loại 'unstated', và ngược lại"
            raise ValueError(msg)
        if self.due_from and self.due_on and self.due_from > self.due_on:
            msg = f"due_from {self.due_from} muộn hơn due_on {self.due_on}"
            raise ValueError(msg)
        return self


class Task(Record):
    """Something to be done, by whom, with what product, until when."""

    code: Code
    origin: TaskOrigin
    stt: str | None = None
    group: Printed = Field(description="Group title as printed")
    name: Printed = Field(description="Task as printed")
    lead_units: tuple[Code, ...] = ()
    lead_text: str | None = None
    coordinating_units: tuple[Code, ...] = ()
    coordinating_text: str | None = None
    product: str | None = Field(default=None, description="Result or product as printed")
    deadline: Deadline
    indicators: tuple[Code, ...] = Field(default=(), description="Indicators that this task serves")
    reported_by: Code | None = None
    provenance: Provenance
    notes: tuple[Printed, ...] = ()


class DueDay(Record):
    """The day a recurring report is due: `day` of the period's last month, or `month`/`day`."""

    day: int = Field(ge=1, le=31)
    month: int | None = Field(default=None, ge=1, le=12)
    is_before: bool = Field(description="True for 'trước ngày': the last day allowed is the day before")


class ReportingRule(Record):
    """Who reports to whom, how often, until when."""

    code: Code
    reporter_units: tuple[Code, ...]
    reporter_text: Printed
    recipient: Printed
    frequency: Frequency
    deadline_text: str | None = None
    due: DueDay | None = None
    provenance: Provenance
    notes: tuple[Printed, ...] = ()


class LegalBasis(Record):
    """A document that the plan builds on."""

    text: Printed = Field(description="As printed")
    number: str | None = None
    issued_on: dt.date | None = None
    issuer: str | None = None
    provenance: Provenance | None = None
    notes: tuple[Printed, ...] = ()


class Supersedes(Record):
    """A document that this plan replaces."""

    document_number: Printed
    issued_on: dt.date | None = None
    text: Printed


class Doubt(Record):
    """Something in the document that looks wrong: kept as printed, told here."""

    code: Code
    about: str | None = Field(default=None, description="Code of the indicator, task, unit or rule")
    printed: str = Field(description="What the document prints; empty for something that is missing")
    doubt: Printed = Field(description="Vietnamese sentence: what is doubtful and why")
    provenance: Provenance


class OtherFigure(Record):
    """A percentage printed in the document that is not a target, and why not."""

    text: Printed = Field(description="Enough of the printed text to find it")
    why: Printed


class Plan(Record):
    """One plan version."""

    schema_version: int = Field(default=1, ge=1, le=1)
    plan_key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*-20\d\d$")]
    commune_code: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
    province_code: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
    commune_name: Printed
    title: Printed
    document_number: str | None = Field(description="As printed, e.g. '/KH-UBND' where the number was left blank")
    issued_text: Printed = Field(description="Place and date line as printed")
    issued_on: dt.date | None = Field(default=None, description="Only where day, month and year are printed")
    valid_from: dt.date
    valid_to: dt.date | None = None
    validity_note: Printed = Field(description="Why valid_from and valid_to are these days")
    issuing_agency: Printed
    signer_title: str | None = None
    focal_unit: Code = Field(description="Unit that gathers the reports; answers for collective leads")
    source_file: Printed
    supersedes: tuple[Supersedes, ...] = ()
    legal_bases: tuple[LegalBasis, ...]
    units: tuple[Unit, ...]
    indicators: tuple[Indicator, ...]
    tasks: tuple[Task, ...]
    reporting_rules: tuple[ReportingRule, ...]
    doubts: tuple[Doubt, ...] = ()
    other_figures: tuple[OtherFigure, ...] = ()

    @model_validator(mode="after")
    def _codes_are_known_and_unique(self) -> Self:
        problems = _duplicates(self) + _unknown_units(self) + _unknown_indicators(self)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def unit(self, code: str) -> Unit:
        """Return the unit with `code`; raises KeyError for an unknown one."""
        return self._units_by_code[code]

    @cached_property
    def _units_by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}


class CanonicalIndicator(Record):
    """An indicator that several plans share, under one code."""

    code: Code
    name_vi: Printed
    name_en: Printed
    unit_of_measure: str | None
    value_kind: ValueKind
    direction: Direction
    definition_vi: Printed
    numerator_vi: str | None = None
    denominator_vi: str | None = None
    range_min: Decimal | None = None
    range_max: Decimal | None = None
    dossier_rate: Code | None = Field(default=None, description="Rate of fct_dossier_rates that measures it")
    sources: tuple[Printed, ...] = ()


class Catalogue(Record):
    """The shared catalogue of canonical indicators (`plans/catalogue.yml`)."""

    indicators: tuple[CanonicalIndicator, ...]


def _duplicates(plan: Plan) -> list[str]:
    """Name every code that stands twice in its list."""
    lists: dict[str, list[str]] = {
        "units": [unit.code for unit in plan.units],
        "indicators": [indicator.code for indicator in plan.indicators],
        "tasks": [task.code for task in plan.tasks],
        "reporting_rules": [rule.code for rule in plan.reporting_rules],
        "doubts": [doubt.code for doubt in plan.doubts],
    }
    return [
        f"{where}: mã '{code}' xuất hiện {codes.count(code)} lần"
        for where, codes in lists.items()
        for code in sorted(set(codes))
        if codes.count(code) > 1
    ]


def _unknown_units(plan: Plan) -> list[str]:
    """Name every unit code that is used but not listed in `units`."""
    known = {unit.code for unit in plan.units}
    used: list[tuple[str, str]] = [("focal_unit", plan.focal_unit)]
    for indicator in plan.indicators:
        used += [(f"indicators[{indicator.code}]", code) for code in indicator.lead_units]
        used += [(f"indicators[{indicator.code}]", code) for code in [indicator.reported_by] if code]
    for task in plan.tasks:
        used += [(f"tasks[{task.code}]", code) for code in (*task.lead_units, *task.coordinating_units)]
        used += [(f"tasks[{task.code}]", code) for code in [task.reported_by] if code]
    for rule in plan.reporting_rules:
        used += [(f"reporting_rules[{rule.code}]", code) for code in rule.reporter_units]
    return [f"{where}: đơn vị '{code}' không có trong units" for where, code in used if code not in known]


def _unknown_indicators(plan: Plan) -> list[str]:
    """Name every indicator code that a task refers to and the plan does not have."""
    known = {indicator.code for indicator in plan.indicators}
    return [
        f"tasks[{task.code}]: chỉ tiêu '{code}' không có trong indicators"
        for task in plan.tasks
        for code in task.indicators
        if code not in known
    ]
