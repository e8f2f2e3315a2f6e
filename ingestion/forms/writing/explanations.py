"""What the notes on a form's cells explain: definition, what the two counts of a ratio are, range, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.forms.contents import decimal_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.records import CanonicalIndicator, Indicator

Explanations = dict[str, str]
"""Text by column key of the indicator table."""


def explain(indicator: Indicator, entry: CanonicalIndicator | None) -> Explanations:
    """Explain the cells of an indicator's row.

    `entry` is its entry of `plans/catalogue.yml`; without one there is only what the plan itself
    says of the indicator. Nothing is made up: a cell that nobody defines has no explanation.
    """
    texts = {"label": "\n".join(_definition(indicator, entry))}
    if entry:
        texts["numerator"] = f"Tử số: {entry.numerator_vi}" if entry.numerator_vi else ""
        texts["denominator"] = f"Mẫu số: {entry.denominator_vi}" if entry.denominator_vi else ""
        texts["value"] = _range(entry)
    return {column: text for column, text in texts.items() if text}


def _definition(indicator: Indicator, entry: CanonicalIndicator | None) -> Iterator[str]:
    if entry:
        yield entry.definition_vi
    if indicator.source_note:
        yield f"Theo kế hoạch: {indicator.source_note}"
    if entry and entry.sources:
        yield f"Nguồn: {'; '.join(entry.sources)}"


def _range(entry: CanonicalIndicator) -> str:
    low, high = entry.range_min, entry.range_max
    unit = f" {entry.unit_of_measure}" if entry.unit_of_measure else ""
    if low is not None and high is not None:
        return f"Giá trị từ {decimal_shown(low)} đến {decimal_shown(high)}{unit}."
    if low is not None:
        return f"Giá trị từ {decimal_shown(low)}{unit} trở lên."
    return "" if high is None else f"Giá trị không quá {decimal_shown(high)}{unit}."
