"""Word a reminder from the one catalogue `texts.yml`: who, which period, until when, which cells, how to hand in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from ingestion.forms.contents import date_shown, period_shown
from ingestion.forms.layout import SAMPLE_BANNER
from plans.periods import period_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.chasing.due import Reminder
    from ingestion.chasing.ladder import Role

CATALOGUE_FILE = Path(__file__).with_name("texts.yml")
LISTED_CELLS = 20
SHOWN_LABEL = 160


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    vi: str
    en: str


@dataclass(frozen=True)
class Message:
    """A reminder in words; roles, not addresses: only the mail server's own envelope holds those."""

    form_id: str
    step: str
    plan_key: str
    period: str
    unit_code: str
    office_code: str
    audience: tuple[Role, ...]
    subject: str
    body: str

    @property
    def message_id(self) -> str:
        """The same for the same reminder: a mail sent again after a crash is seen as the same mail."""
        return f"<{self.form_id}.{self.step.replace('+', 'plus').replace('-', 'minus')}@thuocdo.invalid>"

    @property
    def content(self) -> bytes:
        """What is kept in a file: subject, blank line, body."""
        return f"{self.subject}\n\n{self.body}\n".encode()

    @property
    def sha256(self) -> str:
        """Sha256 of `content`."""
        return hashlib.sha256(self.content).hexdigest()


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Text]:
    """Return every text by key."""
    return {key: Text(**entry) for key, entry in yaml.safe_load(CATALOGUE_FILE.read_text(encoding="utf-8")).items()}


def word(reminder: Reminder, *, is_sample: bool = False) -> Message:
    """Write a reminder's message; synthetic figures are told as such in subject and body.

    Raises:
        KeyError: the ladder names a text that the catalogue does not hold.
    """
    facts: dict[str, object] = {
        "unit": reminder.unit_name,
        "office": reminder.office_name,
        "commune": _within_sentence(reminder.commune_name),
        "period": _within_sentence(period_shown(period_of(reminder.period))),
        "due_on": date_shown(reminder.due_on),
        "timing": _timing(reminder),
        "count": len(reminder.cells),
        "form_id": reminder.form_id,
        "plan_key": reminder.plan_key,
        "unit_code": reminder.unit_code,
    }
    facts["audience"] = "; ".join(_said(f"role.{role.value}", facts) for role in _told_once(reminder))
    facts["outstanding"] = _said("outstanding.partial" if reminder.is_partial else "outstanding.all", facts)
    subject = " ".join(_said(f"{reminder.text}.subject", facts).split())  # a line break would end the mail's header
    parts = [_said(f"{reminder.text}.body", facts), _cells(reminder), _said("hand_in", facts)]
    return Message(
        form_id=reminder.form_id,
        step=reminder.step,
        plan_key=reminder.plan_key,
        period=reminder.period,
        unit_code=reminder.unit_code,
        office_code=reminder.office_code,
        audience=reminder.audience,
        subject=f"[{SAMPLE_BANNER}] {subject}" if is_sample else subject,
        body="\n\n".join([SAMPLE_BANNER, *parts] if is_sample else parts),
    )


def _within_sentence(title: str) -> str:
    return title[:1].lower() + title[1:]


def _said(key: str, facts: Mapping[str, object]) -> str:
    return catalogue()[key].vi.format_map(facts)


def _told_once(reminder: Reminder) -> list[Role]:
    """Leave out the office where it is the unit itself."""
    is_office = reminder.unit_code == reminder.office_code
    return [role for role in reminder.audience if not (is_office and role.value == "office")]


def _timing(reminder: Reminder) -> str:
    left = reminder.working_days_left
    if reminder.today == reminder.due_on:
        return _said("timing.today", {})
    if reminder.today < reminder.due_on:
        return _said("timing.left" if left else "timing.rest_day", {"days": left})
    return _said("timing.late" if left else "timing.just_late", {"days": -left})


def _cells(reminder: Reminder) -> str:
    """List the first cells under their sheets, and how many more there are."""
    lines: list[str] = []
    for sheet, cells in groupby(reminder.cells[:LISTED_CELLS], key=lambda one: one.sheet):
        lines.append(_said("cell.sheet", {"sheet": sheet}))
        for one in cells:
            facts = {"number": one.row_number, "label": _shortened(one.row_label), "cell": one.cell}
            lines.append("  " + _said("cell.blank" if one.cell else "cell.asked", facts))
    rest = len(reminder.cells) - LISTED_CELLS
    if rest > 0:
        lines.append(_said("cell.more", {"rest": rest, "count": len(reminder.cells)}))
    return "\n".join(lines)


def _shortened(label: str) -> str:
    flat = " ".join(label.split())
    return flat if len(flat) <= SHOWN_LABEL else flat[: SHOWN_LABEL - 1] + "…"
