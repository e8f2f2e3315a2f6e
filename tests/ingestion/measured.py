"""An office whose first indicator is measured by portal records, and a published snapshot that holds them."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import TYPE_CHECKING

import duckdb
import yaml

from tests.ingestion.office import PLAN, PLAN_KEY, Office, open_office
from warehouse.publish import POINTER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from warehouse.settings import Settings

COMMUNE = str(PLAN["commune_code"])
AFTER_THE_COUNT = dt.datetime(2026, 6, 15, 1, tzinfo=dt.UTC)
ENTRY = {
    "code": "online_pct", "name_vi": "Tỷ lệ hồ sơ trực tuyến", "name_en": "Online dossiers", "unit_of_measure": "%",
    "value_kind": "ratio", "direction": "up", "definition_vi": "Hồ sơ nộp trực tuyến trong số hồ sơ tiếp nhận.",
    "numerator_vi": "Hồ sơ nộp trực tuyến", "denominator_vi": "Hồ sơ tiếp nhận trong kỳ", "range_min": "0",
    "range_max": "100", "dossier_rate": "received_online", "sources": ["QĐ 766/QĐ-TTg, chỉ số 3.3"],
}  # fmt: skip
Rate = tuple[str, str, str, int | None, int | None, dt.datetime]
"""Commune, period, rate, numerator, denominator, known from."""


def open_measured_office(folder: Path) -> Office:
    """Open an office in which `ct-01` is measured by the dossier rate `received_online`."""
    office = open_office(folder)
    plan = copy.deepcopy(PLAN)
    plan["indicators"] = [{**plan["indicators"][0], "canonical_code": ENTRY["code"]}, *plan["indicators"][1:]]
    folder = office.settings.plans_folder
    (folder / f"{PLAN_KEY}.yml").write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    catalogue = yaml.safe_dump({"indicators": [ENTRY]}, allow_unicode=True)
    (folder / "catalogue.yml").write_text(catalogue, encoding="utf-8")
    return Office.opened(office.settings)


def online(
    numerator: int, denominator: int, known_from: dt.datetime = AFTER_THE_COUNT, period: str = "2026-06"
) -> Rate:
    """Return a rate of online dossiers of the office's commune."""
    return (COMMUNE, period, "received_online", numerator, denominator, known_from)


def publish_rates(settings: Settings, rates: Iterable[Rate], name: str = "s1") -> None:
    """Publish a snapshot that holds these rates and nothing else."""
    settings.published.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.published / f"{name}.duckdb")) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.fct_dossier_rates (commune_code VARCHAR, period VARCHAR, rate VARCHAR, "
            "numerator BIGINT, denominator BIGINT, known_from TIMESTAMPTZ)"
        )
        connection.executemany("INSERT INTO marts.fct_dossier_rates VALUES (?, ?, ?, ?, ?, ?)", list(rates))
    pointer = {
        "snapshot_id": name, "file": f"{name}.duckdb", "sha256": "0" * 64, "as_of": "2026-06-15",
        "published_at": "2026-06-15T01:00:00.000000Z",
    }  # fmt: skip
    (settings.published / POINTER).write_text(json.dumps(pointer))
