"""A figure that differs from the portal's records needs a reason in its own row (methods.md c.3).

Intake only asks for the reason: the form is taken. Whether the figure may leave the commune is
judged on the warehouse (`fct_claims_vs_records`), by the same limits and the same arithmetic.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from ingestion.findings import Finding, finding
from ingestion.forms.contents import decimal_shown
from warehouse.thresholds import threshold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.forms.portal_figures import PortalFigures
    from ingestion.forms.records import ParsedForm
    from plans.periods import Period
    from plans.records import Plan

HUNDRED = Decimal(100)
SHOWN = Decimal("0.01")
NOTICE, LEAST_POINTS = "claim_notice_pct", "claim_least_points"


def unexplained_claims(portal: PortalFigures, plan: Plan, period: Period, parsed: ParsedForm) -> Iterator[Finding]:
    """Tell of every reported ratio that lies further from the records than both limits and has no note.

    Only where both speak of the same: the period's count was closed before the portal was asked last,
    and the records hold something to divide by.
    """
    if not portal.figures:
        return
    limit, least_points = (threshold(code, period.ends_on) for code in (NOTICE, LEAST_POINTS))
    indicators = {indicator.code: indicator for indicator in plan.indicators}
    for claim in parsed.observations:
        figure = portal.of(plan, indicators[claim.indicator_code])
        if figure is None or not figure.denominator or not figure.covers(period):
            continue
        if claim.value is None or claim.value_status != "reported" or claim.note:
            continue
        recorded = HUNDRED * figure.numerator / figure.denominator
        if _deviation_pct(claim.value, recorded) > limit and abs(claim.value - recorded) >= least_points:
            yield finding(
                "RUL-10",
                sheet=claim.sheet,
                cell=claim.cell,
                found=f"{_shown(claim.value)}%",
                expected=f"{figure.numerator}/{figure.denominator} = {_shown(recorded)}%",
                limit=decimal_shown(limit),
            )


def _deviation_pct(claimed: Decimal, recorded: Decimal) -> Decimal:
    """Return how far the records lie from the claim, in percent of the claim (methods.md d.4, |VF-1|)."""
    if claimed == 0:
        return Decimal("Infinity") if recorded else Decimal(0)
    return HUNDRED * abs(recorded - claimed) / claimed


def _shown(figure: Decimal) -> str:
    return decimal_shown(figure.quantize(SHOWN, ROUND_HALF_UP))
