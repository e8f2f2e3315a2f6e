"""Filled forms whose figures are written in every way that people write them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ingestion.forms.layout import INDICATOR_SHEET, TASK_SHEET
from ingestion.normalise.numbers import format_figure
from tests.fixtures.make_honest.base import rows_of

if TYPE_CHECKING:
    from ingestion.forms.records import ParsedForm

Rows = list[list[object]]
Book = dict[str, Rows]
NUMERATOR, DENOMINATOR, VALUE, NIL = 5, 6, 7, 8
RATIO, COUNT, INDEX, GROWTH, MONEY, YES_NO, TEXT = 15, 16, 17, 18, 19, 21, 22
CODES = {14: "ct-01", 15: "ct-02", 16: "ct-03", 17: "ct-04", 18: "ct-05", 19: "ct-06", 21: "ct-07", 22: "ct-08"}


@dataclass(frozen=True)
class Answered:
    """A filled form and what it says: (value, text, status, numerator, denominator) by indicator."""

    book: Book
    says: dict[str, tuple[object, ...]]


def rows_of_form() -> Rows:
    """Return the indicator sheet of the small commune's form."""
    return rows_of()


@st.composite
def filled_forms(draw: st.DrawFn) -> Answered:
    """Draw answers and the way each is written, and type them into the form."""
    rows = rows_of_form()
    for row in CODES:
        for column in (NUMERATOR, DENOMINATOR, VALUE, NIL):
            rows[row][column] = None
    says: dict[str, tuple[object, ...]] = dict.fromkeys(CODES.values(), (None, None, "missing", None, None))
    whole = draw(st.integers(1, 99_999))
    part = draw(st.integers(0, whole))
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.0001"), "ROUND_HALF_UP")
    rows[14][NUMERATOR], rows[14][DENOMINATOR] = draw(_spelled_count(part)), draw(_spelled_count(whole))
    says["ct-01"] = (share, None, "reported", Decimal(part), Decimal(whole))
    for row, figures, spell in FIGURES:
        figure = draw(figures)
        rows[row][VALUE] = draw(spell(figure))
        says[CODES[row]] = (figure, None, "reported", None, None)
    choice = draw(st.sampled_from(["Có", "Không", "Đang thực hiện"]))
    rows[YES_NO][VALUE] = draw(st.sampled_from([choice, choice.upper(), f" {choice} "]))
    says["ct-07"] = (None, choice, "reported", None, None)
    state, cell, column = draw(st.sampled_from(STATES))
    rows[TEXT][column] = cell
    says["ct-08"] = (None, None, state, None, None)
    return Answered({INDICATOR_SHEET: rows, TASK_SHEET: rows_of(sheet=TASK_SHEET)}, says)


def said(parsed: ParsedForm) -> dict[str, tuple[object, ...]]:
    """Return what was read, as `Answered.says` tells it."""
    return {
        row.indicator_code: (row.value, row.value_text, row.value_status, row.numerator, row.denominator)
        for row in parsed.observations
    }


def _spelled_count(figure: int) -> st.SearchStrategy[object]:
    return st.sampled_from([figure, str(figure), format_figure(Decimal(figure)), f"{figure:,}".replace(",", " ")])


def _spelled_whole(figure: Decimal) -> st.SearchStrategy[object]:
    return st.one_of(_spelled_count(int(figure)), st.just(f"{figure} sáng kiến"), st.just(float(figure)))


def _spelled_decimal(figure: Decimal) -> st.SearchStrategy[object]:
    """Write a figure with decimals; 2.453 without them would be two figures (NUM-01)."""
    text = f"{figure}".replace(".", ",")
    grouped = format_figure(figure) if figure % 1 else text
    return st.sampled_from([float(figure), text, grouped, f" {text}\u00a0"])


def _spelled_percent(figure: Decimal) -> st.SearchStrategy[object]:
    text = f"{figure}".replace(".", ",")
    return st.sampled_from([float(figure), text, f"{text}%", f"{text} %", f"{figure}%", f"\u200b{text}"])


def _hundredths(lowest: str, highest: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(lowest, highest, places=2)


FIGURES = (
    (RATIO, _hundredths("1.01", "100"), _spelled_percent), (COUNT, st.integers(0, 10**7).map(Decimal), _spelled_whole),
    (INDEX, _hundredths("0", "9"), _spelled_decimal), (GROWTH, _hundredths("-50", "-1.01"), _spelled_percent),
    (MONEY, _hundredths("0", "99999"), _spelled_decimal),
)  # fmt: skip
STATES = (("nil_return", "x", NIL), ("nil_return", "KPS", VALUE), ("missing", "-", VALUE), ("missing", None, VALUE))
