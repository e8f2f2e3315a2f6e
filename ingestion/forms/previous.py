"""Last period's accepted answers: shown beside the cells, and offered again where they last.

Most wrong figures are seen against the last right one. What was done or introduced stays so: a
"Có", a "Đạt", a finished task need not be typed again every month.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingestion.forms.contents import decimal_shown
from ingestion.forms.layout import FORM_CODE, TASK_STATES, TEXT_CHOICES, YES_NO_CHOICES
from ingestion.forms.stored import stored_answers
from plans.periods import period_of
from warehouse.ledger_tables import SUBMISSIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ingestion.forms.stored import Row, StoredAnswers
    from ingestion.forms.writing.filling import CellKey
    from warehouse.settings import Settings

SHOWN = Decimal("0.01")
LASTING_CHOICES = frozenset({YES_NO_CHOICES[0], TEXT_CHOICES[0]})
"""Answers that hold until someone says otherwise: "Có" and "Đạt". A figure never does."""
DONE = "done"
DONE_PERCENT = 100
STATE_NAMES = {code: name for name, code in TASK_STATES.items()}


@dataclass(frozen=True)
class Previous:
    """A unit's answers of its latest earlier accepted period.

    `shown`: text by indicator or task code, as the form shows it. `lasting`: the cells whose
    answer stands until the unit changes it. `period`: the period they are of, None without one.
    """

    period: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    lasting: Mapping[CellKey, str | int] = field(default_factory=dict)


NOTHING = Previous()


def previous_answers(
    settings: Settings, engine: sa.Engine, plan_key: str, period: str, unit_codes: Collection[str]
) -> dict[str, Previous]:
    """Return the answers of each unit's latest earlier accepted period.

    Returns:
        By unit code; a unit without an accepted earlier period is left out. Indicators and
        tasks without an answer are left out of `shown`: a figure stands with a decimal comma, a
        choice as chosen, "Không phát sinh" for a nil return, a task as "Đang thực hiện, 40%".
    """
    latest = _latest_earlier(engine, plan_key, period, unit_codes)
    answers = stored_answers(settings, {row.submission_id for row in latest.values()})
    return {
        unit_code: _previous(row.period, answers[row.submission_id])
        for unit_code, row in latest.items()
        if row.submission_id in answers
    }


def _latest_earlier(
    engine: sa.Engine, plan_key: str, period: str, unit_codes: Collection[str]
) -> dict[str, sa.Row[tuple[str, str, str, int]]]:
    submission = SUBMISSIONS.c
    query = sa.select(submission.unit_code, submission.submission_id, submission.period, submission.revision).where(
        submission.plan_key == plan_key,
        submission.unit_code.in_(unit_codes),
        submission.form_code == FORM_CODE,
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    asked = period_of(period).ends_on
    earlier = [row for row in rows if period_of(row.period).ends_on < asked]
    earlier.sort(key=lambda row: (period_of(row.period).ends_on, period_of(row.period).starts_on, row.revision))
    return {row.unit_code: row for row in earlier}


def _previous(period: str, answers: StoredAnswers) -> Previous:
    shown = {row["indicator_code"]: _answer_shown(row) for row in answers.observations}
    shown |= {row["task_code"]: _report_shown(row) for row in answers.task_reports}
    return Previous(period, {code: text for code, text in shown.items() if text}, dict(_lasting(answers)))


def _lasting(answers: StoredAnswers) -> Iterator[tuple[CellKey, str | int]]:
    for row in answers.observations:
        if row["value_text"] in LASTING_CHOICES:
            yield ("indicator", row["indicator_code"], "value"), row["value_text"]
    for row in answers.task_reports:
        if row["state"] == DONE:
            yield ("task", row["task_code"], "state"), STATE_NAMES[DONE]
            yield ("task", row["task_code"], "percent"), DONE_PERCENT


def _answer_shown(row: Row) -> str:
    if row["value_status"] == "nil_return":
        return "Không phát sinh"
    if row["value_text"]:
        return str(row["value_text"])
    return "" if row["value"] is None else decimal_shown(row["value"].quantize(SHOWN, ROUND_HALF_UP))


def _report_shown(row: Row) -> str:
    percent = "" if row["percent_done"] is None else f"{decimal_shown(row['percent_done'])}%"
    return ", ".join(part for part in (STATE_NAMES.get(row["state"] or "", ""), percent) if part)
