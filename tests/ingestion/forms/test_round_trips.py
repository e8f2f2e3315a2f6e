"""Whatever happens to a form on its way, it is read as what was written, or refused; never as something else.

`make proof-reading` runs these with twenty times as many examples.
"""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from ingestion.forms.reading.read import read_form
from ingestion.forms.records import Sender
from tests.fixtures.make_honest.base import honest_plans
from tests.ingestion.forms.messing.changes import HARMLESS, RISKY, Change
from tests.ingestion.forms.messing.filled import Answered, filled_forms, said
from tests.ingestion.forms.messing.free_tables import free_tables
from tests.ingestion.forms.messing.renderings import RENDERINGS, as_sheets
from tests.ingestion.office import PLAN_KEY

VHXH = Sender(PLAN_KEY, "vhxh")


@given(form=filled_forms(), rendering=st.sampled_from(RENDERINGS))
def test_a_form_says_the_same_in_every_format(form: Answered, rendering: object) -> None:
    parsed = read_form(rendering(form.book), honest_plans(), VHXH)  # type: ignore[operator]
    assert [one.message for one in parsed.findings if one.severity == "error"] == []
    assert said(parsed) == form.says


@given(data=st.data(), form=filled_forms(), changes=st.lists(st.sampled_from(HARMLESS), max_size=5))
def test_harmless_changes_change_nothing(data: st.DataObject, form: Answered, changes: list[Change]) -> None:
    book = deepcopy(form.book)
    for change in changes:
        change(data.draw, book)  # type: ignore[arg-type]
    parsed = read_form(as_sheets(book), honest_plans(), VHXH)
    assert [one.message for one in parsed.findings if one.severity == "error"] == []
    assert said(parsed) == form.says


@given(
    data=st.data(),
    form=filled_forms(),
    changes=st.lists(st.sampled_from((*HARMLESS, *RISKY)), min_size=1, max_size=5),
    rendering=st.sampled_from(RENDERINGS),
    sender=st.sampled_from([VHXH, Sender()]),
)
def test_a_messed_form_is_read_as_equal_or_refused(
    data: st.DataObject, form: Answered, changes: list[Change], rendering: object, sender: Sender
) -> None:
    book = deepcopy(form.book)
    for change in changes:
        change(data.draw, book)  # type: ignore[arg-type]
    parsed = read_form(rendering(book), honest_plans(), sender)  # type: ignore[operator]
    assert parsed.is_refused or said(parsed) == form.says


@given(table=free_tables(), rendering=st.sampled_from(RENDERINGS))
def test_a_free_table_is_read_as_what_it_says_or_refused(table: Answered, rendering: object) -> None:
    parsed = read_form(rendering(table.book), honest_plans(), VHXH)  # type: ignore[operator]
    assert parsed.is_refused or said(parsed) == table.says
