"""Read one figure from one cell: certain, or refused with the readings that were possible.

Missing, nil return, not applicable and error stay four different things, and none of them is
zero (design 2.8). Rules: domain 7.1, reliability F36-F39 and F47. Figures are `Decimal` with four
decimals, the scale of every stored figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Literal

from ingestion.findings import finding
from ingestion.normalise.dates import parse_day
from ingestion.normalise.literals import is_literal, readings_of
from ingestion.normalise.text import clean, fold

if TYPE_CHECKING:
    from ingestion.findings import Finding
    from ingestion.normalise.literals import Readings

Cell = str | int | float | bool | None
FigureKind = Literal["ratio", "count", "index", "growth", "money"]
ValueStatus = Literal["reported", "missing", "not_applicable", "nil_return", "error"]

STORED_SCALE = Decimal("0.0001")
NOISE_SCALE = Decimal("1E-10")  # binary fractions of a spreadsheet end in noise: 0.1+0.2, 12.000000000000002
STORED_LIMIT = Decimal(10) ** 14  # DECIMAL(18,4)
STORED_LIMIT_TEXT = "14 chữ số trước dấu phẩy"
LONGEST_LITERAL = 60
HUNDRED = Decimal(100)
MOST_UNIT_WORDS = 3

PERCENT_KINDS = frozenset({"ratio", "growth"})
NEVER_NEGATIVE = frozenset({"ratio", "count", "index"})
KIND_TEXT = {
    "ratio": "tỷ lệ, từ 0 đến 100 %",
    "count": "số nguyên, không âm",
    "index": "chỉ số, không có dấu %",
    "growth": "tốc độ tăng, tính bằng %",
    "money": "số tiền",
}

_MISSING = frozenset({"", "-", "–", "—", "…", "...", "chưa có số liệu"})
_NIL = frozenset({"không phát sinh", "kps", "k.p.s", "không có phát sinh"})
_NOT_APPLICABLE = frozenset({"không áp dụng", "không thuộc phạm vi", "n/a", "kad"})
_FORMULA_ERROR = re.compile(r"#[a-z_/0]+[!?]|#n/a|#getting_data|err:[0-9]{3}")
_OPERATOR_WORDS = (
    "tối thiểu", "tối đa", "ít nhất", "nhiều nhất", "trên", "dưới", "hơn", "đạt", "phấn đấu", "không quá", "khoảng",
    "gần", "từ",
)  # fmt: skip
_RANGE = r"[0-9] ?%? ?(?:-|–|đến) ?[0-9]"
_INFINITE = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"})
_WITH_WORDS = re.compile(r"([+-]?[0-9][0-9., ]*?) ?([^\W\d_][^\d]*)")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')

# Money scales in đồng; tr.đ, trđ are everyday short forms.
MONEY_SCALES = {
    "đồng": Decimal(1), "đ": Decimal(1), "vnđ": Decimal(1), "vnd": Decimal(1),
    "nghìn đồng": Decimal(10) ** 3, "ngàn đồng": Decimal(10) ** 3, "nghìn": Decimal(10) ** 3, "ngàn": Decimal(10) ** 3,
    "triệu đồng": Decimal(10) ** 6, "triệu": Decimal(10) ** 6, "tr.đ": Decimal(10) ** 6, "trđ": Decimal(10) ** 6,
    "tr.đồng": Decimal(10) ** 6, "tỷ đồng": Decimal(10) ** 9, "tỷ": Decimal(10) ** 9, "tỉ đồng": Decimal(10) ** 9,
    "tỉ": Decimal(10) ** 9, "nghìn tỷ": Decimal(10) ** 12, "nghìn tỷ đồng": Decimal(10) ** 12,
}  # fmt: skip
_SCALE_WORDS = frozenset({"nghìn", "ngàn", "triệu", "tỷ", "tỉ"})


@dataclass(frozen=True)
class Figure:
    """What a cell says: a value only when `reported`; the finding when it is refused or needs telling."""

    value: Decimal | None
    status: ValueStatus
    finding: Finding | None = None


@dataclass(frozen=True)
class _Context:
    """What the reader knows about a cell beside its content."""

    kind: FigureKind
    shown: str
    number_format: str | None
    unit: str | None
    sheet: str | None
    cell: str | None

    def refused(self, code: str, expected: str | None = None) -> Figure:
        return Figure(None, "error", self.told(code, expected))

    def told(self, code: str, expected: str | None = None) -> Finding:
        return finding(code, sheet=self.sheet, cell=self.cell, found=self.shown, expected=expected)


def parse_figure(
    raw: Cell,
    kind: FigureKind,
    number_format: str | None = None,
    *,
    unit: str | None = None,
    sheet: str | None = None,
    cell: str | None = None,
) -> Figure:
    """Read a figure of one kind from one cell.

    `number_format` is the workbook's format of a typed number (a percent format turns 0.925 into
    92.5). `unit` is the indicator's unit of measure: words after a number that repeat it are quiet,
    and money with a scale word is converted to it (without a unit: to đồng). `sheet` and `cell` only
    go into the finding.

    A ratio or growth that arrives as a bare number above 0 and up to 1 may be a percent or an Excel
    fraction: refused with both readings.
    """
    context = _Context(kind, _as_shown(raw), number_format, unit, sheet, cell)
    if raw is None:
        return Figure(None, "missing")
    if isinstance(raw, bool):
        return context.refused("NUM-05")
    if isinstance(raw, str):
        return _from_text(raw, context)
    return _from_typed(raw, context)


def is_percent_format(number_format: str | None) -> bool:
    """Tell whether a workbook number format multiplies by 100 (a quoted or escaped % only prints a sign)."""
    return number_format is not None and "%" in _QUOTED.sub("", number_format)


def money_scale(unit: str) -> Decimal | None:
    """Return how many đồng a unit of money is; None for what is no unit of money."""
    return _MONEY_KEYS.get(fold(unit))


def has_scale_word(text: str) -> bool:
    """Tell whether a text holds a word that multiplies: nghìn, triệu, tỷ or a short form of them."""
    folded_words = fold(text).split()
    return bool(_SCALE_KEYS & set(folded_words)) or any((money_scale(word) or 0) > 1 for word in folded_words)


def format_figure(value: Decimal) -> str:
    """Write a figure the Vietnamese way: dots between thousands, comma before decimals, no trailing zeros."""
    fixed = f"{value:f}"
    if "." in fixed:
        fixed = fixed.rstrip("0").rstrip(".")
    whole, _, decimals = fixed.partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    sign = "-" if whole.startswith("-") and int(whole) == 0 and decimals else ""
    return f"{sign}{grouped},{decimals}" if decimals else grouped


def _from_typed(raw: float, context: _Context) -> Figure:
    value = Decimal(raw) if isinstance(raw, int) else Decimal(repr(raw))
    if not value.is_finite() or abs(value) >= STORED_LIMIT:
        return context.refused("NUM-04", STORED_LIMIT_TEXT)
    value = value.quantize(NOISE_SCALE)
    if is_percent_format(context.number_format):
        if context.kind not in PERCENT_KINDS:
            return context.refused("NUM-02", KIND_TEXT[context.kind])
        return _stored(value * HUNDRED, context)
    return _bare_number(value, context)


def _from_text(raw: str, context: _Context) -> Figure:
    text = clean(raw.replace("\u2212", "-"))
    folded = fold(text)
    state = _state_of(folded, context)
    if state is not None:
        return state
    if len(text) > LONGEST_LITERAL:
        return context.refused("NUM-04" if is_literal(text) else "NUM-05", STORED_LIMIT_TEXT)
    if is_literal(text):
        return _from_literal(text, context)
    if text.endswith("%"):
        return _from_percent(text[:-1].rstrip(), context)
    return _from_words(folded, context)


def written_state(text: str) -> ValueStatus | None:
    """Return which state a text says instead of a figure or a choice: missing, nil return or not applicable."""
    folded = fold(text)
    if folded in _MISSING:
        return "missing"
    if folded in _NIL_KEYS:
        return "nil_return"
    return "not_applicable" if folded in _NOT_APPLICABLE_KEYS else None


def _state_of(folded: str, context: _Context) -> Figure | None:
    state = written_state(folded)
    if state is not None:
        return Figure(None, state)
    if parse_day(folded).value is not None:  # a day that the program made of what was typed: 1-5, 5/2026
        return context.refused("NUM-05")
    if _FORMULA_ERROR.fullmatch(folded):
        return context.refused("NUM-03")
    if folded in _INFINITE:
        return context.refused("NUM-04", STORED_LIMIT_TEXT)
    if _OPERATOR.search(folded):
        return context.refused("NUM-06")
    return None


def _from_literal(text: str, context: _Context) -> Figure:
    value = _one_reading(text, context)
    return value if isinstance(value, Figure) else _bare_number(value, context)


def _from_percent(text: str, context: _Context) -> Figure:
    if not is_literal(text):
        return context.refused("NUM-05")
    if context.kind not in PERCENT_KINDS:
        return context.refused("NUM-02", KIND_TEXT[context.kind])
    value = _one_reading(text, context)
    return value if isinstance(value, Figure) else _stored(value, context)


def _from_words(folded: str, context: _Context) -> Figure:
    parts = _WITH_WORDS.fullmatch(folded)
    if parts is None:
        return context.refused("NUM-05")
    literal, words = parts[1].rstrip(), parts[2]
    if context.kind == "money":
        return _money(literal, words, context)
    if context.kind != "count" or len(words.split()) > MOST_UNIT_WORDS:
        return context.refused("NUM-05")
    if _SCALE_KEYS & set(words.split()):
        return context.refused("NUM-02", KIND_TEXT["count"])
    figure = _from_literal(literal, context)
    if figure.value is None or (context.unit is not None and words == fold(context.unit)):
        return figure
    return Figure(figure.value, figure.status, context.told("NUM-07", format_figure(figure.value)))


def _money(literal: str, words: str, context: _Context) -> Figure:
    scale = _MONEY_KEYS.get(words)
    base = money_scale(context.unit) if context.unit else Decimal(1)
    if scale is None or base is None or not is_literal(literal):
        return context.refused("NUM-02" if scale is not None else "NUM-05", KIND_TEXT["money"])
    value = _one_reading(literal, context, whole_only=scale == 1)
    return value if isinstance(value, Figure) else _stored(value * scale / base, context)


def _one_reading(text: str, context: _Context, *, whole_only: bool = False) -> Decimal | Figure:
    readings = readings_of(text)
    if readings is None:
        return context.refused("NUM-05")
    if not readings.is_ambiguous:
        return readings.certain if readings.certain is not None else context.refused("NUM-05")
    decided = _by_kind(readings, context, whole_only=whole_only)
    return decided if decided is not None else context.refused("NUM-01", _both(readings.decimal, readings.grouped))


def _by_kind(readings: Readings, context: _Context, *, whole_only: bool) -> Decimal | None:
    """Settle `1.234` and `1,234` where the kind allows one reading only (domain 7.1)."""
    in_dong = context.kind == "money" and (whole_only or (context.unit is not None and money_scale(context.unit) == 1))
    if readings.separator == "." and (context.kind == "count" or in_dong):
        return readings.grouped
    if readings.separator == "," and context.kind == "ratio":
        return readings.decimal
    return None


def _bare_number(value: Decimal, context: _Context) -> Figure:
    if not _is_storable(value):
        return context.refused("NUM-04", STORED_LIMIT_TEXT)
    if context.kind in PERCENT_KINDS and 0 < abs(value) <= 1 and _fits(value, context.kind):
        return context.refused("NUM-01", _both(value, value * HUNDRED, " %"))
    return _stored(value, context)


def _both(first: Decimal | None, second: Decimal | None, suffix: str = "") -> str:
    return " hoặc ".join(format_figure(value) + suffix for value in (first, second) if value is not None)


def _stored(value: Decimal, context: _Context) -> Figure:
    if not _is_storable(value):
        return context.refused("NUM-04", STORED_LIMIT_TEXT)
    if not _fits(value, context.kind):
        return context.refused("NUM-02", KIND_TEXT[context.kind])
    rounded = value.quantize(STORED_SCALE, ROUND_HALF_EVEN)
    return Figure(abs(rounded) if rounded == 0 else rounded, "reported")


def _is_storable(value: Decimal) -> bool:
    return abs(value) < STORED_LIMIT and (value == 0 or abs(value) >= NOISE_SCALE)


def _fits(value: Decimal, kind: FigureKind) -> bool:
    if value < 0 and kind in NEVER_NEGATIVE:
        return False
    if kind == "ratio" and value > HUNDRED:
        return False
    return kind != "count" or value == value.to_integral_value()


def _as_shown(raw: Cell) -> str:
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, bool):
        return "Đúng" if raw else "Sai"
    return "" if raw is None else str(raw)


_NIL_KEYS = frozenset(map(fold, _NIL))
_NOT_APPLICABLE_KEYS = frozenset(map(fold, _NOT_APPLICABLE))
_SCALE_KEYS = frozenset(map(fold, _SCALE_WORDS))
_MONEY_KEYS = {fold(words): scale for words, scale in MONEY_SCALES.items()}
_OPERATOR = re.compile(rf"^[≥≤<>]|^= ?[0-9]|^(?:{'|'.join(map(fold, _OPERATOR_WORDS))}) .*[0-9]|{_RANGE}")
