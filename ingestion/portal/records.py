"""The shape of a portal file (`portals/<name>.yml`): a new portal is a file, not code."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from warehouse.errors import SettingsRefused
from warehouse.record_files import read_record

if TYPE_CHECKING:
    from pathlib import Path

Key = Annotated[str, StringConstraints(min_length=1, max_length=60)]
"""Name of a key in the portal's own JSON."""
STAMP = "%Y%m%d%H%M%S"
STAMP_DIGITS = 14


class Record(BaseModel):
    """Base of all records of a portal file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionRule(Record):
    """How to log in: POST of username and password, destination code in header `dstcode`."""

    path: str
    username: str
    destination: str
    expired_codes: tuple[str, ...] = Field(description="error_code values that mean 'log in again'")


class SearchRule(Record):
    """How to ask for dossiers by their last update, page by page."""

    path: str
    service: str
    ok_codes: tuple[str, ...]
    page_size: int = Field(ge=1, le=10_000)
    page_cap: int = Field(ge=1, description="Pages of one commune in one pull; the next pull goes on")
    batch_rows: int = Field(ge=1, description="New dossiers of a commune that are kept together, as one raw batch")
    pass_cap: int = Field(ge=1, description="Readings of one window before its contract counts as broken")
    overlap_minutes: int = Field(ge=0)


class Limits(Record):
    """What is polite to the portal and safe for us."""

    requests_per_second: float = Field(gt=0)
    connect_seconds: float = Field(gt=0)
    read_seconds: float = Field(gt=0)
    response_seconds: float = Field(gt=0, description="Whole exchange, against an answer that drips")
    response_bytes: int = Field(gt=0)
    attempts: int = Field(ge=1)
    first_wait_seconds: float = Field(ge=0)
    longest_wait_seconds: float = Field(ge=0)


class FieldMap(Record):
    """Our name of a value → the portal's key. A key that an answer lacks is a broken contract."""

    dossier_code: Key
    procedure_code: Key
    field_code: Key
    submitted_at: Key
    received_at: Key
    due_at: Key
    resolved_at: Key
    returned_at: Key
    updated_at: Key = Field(description="The watermark field")
    status: Key
    channel: Key
    applicant_kind: Key
    payment: Key
    satisfaction: Key
    service_level: Key
    submitted_to: Key
    processed_by: Key
    digitised_flag: Key


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error:
        raise ValueError("không phải biểu thức chính quy hợp lệ") from None
    return pattern


Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_compiled)]
"""A regular expression that a whole text must match."""


class CodePatterns(Record):
    """What the portal's codes look like: a name, a date or an id typed into the field matches none of them."""

    dossier_code: Pattern
    procedure_code: Pattern
    field_code: Pattern


class ComponentMap(Record):
    """Keys of the submitted component files."""

    list: Key
    file_id: Key
    file_name: Key
    is_deleted: Key
    is_digitised: Key
    reuse: Key
    reused_values: tuple[str, ...]
    default_file_names: tuple[str, ...]


class ResultMap(Record):
    """Keys of the result files."""

    list: Key
    file_id: Key
    file_address: Key


class FeeMap(Record):
    """Keys of the fees."""

    list: Key
    amount: Key


class SupplementMap(Record):
    """Keys of the supplement requests."""

    list: Key
    requested_at: Key
    received_at: Key
    new_due_at: Key


class Portal(Record):
    """One portal."""

    schema_version: int = Field(ge=1, le=1)
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    title: str
    is_synthetic: bool
    address: str
    allowed_hosts: tuple[str, ...] = Field(min_length=1)
    allows_private_network: bool
    time_zone: str
    first_day: dt.date = Field(description="Where the first pull of a commune starts")
    session: SessionRule
    search: SearchRule
    limits: Limits
    agency_codes: dict[str, str]
    fields: FieldMap
    code_patterns: CodePatterns
    components: ComponentMap
    results: ResultMap
    fees: FeeMap
    supplements: SupplementMap
    full_online_values: tuple[str, ...]
    statuses: dict[str, str]
    channels: dict[str, str]
    applicant_kinds: dict[str, str]
    payments: dict[str, str]

    @model_validator(mode="after")
    def _known_zone(self) -> Self:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"không có múi giờ '{self.time_zone}'") from error
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the portal writes its instants."""
        return ZoneInfo(self.time_zone)

    @property
    def overlap(self) -> dt.timedelta:
        """How far before the watermark a pull starts, to catch updates that arrive late."""
        return dt.timedelta(minutes=self.search.overlap_minutes)

    def agency_code(self, commune_code: str) -> str:
        """Return the portal's code of a commune (`madonvi`); the commune code where none is listed."""
        return self.agency_codes.get(commune_code, commune_code)

    def stamp(self, moment: dt.datetime) -> str:
        """Write an instant as the portal does: 14 digits in its own zone."""
        return moment.astimezone(self.zone).strftime(STAMP)

    def instant(self, stamp: str) -> dt.datetime:
        """Read 14 digits as a UTC instant; raises ValueError for anything else."""
        return wall_clock(stamp).replace(tzinfo=self.zone).astimezone(dt.UTC)

    def start_of(self, day: dt.date) -> dt.datetime:
        """Return the first UTC instant of a day in the portal's zone."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)


PORTAL: TypeAdapter[Portal] = TypeAdapter(Portal)


def wall_clock(stamp: str) -> dt.datetime:
    """Read 14 digits as a naive moment of the portal's zone; raises ValueError for anything else."""
    if len(stamp) != STAMP_DIGITS or not (stamp.isascii() and stamp.isdigit()):
        raise ValueError("not a 14-digit instant")
    # As ISO 8601's basic form: strptime is thirty times slower, and a million rows a month pass here.
    return dt.datetime.fromisoformat(f"{stamp[:8]}T{stamp[8:]}")


def read_portal(path: Path) -> Portal:
    """Read one portal file.

    Raises:
        SettingsRefused: the file is missing, is no YAML, or breaks the schema; the message
            names the file and every field that is wrong.
    """
    portal = read_record(path, PORTAL, SettingsRefused, "tệp cổng dịch vụ công")
    if portal.name != path.stem:
        raise SettingsRefused(
            f"Tệp {path.name}: name là '{portal.name}', phải trùng tên tệp ('{path.stem}').", file=str(path)
        )
    return portal


def read_portals(folder: Path) -> dict[str, Portal]:
    """Read every portal file of a folder, by name; raises SettingsRefused at the first broken one."""
    return {path.stem: read_portal(path) for path in sorted(folder.glob("*.yml"))}
