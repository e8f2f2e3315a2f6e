"""What the machine interface answers with: exact figures as text, instants in UTC, no figure without its state."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from warehouse.extracts.values import decimal_text

Figure = Annotated[Decimal, PlainSerializer(decimal_text, return_type=str)]
"""An exact figure, written as text with a decimal point."""


class Answer(BaseModel):
    """Base of every record: frozen, and filled from rows that may hold more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SnapshotRecord(Answer):
    """The snapshot that an answer was read from."""

    snapshot_id: str
    as_of: dt.date
    published_at: str = Field(description="UTC")
    is_synthetic: bool = Field(description="The figures are made up for illustration")


class PlanRecord(Answer):
    """A plan and where it stands as of the latest month."""

    plan_key: str
    commune_code: str
    commune_name: str | None
    province_code: str
    title: str
    document_number: str | None
    issued_on: dt.date | None
    valid_from: dt.date
    valid_to: dt.date | None
    indicators_count: int
    indicators_with_data_count: int
    statuses: dict[str, int] = Field(description="Indicators by status")
    forms_issued_count: int
    forms_missing_count: int = Field(description="Due and not received")
    forms_not_due_count: int = Field(description="Not received, not due yet")
    flags_open_count: int
    flags_blocking_count: int


class PlansAnswer(Answer):
    """Every plan of the snapshot."""

    snapshot: SnapshotRecord
    plans: list[PlanRecord]


class IndicatorRecord(Answer):
    """An indicator as of a month; a withheld figure is empty here, as it is in the extract (design 4.6)."""

    indicator_code: str
    canonical_code: str | None
    stt: str | None
    name_vi: str
    measure_vi: str | None
    unit_of_measure: str | None
    value: Figure | None
    value_text: str | None
    value_period: str | None
    value_status: str = Field(description="reported, missing, not_applicable, nil_return or error")
    numerator: Figure | None
    denominator: Figure | None
    number_nature: str | None
    is_withheld: bool = Field(description="Under an open blocking flag")
    withheld_reason: str | None = Field(description="Rules of the blocking flags")
    next_target_year: int | None
    next_target_value: Figure | None
    next_target_value_upper: Figure | None
    next_target_text: str | None
    comparator: str | None
    due_on: dt.date | None
    gap: Figure | None
    pace_ratio: Figure | None
    trend: str | None
    status: str
    probability_hit: Figure | None
    needed_per_period: Figure | None
    evidence: str | None = Field(description="Vietnamese sentence that tells where the figure comes from")
    unit_code: str | None
    receipt_id: str | None


class ProgressAnswer(Answer):
    """The progress board of a plan."""

    snapshot: SnapshotRecord
    plan_key: str
    as_of_period: str | None
    periods: list[str]
    indicators: list[IndicatorRecord]


class ExtractAnswer(Answer):
    """A package of the ledger; instants are UTC."""

    export_id: str
    plan_key: str
    period: str
    revision: int
    state: str = Field(description="prepared, approved, sent, received or refused")
    snapshot_id: str
    manifest_sha256: str
    prepared_at: str
    approved_at: str | None
    sent_at: str | None
    received_at: str | None
    download: str | None = Field(description="Address of the zip; empty until a person has approved the package")


class ExtractsAnswer(Answer):
    """Every package of the ledger."""

    extracts: list[ExtractAnswer]


class TroubleRecord(Answer):
    """What went wrong."""

    code: str
    message: str


class TroubleAnswer(Answer):
    """Every answer that is not 200."""

    error: TroubleRecord


class HealthAnswer(Answer):
    """Whether the pages can be served; no snapshot is no illness before the first build."""

    status: str
    snapshot_id: str | None
    as_of: dt.date | None
