"""What a form says once it has been read: observations, task reports, findings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.findings import Finding
    from ingestion.forms.layout import FormIdentity


@dataclass(frozen=True)
class Sender:
    """Who hands in, as the channel knows it (folder, account), never as the file says.

    A part that the channel does not know is None: a person of the data staff who hands in for
    any unit knows neither, and then the form's own identity counts.
    """

    plan_key: str | None = None
    unit_code: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether the channel knows both the plan and the unit."""
        return self.plan_key is not None and self.unit_code is not None

    def agrees_with(self, plan_key: str | None, unit_code: str | None) -> bool:
        """Whether nothing that the channel knows contradicts a plan and a unit."""
        return self.plan_key in {None, plan_key} and self.unit_code in {None, unit_code}

    @property
    def shown(self) -> str:
        """The sender as findings name it."""
        return f"{self.plan_key or '…'}/{self.unit_code or '…'}"


@dataclass(frozen=True)
class Observation:
    """One indicator's answer.

    `value` is in percent points 0-100 for ratios, else in the indicator's own unit; where both
    `numerator` and `denominator` are given it is computed from them. `value_text` is the chosen
    answer of a yes/no or qualitative indicator, which has no `value`: a choice is no figure.
    `value_status`: reported, missing, not_applicable, nil_return, error.
    """

    indicator_code: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    value_text: str | None
    value_status: str
    number_nature: str | None
    note: str | None
    sheet: str
    cell: str


@dataclass(frozen=True)
class TaskReport:
    """One task's answer; `state` is one of `layout.TASK_STATES`, `percent_done` 0-100."""

    task_code: str
    state: str | None
    percent_done: Decimal | None
    product_note: str | None
    value_status: str
    sheet: str
    cell: str


@dataclass(frozen=True)
class ParsedForm:
    """A form as read; where `is_refused`, not one of its figures may be stored (rule R17)."""

    identity: FormIdentity | None
    observations: tuple[Observation, ...]
    task_reports: tuple[TaskReport, ...]
    findings: tuple[Finding, ...]

    @property
    def is_refused(self) -> bool:
        """Whether any finding is an error."""
        return any(found.severity == "error" for found in self.findings)

    @property
    def answers(self) -> tuple[Observation | TaskReport, ...]:
        """Every answer, indicators first."""
        return (*self.observations, *self.task_reports)

    @property
    def cells_filled(self) -> int:
        """How many of the expected answers were given, nil returns and 'not applicable' included."""
        return sum(answer.value_status != "missing" for answer in self.answers)

    @property
    def content_hash(self) -> str:
        """Sha256 of what the form says: every answer in code order, wherever in the file it stood."""
        said = [
            {name: _canonical(fact) for name, fact in asdict(answer).items() if name not in PLACE}
            for answer in self.answers
        ]
        said.sort(key=lambda row: (row.get("indicator_code") or "", row.get("task_code") or ""))
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


PLACE = ("sheet", "cell")


def _canonical(fact: object) -> str | None:
    if isinstance(fact, Decimal):
        return f"{fact:.4f}"
    return None if fact is None else str(fact)
