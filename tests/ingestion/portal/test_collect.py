"""Pulling every portal of a folder: one that fails stops no other, and a day may be read again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ingestion.portal.collect import collect_portals
from tests.ingestion.portal.office import expected_keys, keys, vietnam
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable, UsageError
from warehouse.ledger_tables import PORTAL_BATCHES
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from plans.records import Plan
    from warehouse.settings import Settings

NOW = vietnam("2025-11-20T20:00:00")
DEMO = (PROJECT / "portals" / "demo.yml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "portals"
    made.mkdir()
    return made


@pytest.fixture
def settings(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update={"portals_folder": folder})


def add_portal(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    """Write a portal file: the demo's under another name, changed."""
    text = DEMO.replace("name: demo", f"name: {name}").replace("attempts: 5", "attempts: 1")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def held_from(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(sa.select(PORTAL_BATCHES.c.portal)).scalars())


BROKEN = {
    "no YAML": ("title: Cổng", "title: [Cổng"),
    "another log-in": ("username: thuocdo", "username: [thuocdo]"),
    "another field": ("status: TrangThaiHoSo", "status: TinhTrang"),
    "another path": ("path: /dich-vu", "path: /khong-co"),
    "another host": ('allowed_hosts: ["127.0.0.1", "localhost"]', 'allowed_hosts: ["portal.example.org"]'),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_broken_portal_does_not_keep_the_others_from_being_pulled(
    settings: Settings, engine: sa.Engine, plan: Plan, folder: Path, change: tuple[str, str]
) -> None:
    add_portal(folder, "a-hong", change)
    add_portal(folder, "b-tot")
    with pytest.raises((SourceContractBroken, SettingsRefused), match="a-hong"):
        collect_portals(settings, engine, {plan.plan_key: plan}, NOW)
    assert held_from(engine) == {"b-tot"}


def test_all_failures_are_told_and_the_run_is_tried_again_if_one_of_them_may_pass(
    settings: Settings, engine: sa.Engine, plan: Plan, folder: Path
) -> None:
    add_portal(folder, "a-hong", BROKEN["another field"])
    add_portal(folder, "b-cham", ("response_seconds: 30", "response_seconds: 0.0001"))
    with pytest.raises(SourceUnavailable) as caught:
        collect_portals(settings, engine, {plan.plan_key: plan}, NOW)
    assert "TinhTrang" in caught.value.message
    assert "'b-cham'" in caught.value.message
    assert caught.value.facts == {"sources": ["a-hong", "b-cham"]}


def test_only_the_named_portal_is_pulled(settings: Settings, engine: sa.Engine, plan: Plan, folder: Path) -> None:
    add_portal(folder, "mot")
    add_portal(folder, "hai")
    assert set(collect_portals(settings, engine, {plan.plan_key: plan}, NOW, "hai")) == {"hai"}
    assert held_from(engine) == {"hai"}


def test_an_unknown_portal_is_answered_with_the_known_ones(
    settings: Settings, engine: sa.Engine, plan: Plan, folder: Path
) -> None:
    add_portal(folder, "mot")
    with pytest.raises(UsageError, match="mot"):
        collect_portals(settings, engine, {plan.plan_key: plan}, NOW, "khong-co")


def test_a_back_fill_starts_at_midnight_in_vietnam_and_may_be_repeated(
    settings: Settings, engine: sa.Engine, plan: Plan, folder: Path
) -> None:
    add_portal(folder, "mot", ("first_day: 2025-11-01", "first_day: 2025-11-19"))
    plans = {plan.plan_key: plan}
    first = collect_portals(settings, engine, plans, NOW)["mot"]
    filled = collect_portals(settings, engine, plans, NOW, since=dt.date(2025, 11, 1))["mot"]
    assert filled.rows_out == filled.rows_in - first.rows_in > 0
    assert keys(settings) == expected_keys(plan.commune_code, NOW)
    assert collect_portals(settings, engine, plans, NOW, since=dt.date(2025, 11, 1))["mot"].rows_out == 0


def test_a_back_fill_from_tomorrow_on_is_refused(
    settings: Settings, engine: sa.Engine, plan: Plan, folder: Path
) -> None:
    add_portal(folder, "mot")
    with pytest.raises(UsageError, match="2025-11-21"):
        collect_portals(settings, engine, {plan.plan_key: plan}, NOW, since=dt.date(2025, 11, 21))
