"""Pulling dossiers from a real simulator: once each, resumable, complete, and nobody's name."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import portalocker
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from ingestion.portal import store
from ingestion.portal.client import Page, PortalClient
from ingestion.portal.pull import pull_dossiers
from ingestion.portal.simulator.traps import CODE_TWICE, TRAPS
from ingestion.portal.store import rebuild_batches
from plans.reading import read_plans
from tests.canaries import canaries_below, canaries_in
from tests.ingestion.portal.office import expected_keys, keys, raw_rows, raw_table, vietnam
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable, WriterBusy
from warehouse.evidence import check_evidence
from warehouse.ledger_tables import AUDIT_LOG, METADATA, PORTAL_BATCHES, PORTAL_CURSORS
from warehouse.raw import RAW_TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from ingestion.portal.records import Portal
    from plans.records import Plan
    from warehouse.settings import Settings

EARLY = vietnam("2025-12-20T20:00:00")
LATER = vietnam("2026-01-05T09:30:00")
WHOLE_PASSES = 3


class Killed(Exception):
    pass


def kill_after(page: int) -> Callable[[int], None]:
    def hook(number: int) -> None:
        if number == page:
            raise Killed

    return hook


def everything(settings: Settings, engine: sa.Engine) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """Every stored byte and every ledger row."""
    files = {
        str(
            path.relative_to(settings.root)
        ): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in settings.root.rglob("*")
        if path.is_file() and path.parent.name != "locks" and not path.name.startswith("ledger.db")
    }
    with engine.connect() as connection:
        ledger = {
            table.name: list(map(tuple, connection.execute(sa.select(table)))) for table in METADATA.sorted_tables
        }
    return files, ledger


def cursor(engine: sa.Engine) -> tuple[str, int]:
    with engine.connect() as connection:
        row = connection.execute(sa.select(PORTAL_CURSORS.c.watermark, PORTAL_CURSORS.c.page)).one()
    return row.watermark, row.page


def test_a_pull_brings_every_dossier_that_had_happened_and_no_later_one(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    result = pull_dossiers(settings, engine, portal, [plan], EARLY)
    assert result.complete
    assert keys(settings) == expected_keys(plan.commune_code, EARLY)
    assert result.rows_in == result.rows_out == len(keys(settings))
    assert result.pages == len(result.batches) > 2


def test_raw_rows_have_exactly_the_contracted_columns(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    row = raw_rows(settings)[0]
    assert list(row) == RAW_TABLES["dossiers"].names
    assert row["portal"] == "demo"
    assert row["known_from"] == EARLY
    always = {
        "dossier_code",
        "procedure_code",
        "field_code",
        "channel_code",
        "status_code",
        "applicant_kind",
        "is_full_online",
    }
    assert all(entry[name] is not None for entry in raw_rows(settings) for name in always)


def test_pulling_again_with_nothing_new_writes_nothing_and_changes_nothing(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    before = everything(settings, engine)
    again = pull_dossiers(settings, engine, portal, [plan], EARLY)
    assert (again.rows_out, again.batches, again.complete) == (0, (), True)
    assert everything(settings, engine) == before


def test_a_later_pull_adds_only_what_changed_since(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    first = set(keys(settings))
    later = pull_dossiers(settings, engine, portal, [plan], LATER)
    assert keys(settings) == sorted(first | set(expected_keys(plan.commune_code, LATER)))
    assert later.rows_out == len(keys(settings)) - len(first) > 0
    assert later.rows_in < len(expected_keys(plan.commune_code, LATER))


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_pull_killed_after_any_page_goes_on_and_doubles_nothing(
    page: int, settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    with pytest.raises(Killed):
        pull_dossiers(settings, engine, portal, [plan], EARLY, after_page=kill_after(page))
    assert cursor(engine)[1] == page
    resumed = pull_dossiers(settings, engine, portal, [plan], EARLY)
    assert keys(settings) == expected_keys(plan.commune_code, EARLY)
    assert resumed.rows_in < len(keys(settings))
    assert cursor(engine)[1] == 0


@pytest.fixture
def batching(portal: Portal) -> Portal:
    """The same portal, of which three pages make a batch."""
    return portal.model_copy(
        update={"search": portal.search.model_copy(update={"batch_rows": 3 * portal.search.page_size})}
    )


def test_pages_are_kept_together_until_a_batch_is_full(
    settings: Settings, engine: sa.Engine, batching: Portal, plan: Plan
) -> None:
    result = pull_dossiers(settings, engine, batching, [plan], EARLY)
    assert keys(settings) == expected_keys(plan.commune_code, EARLY)
    assert len(result.batches) == -(-result.pages // 3) > 1
    assert check_evidence(settings) == len(result.batches)


def test_a_pull_killed_in_the_middle_of_a_batch_reads_it_again_and_doubles_nothing(
    settings: Settings, engine: sa.Engine, batching: Portal, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(client: PortalClient, agency_code: str, start: dt.datetime, end: dt.datetime, number: int) -> Page:
        if number == 5:
            raise Killed
        return search(client, agency_code, start, end, number)

    search = PortalClient.search
    with monkeypatch.context() as patch:
        patch.setattr(PortalClient, "search", killed)
        with pytest.raises(Killed):
            pull_dossiers(settings, engine, batching, [plan], EARLY)
    assert cursor(engine)[1] == 3
    assert len(keys(settings)) == 3 * batching.search.page_size
    pull_dossiers(settings, engine, batching, [plan], EARLY)
    assert keys(settings) == expected_keys(plan.commune_code, EARLY)


def test_pages_read_before_the_portal_falls_silent_are_kept(
    settings: Settings, engine: sa.Engine, batching: Portal, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(client: PortalClient, agency_code: str, start: dt.datetime, end: dt.datetime, number: int) -> Page:
        if number == 3:
            raise SourceUnavailable("im lặng")
        return search(client, agency_code, start, end, number)

    search = PortalClient.search
    with monkeypatch.context() as patch:
        patch.setattr(PortalClient, "search", silent)
        with pytest.raises(SourceUnavailable):
            pull_dossiers(settings, engine, batching, [plan], EARLY)
    assert (cursor(engine)[1], len(keys(settings))) == (2, 2 * batching.search.page_size)


def test_a_batch_written_but_not_recorded_is_pulled_again_without_doubles(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(store, "audit", killed)
        with pytest.raises(Killed):
            pull_dossiers(settings, engine, portal, [plan], EARLY)
    assert raw_rows(settings)
    pull_dossiers(settings, engine, portal, [plan], LATER)
    assert keys(settings) == expected_keys(plan.commune_code, LATER)


def test_a_backfill_over_what_is_held_adds_nothing(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    before = everything(settings, engine)
    backfill = pull_dossiers(settings, engine, portal, [plan], EARLY, since=vietnam("2025-11-20"))
    assert backfill.rows_in > 0
    assert everything(settings, engine) == before


def test_a_backfill_fills_what_lies_before_the_first_pull(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY, since=vietnam("2025-12-05"))
    watermark = cursor(engine)
    assert len(keys(settings)) < len(expected_keys(plan.commune_code, EARLY))
    pull_dossiers(settings, engine, portal, [plan], EARLY, since=vietnam("2025-11-01"))
    assert keys(settings) == expected_keys(plan.commune_code, EARLY)
    assert cursor(engine) == watermark


def test_a_clock_set_back_changes_nothing(settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    before = everything(settings, engine)
    assert pull_dossiers(settings, engine, portal, [plan], vietnam("2025-12-01")).pages == 0
    assert everything(settings, engine) == before


def test_the_page_cap_stops_a_pull_and_the_next_one_goes_on(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    capped = portal.model_copy(update={"search": portal.search.model_copy(update={"page_cap": 2})})
    assert not pull_dossiers(settings, engine, capped, [plan], EARLY).complete
    for _ in range(4):
        result = pull_dossiers(settings, engine, capped, [plan], EARLY)
    assert result.complete
    assert keys(settings) == expected_keys(plan.commune_code, EARLY)


def test_a_count_that_never_agrees_fails_and_puts_the_watermark_back(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan, order_fault: Callable[..., None]
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    before = cursor(engine)[0]
    order_fault("changed_total", times=100)
    with pytest.raises(SourceContractBroken) as caught:
        pull_dossiers(settings, engine, portal, [plan], LATER)
    assert "cổng báo" in caught.value.message
    assert caught.value.facts["commune_code"] == plan.commune_code
    assert cursor(engine)[0] == before


def test_a_pull_after_a_failed_count_holds_every_dossier_once(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan, order_fault: Callable[..., None], simulator: str
) -> None:
    order_fault("changed_total", times=4 * WHOLE_PASSES + WHOLE_PASSES)
    with pytest.raises(SourceContractBroken):
        pull_dossiers(settings, engine, portal, [plan], vietnam("2025-12-10"))
    order_fault("repeated_page", times=1)
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    assert set(expected_keys(plan.commune_code, EARLY)) <= set(keys(settings))
    assert len(keys(settings)) == len(set(keys(settings)))


def test_a_broken_commune_does_not_keep_the_others_from_being_pulled(
    settings: Settings,
    engine: sa.Engine,
    portal: Portal,
    plan: Plan,
    other_plan: Plan,
    order_fault: Callable[..., None],
) -> None:
    order_fault("renamed_field", parameter="TrangThaiHoSo")
    with pytest.raises(SourceContractBroken) as caught:
        pull_dossiers(settings, engine, portal, [other_plan, plan], vietnam("2025-11-20"))
    assert f"Xã {plan.commune_code}, trang 1, hồ sơ thứ 1: " in caught.value.message
    assert "TrangThaiHoSo" in caught.value.message
    assert {row["commune_code"] for row in raw_rows(settings)} == {other_plan.commune_code}


def test_every_batch_is_recorded_with_its_rows_and_an_audit_line(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    result = pull_dossiers(settings, engine, portal, [plan], EARLY)
    with engine.connect() as connection:
        recorded = connection.execute(sa.select(PORTAL_BATCHES)).all()
        told = (
            connection.execute(sa.select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "portal.batch"))
            .scalars()
            .all()
        )
    assert {row.sha256 for row in recorded} == set(result.batches) == set(told)
    assert sum(row.row_count for row in recorded) == result.rows_out
    assert check_evidence(settings) == len(recorded)


def test_raw_batches_can_be_made_again_from_landing_and_ledger(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    pull_dossiers(settings, engine, portal, [plan], LATER)
    before = raw_table(settings)
    for file in (settings.raw / "dossiers").glob("*.parquet"):
        file.unlink()
    assert rebuild_batches(settings, engine, {portal.name: portal}) == before.num_rows
    assert raw_table(settings).equals(before)


def test_quality_remarks_are_counted(settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan) -> None:
    result = pull_dossiers(settings, engine, portal, [plan], EARLY)
    received_without_due_date = [
        row
        for row in raw_rows(settings)
        if row["received_at"] and row["due_at"] is None and row["first_due_at"] is None
    ]
    assert result.remarks["due_at_not_an_instant"] == len(received_without_due_date) > 0


def test_no_personal_text_of_the_portal_is_stored_or_logged(
    settings: Settings,
    engine: sa.Engine,
    portal: Portal,
    plan: Plan,
    order_fault: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    order_fault("renamed_field", parameter="NgayCapNhat")
    with pytest.raises(SourceContractBroken) as caught:
        pull_dossiers(settings, engine, portal, [plan], EARLY)
    pull_dossiers(settings, engine, portal, [plan], EARLY)
    places = {
        "log": caplog.text,
        "error": f"{caught.value} {caught.value.facts} {caught.getrepr(style='long', showlocals=False)}",
    }
    assert "portal.pull" in caplog.text
    assert {place: canaries_in(content) for place, content in places.items()} == {place: [] for place in places}
    assert canaries_below(settings.root) == {}


def test_the_password_is_neither_stored_nor_logged(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pull_dossiers(settings, engine, portal, [plan], vietnam("2025-11-10"))
    assert settings.portal_password is not None
    secret = settings.portal_password.get_secret_value()
    assert secret not in caplog.text
    assert not any(secret.encode() in path.read_bytes() for path in settings.root.rglob("*") if path.is_file())


def test_a_pull_without_a_password_names_the_setting(
    settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan
) -> None:
    with pytest.raises(SettingsRefused, match="THUOCDO_PORTAL_PASSWORD"):
        pull_dossiers(settings.model_copy(update={"portal_password": None}), engine, portal, [plan], EARLY)


def test_a_wrong_password_names_the_setting(settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan) -> None:
    wrong = settings.model_copy(update={"portal_password": SecretStr("sai")})
    with pytest.raises(SettingsRefused, match="THUOCDO_PORTAL_PASSWORD"):
        pull_dossiers(wrong, engine, portal, [plan], EARLY)


def test_two_pulls_of_one_portal_take_turns(settings: Settings, engine: sa.Engine, portal: Portal, plan: Plan) -> None:
    impatient = settings.model_copy(update={"writer_wait_seconds": 0})
    place = settings.path("locks", "portal-demo.lock")
    place.parent.mkdir(parents=True)
    with portalocker.Lock(place), pytest.raises(WriterBusy):
        pull_dossiers(impatient, engine, portal, [plan], EARLY)


def test_every_trap_of_the_portal_leaves_its_remark_as_often_as_it_was_planted(
    settings: Settings, engine: sa.Engine, portal: Portal, simulator: str
) -> None:
    plans = read_plans(settings.plans_folder).values()
    remarks = pull_dossiers(settings, engine, portal, plans, LATER).remarks
    planted: Counter[str] = Counter()
    for commune_code in {plan.commune_code for plan in plans}:
        question = {"madonvi": commune_code, "denNgay": portal.stamp(LATER)}
        planted.update(httpx.get(f"{simulator}/__traps", params=question, trust_env=False).json()["traps"])
    assert set(planted) == {*TRAPS, CODE_TWICE}
    assert min(planted.values()) > 0
    assert {name: remarks[name] for name in TRAPS if name != "placeholder_id"} == {
        name: planted[name] for name in TRAPS if name != "placeholder_id"
    }
