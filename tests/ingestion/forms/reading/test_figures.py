"""The rules of one row: what is a figure, a nil return, a blank, a contradiction."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.forms.contents import IndicatorRow, TaskRow
from ingestion.forms.reading.figures import is_same_ratio, judge_indicator, judge_task
from ingestion.forms.reading.locate import LocatedCell, LocatedRow
from plans.records import ValueKind

COLUMNS = {"numerator": "F", "denominator": "G", "value": "H", "nil": "I", "note": "J", "state": "E", "percent": "F"}
ANY_CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["-", "x", "#DIV/0!", "1.234", "92,5%", "Có", "KPS", "≥ 85%", "٣", "1e999"]),
)  # fmt: skip


def row_of(**cells: object) -> LocatedRow:
    located = {
        key: LocatedCell("Trang", f"{letter}15", cells.get(key))  # type: ignore[arg-type]
        for key, letter in COLUMNS.items()
    }
    return LocatedRow("ct-01", "1", LocatedCell("Trang", "B15", "Chỉ tiêu"), located)


def item_of(kind: ValueKind, unit: str = "") -> IndicatorRow:
    return IndicatorRow("ct-01", 1, "I", "Chỉ tiêu", unit, "", "", kind)


def judged(kind: ValueKind = ValueKind.RATIO, unit: str = "", **cells: object) -> tuple[object, list[str]]:
    """Return (value, status) and the codes of the findings."""
    observation, findings = judge_indicator(item_of(kind, unit), row_of(**cells), "actual")
    return (observation.value, observation.value_status), [found.code for found in findings]


def task(**cells: object) -> tuple[tuple[str | None, str], list[str]]:
    report, findings = judge_task(TaskRow("nv-01", 1, "A", "Nhiệm vụ", "", ""), row_of(**cells))
    return (report.state, report.value_status), [found.code for found in findings]


def test_a_ratio_is_computed_from_its_parts() -> None:
    assert judged(numerator=45, denominator=60) == ((Decimal("75.0000"), "reported"), [])


def test_a_ratio_may_be_given_alone() -> None:
    assert judged(value="92,5") == ((Decimal("92.5000"), "reported"), [])


def test_a_cell_that_shows_percent_is_read_as_it_is_shown() -> None:
    row = row_of()
    shown = LocatedCell("Trang", "H15", 0.925, number_format="0.0%")
    row = LocatedRow(row.key, row.number, row.label, {**row.cells, "value": shown})
    observation, findings = judge_indicator(item_of(ValueKind.RATIO), row, None)
    assert (observation.value, findings) == (Decimal("92.5000"), ())


def test_blank_is_missing_and_never_zero() -> None:
    assert judged() == ((None, "missing"), [])
    assert judged(value=0) == ((Decimal("0.0000"), "reported"), [])


@pytest.mark.parametrize("mark", ["x", "X", "Không phát sinh", " KPS "])
def test_a_mark_makes_a_nil_return(mark: str) -> None:
    assert judged(nil=mark) == ((None, "nil_return"), [])


def test_a_nil_return_may_keep_its_two_zeros() -> None:
    assert judged(nil="x", numerator=0, denominator=0) == ((None, "nil_return"), [])


def test_a_nil_return_written_into_the_figure_is_one_too() -> None:
    assert judged(value="Không phát sinh") == ((None, "nil_return"), [])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"numerator": 61, "denominator": 60}, "RUL-01"),
        ({"numerator": 45, "denominator": 60, "value": 95}, "RUL-02"),
        ({"numerator": 0, "denominator": 0}, "RUL-03"),
        ({"numerator": 45}, "RUL-04"),
        ({"denominator": 60}, "RUL-04"),
        ({"value": 12, "nil": "x"}, "RUL-05"),
        ({"value": 92.5, "nil": "xong"}, "CHO-01"),
        ({"value": "gần xong"}, "NUM-05"),
        ({"value": 0.925}, "NUM-01"),
        ({"value": 101}, "NUM-02"),
        ({"value": "#DIV/0!"}, "NUM-03"),
        ({"value": "≥ 85%"}, "NUM-06"),
        ({"numerator": "nhiều", "denominator": 60}, "NUM-05"),
    ],
)
def test_a_bad_ratio_is_refused_by_its_rule(cells: dict[str, object], code: str) -> None:
    assert judged(**cells)[1] == [code]


def test_a_figure_that_breaks_a_rule_has_no_value() -> None:
    assert judged(numerator=61, denominator=60)[0] == (None, "error")


def test_the_cell_that_is_named_is_the_cell_to_mend() -> None:
    _, findings = judge_indicator(item_of(ValueKind.RATIO), row_of(numerator=45), None)
    assert [(found.sheet, found.cell) for found in findings] == [("Trang", "G15")]


def test_every_bad_cell_of_a_row_is_named_at_once() -> None:
    assert judged(numerator="a", denominator="b", value="c", nil="d")[1] == ["NUM-05", "NUM-05", "NUM-05", "CHO-01"]


def test_a_formula_without_a_result_is_no_blank() -> None:
    row = row_of()
    broken = LocatedCell("Trang", "H15", None, is_broken=True)
    row = LocatedRow(row.key, row.number, row.label, {**row.cells, "value": broken})
    _, findings = judge_indicator(item_of(ValueKind.RATIO), row, None)
    assert [found.code for found in findings] == ["NUM-03"]


def test_money_may_stand_over_money() -> None:
    assert judged(numerator=1.5, denominator=4.5) == ((Decimal("33.3333"), "reported"), [])


@pytest.mark.parametrize(
    ("kind", "unit", "cell", "value"),
    [
        (ValueKind.COUNT, "sáng kiến", "05 sáng kiến", "5"),
        (ValueKind.INDEX, "", 0.652, "0.652"),
        (ValueKind.GROWTH, "%", -2.5, "-2.5"),
        (ValueKind.MONEY, "triệu đồng", "1,5 tỷ đồng", "1500"),
    ],
)
def test_other_kinds_take_one_figure(kind: ValueKind, unit: str, cell: object, value: str) -> None:
    assert judged(kind, unit, value=cell) == ((Decimal(value).quantize(Decimal("0.0001")), "reported"), [])


def test_a_figure_in_a_cell_that_is_not_used_is_told_and_not_taken() -> None:
    assert judged(ValueKind.COUNT, value=3, denominator=9) == ((Decimal("3.0000"), "reported"), ["TPL-05"])


@pytest.mark.parametrize(("kind", "answer"), [(ValueKind.YES_NO, "có"), (ValueKind.TEXT, "ĐẠT")])
def test_a_choice_is_kept_as_the_list_spells_it_and_is_no_figure(kind: ValueKind, answer: str) -> None:
    observation, findings = judge_indicator(item_of(kind), row_of(value=answer), None)
    assert (observation.value, observation.value_text, findings) == (None, answer.capitalize(), ())


def test_an_answer_outside_the_list_is_refused() -> None:
    assert judged(ValueKind.YES_NO, value="Rồi") == ((None, "error"), ["CHO-01"])


def test_a_note_is_kept_clean_and_old_fonts_are_refused() -> None:
    observation, _ = judge_indicator(item_of(ValueKind.RATIO), row_of(note=" theo  báo cáo "), None)
    assert observation.note == "theo báo cáo"
    assert judged(note="céng hßa x· héi chñ nghÜa")[1] == ["ENC-02"]


@given(numerator=st.integers(0, 10_000), denominator=st.integers(1, 10_000), decimals=st.integers(0, 4))
def test_a_result_rounded_to_any_decimal_agrees_with_its_parts(numerator: int, denominator: int, decimals: int) -> None:
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    assert is_same_ratio(round(exact, decimals), exact.quantize(Decimal("0.0001")))


@given(computed=st.decimals(0, 100, places=2), error=st.decimals("1.01", 50, places=2))
def test_a_result_off_by_more_than_its_last_digit_does_not(computed: Decimal, error: Decimal) -> None:
    assert not is_same_ratio(computed + error, computed)


@given(kind=st.sampled_from(ValueKind), cells=st.dictionaries(st.sampled_from(list(COLUMNS)), ANY_CELL))
def test_whatever_stands_in_the_cells_has_a_named_outcome(kind: ValueKind, cells: dict[str, object]) -> None:
    observation, findings = judge_indicator(item_of(kind), row_of(**cells), None)
    is_refused = any(found.severity == "error" for found in findings)
    assert observation.value_status in {"reported", "missing", "not_applicable", "nil_return", "error"}
    assert observation.value_status != "error" or is_refused
    assert observation.value is None or kind is not ValueKind.RATIO or 0 <= observation.value <= 100


@given(cells=st.dictionaries(st.sampled_from(["state", "percent", "note"]), ANY_CELL))
def test_whatever_stands_in_a_task_row_has_a_named_outcome(cells: dict[str, object]) -> None:
    report, findings = judge_task(TaskRow("nv-01", 1, "A", "Nhiệm vụ", "", ""), row_of(**cells))
    is_refused = any(found.severity == "error" for found in findings)
    assert (report.value_status == "error") == is_refused


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({}, (None, "missing")),
        ({"state": "Hoàn thành", "percent": 100}, ("done", "reported")),
        ({"state": "đang thực hiện", "percent": "45%"}, ("in_progress", "reported")),
        ({"state": "Chưa bắt đầu"}, ("not_started", "reported")),
        ({"state": "Không áp dụng"}, ("not_applicable", "not_applicable")),
    ],
)
def test_a_tasks_state_is_read(cells: dict[str, object], answer: tuple[str | None, str]) -> None:
    assert task(**cells) == (answer, [])


@pytest.mark.parametrize(("state", "percent"), [("Hoàn thành", 80), ("Chưa bắt đầu", 20), ("Đang thực hiện", 100)])
def test_a_state_that_does_not_fit_its_percentage_is_told(state: str, percent: int) -> None:
    assert task(state=state, percent=percent)[1] == ["RUL-06"]


def test_a_percentage_without_a_state_is_refused() -> None:
    assert task(percent=50) == ((None, "error"), ["RUL-07"])
