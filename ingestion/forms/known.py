"""What the system knows of a unit's form before the unit fills it in, and the cells that it fills in beforehand.

A prefilled cell is an offer: it stays open, and what the unit sends is the unit's statement, whether it
left the figure as it was or not. Nothing is ever handed in for a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.forms.catalogue import canonical_entries
from ingestion.forms.contents import date_shown, moment_shown, period_shown
from ingestion.forms.layout import NATURES, NIL_MARK
from ingestion.forms.portal_figures import portal_figures
from ingestion.forms.previous import NOTHING, Previous, previous_answers
from ingestion.forms.writing.explanations import explain
from ingestion.forms.writing.filling import NATURE_CELL, Filling
from plans.periods import period_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping

    import sqlalchemy as sa

    from ingestion.forms.contents import FormContents
    from ingestion.forms.portal_figures import PortalFigure, PortalFigures
    from ingestion.forms.writing.filling import Answer, CellKey
    from plans.records import CanonicalIndicator, Plan
    from warehouse.settings import Settings

Offer = tuple["CellKey", "Answer", str]
"""A cell, the answer offered in it, and where the answer comes from."""


@dataclass(frozen=True)
class Known:
    """What is known of the forms of a plan's units for one period."""

    previous: Mapping[str, Previous]
    portal: PortalFigures
    entries: Mapping[str, CanonicalIndicator]

    def of_unit(self, unit_code: str) -> Previous:
        """Return a unit's last answers; nothing where it has none."""
        return self.previous.get(unit_code, NOTHING)


def known_of(
    settings: Settings, engine: sa.Engine, plan: Plan, period: str, unit_codes: Collection[str], now: dt.datetime
) -> Known:
    """Gather last period's answers of units and the portal's figures of the period, as known at `now`."""
    previous = previous_answers(settings, engine, plan.plan_key, period, unit_codes)
    figures = portal_figures(settings, period_of(period), now)
    return Known(previous, figures, canonical_entries(settings.plans_folder))


def explanations(contents: FormContents, entries: Mapping[str, CanonicalIndicator]) -> dict[CellKey, str]:
    """Return the notes that explain the cells of the indicator table."""
    own = {row.key for row in contents.indicators}
    return {
        ("indicator", indicator.code, column): text
        for indicator in contents.plan.indicators
        if indicator.code in own
        for column, text in explain(indicator, entries.get(indicator.canonical_code or "")).items()
    }


def offered(contents: FormContents, known: Known) -> Filling:
    """Fill in what is known: the kind of figures, the portal's counts, answers that last from period to period."""
    previous = known.of_unit(contents.unit.code)
    offers = [*_portal_offers(contents, known.portal), *_lasting_offers(contents, previous)]
    nature = "estimate" if contents.is_estimate else "actual"
    answers: dict[CellKey, Answer] = {NATURE_CELL: next(text for text, code in NATURES.items() if code == nature)}
    return Filling(
        answers=answers | {cell: answer for cell, answer, _ in offers},
        prefilled={cell: source for cell, _, source in offers},
        notes=explanations(contents, known.entries),
        legend=_legend(contents, known.portal, is_prefilled=bool(offers)),
    )


def _portal_offers(contents: FormContents, portal: PortalFigures) -> Iterator[Offer]:
    own = {row.key for row in contents.indicators}
    for indicator in contents.plan.indicators:
        figure = portal.of(contents.plan, indicator) if indicator.code in own else None
        if figure is None:
            continue
        source = _portal_source(contents, figure)
        if figure.denominator == 0:
            yield ("indicator", indicator.code, "nil"), NIL_MARK, source
        else:
            yield ("indicator", indicator.code, "numerator"), figure.numerator, source
            yield ("indicator", indicator.code, "denominator"), figure.denominator, source


def _portal_source(contents: FormContents, figure: PortalFigure) -> str:
    source = (
        f"Hệ thống điền sẵn: số từ Cổng Dịch vụ công tính đến {moment_shown(figure.known_until)}. "
        "Hãy kiểm tra; nếu số của đơn vị khác thì sửa ô này và ghi lý do vào cột Ghi chú."
    )
    if figure.covers(contents.period):
        return source
    return f"{source} Kỳ tính đến hết {date_shown(contents.counts_to)}: số này chưa đủ kỳ, hãy cập nhật trước khi gửi."


def _lasting_offers(contents: FormContents, previous: Previous) -> Iterator[Offer]:
    if previous.period is None:
        return
    said_in = period_shown(period_of(previous.period))
    said_in = said_in[:1].lower() + said_in[1:]
    source = f"Hệ thống điền sẵn theo biểu {said_in}. Hãy kiểm tra; nếu đã thay đổi thì sửa ô này."
    asked = {row.key for row in contents.indicators} | {row.key for row in contents.tasks}
    for cell, answer in previous.lasting.items():
        if cell[1] in asked:
            yield cell, answer, source


def _legend(contents: FormContents, portal: PortalFigures, *, is_prefilled: bool) -> str:
    texts = ["Ô vàng: đơn vị điền"]
    if is_prefilled:
        texts.append("Ô xanh, chữ nghiêng: hệ thống điền sẵn, đơn vị kiểm tra và sửa nếu khác")
    own = {row.key for row in contents.indicators}
    figures = [portal.of(contents.plan, indicator) for indicator in contents.plan.indicators if indicator.code in own]
    known_until = max((figure.known_until for figure in figures if figure), default=None)
    if known_until:
        texts.append(f"Số từ Cổng DVC tính đến {moment_shown(known_until)}")
    return ". ".join(texts) + "."
