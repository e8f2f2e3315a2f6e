"""The reminder ladder as data: which step is reached on which working day, and who hears of it."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Self

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from plans.periods import add_working_days
from plans.reading import PLANS_FOLDER
from plans.records import Code, Record
from warehouse.errors import SettingsRefused
from warehouse.wording import fault_vi

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

LADDER_FILE = PLANS_FOLDER / "reference" / "reminders.yml"


class Role(StrEnum):
    """Who hears of a reminder."""

    UNIT = "unit"
    OFFICE = "office"  # the plan's focal unit, which gathers the reports
    VICE_CHAIR = "vice_chair"
    PROVINCE = "province"


class Step(Record):
    """One step of the ladder; `audience_when_partial` holds once a valid file is in."""

    code: Annotated[str, StringConstraints(pattern=r"^T[+-][1-9][0-9]?$")]
    working_days_after_due: int
    audience: tuple[Role, ...] = Field(min_length=1)
    audience_when_partial: tuple[Role, ...] = Field(min_length=1)
    text: Code

    @model_validator(mode="after")
    def _code_says_the_day(self) -> Self:
        if int(self.code[1:]) != self.working_days_after_due:
            msg = f"bước {self.code} không khớp working_days_after_due {self.working_days_after_due}"
            raise ValueError(msg)
        return self

    @property
    def is_before_due(self) -> bool:
        """Whether the step speaks of a day that is still to come."""
        return self.working_days_after_due < 0

    def day(self, due_on: dt.date) -> dt.date:
        """Return the working day on which the step is taken."""
        return add_working_days(due_on, self.working_days_after_due)


class Ladder(Record):
    """Every step, and when chasing ends."""

    lapses_after_working_days: int = Field(ge=1, le=250)
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_ascend(self) -> Self:
        days = [step.working_days_after_due for step in self.steps]
        if days != sorted(set(days)):
            msg = "các bước phải xếp theo ngày tăng dần, không trùng ngày"
            raise ValueError(msg)
        if self.lapses_after_working_days <= days[-1]:
            msg = "lapses_after_working_days phải sau bước cuối cùng"
            raise ValueError(msg)
        return self

    def step_reached(self, due_on: dt.date, today: dt.date) -> Step | None:
        """Return the step that speaks on a day, or None.

        It is the last one whose day has come, so that a day on which nothing ran is made up
        for without saying two things at once. A step before the due day says nothing after it.
        """
        if today > add_working_days(due_on, self.lapses_after_working_days):
            return None
        reached = [step for step in self.steps if step.day(due_on) <= today]
        if not reached or (reached[-1].is_before_due and today > due_on):
            return None
        return reached[-1]


@lru_cache(maxsize=2)
def read_ladder(path: Path = LADDER_FILE) -> Ladder:
    """Read the ladder; raises SettingsRefused that names the wrong field."""
    try:
        return Ladder.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'tệp'}: {fault_vi(dict(e))}" for e in error.errors())
        raise SettingsRefused(f"Thang nhắc việc {path.name} sai: {wrong}. Hãy sửa tệp đó.") from error
    except (OSError, yaml.YAMLError) as error:
        raise SettingsRefused(f"Không đọc được thang nhắc việc {path.name}: {' '.join(str(error).split())}.") from error
