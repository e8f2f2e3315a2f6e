"""Exact values as text, one way for every format, so that all formats can be held against each other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

Value = str | int | bool | Decimal | dt.date | None


def decimal_text(figure: Decimal) -> str:
    """Write a figure exactly: no exponent, no idle zeros, no minus zero."""
    return f"{figure.normalize() + 0:f}"


def value_text(value: Value) -> str:
    """Write any value as text; nothing for no value, which zero never is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)
