"""Every reading that a number written as text allows: one reading is certain, two are ambiguous.

Vietnamese writes dots between thousands and a comma before decimals (Luật Kế toán 2003, Điều 12:
1.234,5); software and habit bring the English way (1,234.5). Domain 7.1, reliability F36.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Separator = Literal[".", ","]

# Optional sign, then digits with dots, commas, spaces or an exponent; only ASCII digits are figures.
_LITERAL = re.compile(r"[+-]?[0-9](?:[0-9., ]*[0-9])?(?:[eE][+-]?[0-9]{1,6})?")
_PLAIN = re.compile(r"[0-9]+")
_EXPONENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)[eE]([+-]?[0-9]+)")
_SPACED_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_GROUPED: dict[Separator, re.Pattern[str]] = {
    ".": re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    ",": re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
}
_DECIMAL: dict[Separator, re.Pattern[str]] = {".": re.compile(r"[0-9]+\.[0-9]+"), ",": re.compile(r"[0-9]+,[0-9]+")}


@dataclass(frozen=True)
class Readings:
    """What a written number can mean: `decimal` reads its one separator as a decimal sign, `grouped` as thousands.

    With no doubt, exactly one of the two is set. `separator` is the sign in doubt, else None.
    """

    decimal: Decimal | None
    grouped: Decimal | None
    separator: Separator | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether both readings are possible."""
        return self.decimal is not None and self.grouped is not None

    @property
    def certain(self) -> Decimal | None:
        """Return the only reading; None when there are two."""
        return None if self.is_ambiguous else (self.decimal if self.decimal is not None else self.grouped)


def is_literal(text: str) -> bool:
    """Tell whether a cleaned text is written like a number (well formed or not)."""
    return _LITERAL.fullmatch(text) is not None


def readings_of(text: str) -> Readings | None:
    """Return the readings of a cleaned number text (sign allowed, no unit), or None if it is malformed.

    `1.234.567` and `1 234 567` are grouped; `92.5`, `0,925`, `12,3456` are decimal; `1.234` and
    `1,234` are both: one group of exactly three digits after one to three digits not starting with 0.
    """
    negative = text.startswith("-")
    body = text.lstrip("+-")
    readings = _unsigned(body)
    if readings is None or not negative:
        return readings
    return Readings(
        None if readings.decimal is None else -readings.decimal,
        None if readings.grouped is None else -readings.grouped,
        readings.separator,
    )


def _unsigned(body: str) -> Readings | None:
    if _PLAIN.fullmatch(body):
        return Readings(Decimal(body), None)
    if exponent := _EXPONENT.fullmatch(body):
        return Readings(Decimal(f"{exponent[1].replace(',', '.')}E{exponent[2]}"), None)
    if _SPACED_THOUSANDS.fullmatch(body):
        return Readings(None, Decimal(body.replace(" ", "").replace(",", ".")))
    return _with_separators(body)


def _with_separators(body: str) -> Readings | None:
    grouped = [sign for sign in _GROUPED if _GROUPED[sign].fullmatch(body)]
    decimals = [sign for sign in _DECIMAL if _DECIMAL[sign].fullmatch(body)]
    if not grouped and not decimals:
        return None
    by_groups = _ungrouped(body, grouped[0]) if grouped else None
    by_decimal = Decimal(body.replace(",", ".")) if decimals else None
    return Readings(by_decimal, by_groups, decimals[0] if grouped and decimals else None)


def _ungrouped(body: str, sign: str) -> Decimal:
    return Decimal(body.replace(sign, "").replace(",", "."))
