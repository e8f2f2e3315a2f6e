"""Say things to people: the catalogue's words, and figures, periods and days as the language writes them."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

from warehouse.clock import VIETNAM
from warehouse.extracts.values import decimal_text
from warehouse.extracts.wording import figure_shown, period_shown
from warehouse.ledger import from_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["vi", "en"]
LANGUAGES: Mapping[Language, str] = {"vi": "Tiếng Việt", "en": "English"}
TEXTS = Path(__file__).with_name("texts.yml")
TREND_SIGNS = {"up": "▲", "down": "▼", "flat": "="}
NO_BREAK_SPACE = "\u00a0"
COMPARATOR_SIGNS = {"=": "", "between": ""} | {
    comparator: sign + NO_BREAK_SPACE for comparator, sign in {">=": "≥", ">": ">", "<=": "≤", "<": "<"}.items()
}


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[Language, str]]:
    """Return every text of the pages in every language."""
    texts: dict[str, dict[Language, str]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return texts


def language_of(asked: str | None) -> Language:
    """Return the asked language, Vietnamese unless English was asked for."""
    return "en" if asked == "en" else "vi"


class Wording:
    """One language's way of saying things; nothing here knows of HTML."""

    def __init__(self, language: Language) -> None:
        """Speak one language."""
        self.language: Language = language

    def say(self, key: str, **facts: object) -> str:
        """Return a text of the catalogue with its placeholders filled in; raises KeyError for an unknown key."""
        return catalogue()[key][self.language].format(**facts)

    def figure(self, figure: Decimal, unit: str | None = None) -> str:
        """Write a figure exactly, with the decimal sign of the language and its unit of measure."""
        written = figure_shown(figure) if self.language == "vi" else decimal_text(figure)
        if unit is None:
            return written
        return f"{written}%" if unit == "%" else f"{written}{NO_BREAK_SPACE}{unit}"

    def chance(self, probability: Decimal) -> str:
        """Write a probability (0 to 1) in whole percent."""
        return f"{(probability * 100).quantize(Decimal(1), ROUND_HALF_UP)}%"

    def target(
        self, comparator: str | None, low: Decimal | None, high: Decimal | None, unit: str | None = None
    ) -> str | None:
        """Write a target as a sign and a figure; None when it has no figure."""
        if low is None or comparator is None:
            return None
        if comparator == "between" and high is not None:
            return self.say("target_between", low=self.figure(low), high=self.figure(high, unit))
        return COMPARATOR_SIGNS[comparator] + self.figure(low, unit)

    def period(self, code: str) -> str:
        """Write a period as offices do; in English its code, which sorts and is never misread."""
        return period_shown(code) if self.language == "vi" else code

    def period_within(self, code: str) -> str:
        """Write a period inside a sentence."""
        written = self.period(code)
        return written[0].lower() + written[1:]

    def day(self, day: dt.date | str) -> str:
        """Write a day."""
        day = dt.date.fromisoformat(day) if isinstance(day, str) else day
        return f"{day:%d/%m/%Y}" if self.language == "vi" else day.isoformat()

    def moment(self, instant: dt.datetime | str) -> str:
        """Write an instant in Vietnam's time; text is an instant of the ledger."""
        instant = from_instant(instant) if isinstance(instant, str) else instant
        local = instant.astimezone(VIETNAM)
        return f"{local:%H:%M} {self.day(local.date())}"
