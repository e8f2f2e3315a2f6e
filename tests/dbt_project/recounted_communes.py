"""Two communes of the simulator, looked at three times, and what their units claim: honest, or by one slip each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from ingestion.portal.client import PortalClient
from plans.records import CanonicalIndicator, Catalogue
from tests.dbt_project import recount
from warehouse.clock import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    from pydantic import SecretStr

    from ingestion.portal.records import Portal

Row = dict[str, Any]
COMMUNES = ("16342", "06436")
LOOKS = tuple(dt.datetime(year, month, 20, 17, tzinfo=VIETNAM) for year, month in ((2025, 12), (2026, 1), (2026, 2)))
AS_OF = LOOKS[-1].date()
PERIODS = ("2025-12", "2026-01", "2026-02")
UNIT = "ttpvhcc"
RATES = (
    "received_online", "full_online", "on_time", "overdue", "dossiers_digitised", "components_digitised",
    "results_digitised", "data_reused", "online_payment", "satisfaction", "satisfaction_766", "without_boundary",
)  # fmt: skip
OF_RECORDS = {"overdue", "satisfaction_766"}
"""Rates of which the invented plans say that the records count."""


def raw_answers(portal: Portal, address: str, password: SecretStr) -> dict[str, list[list[Row]]]:
    """Return, per commune and look, every record of the portal as it answers, nothing left out."""
    with PortalClient(portal, address, password) as client:
        return {
            commune: [list(_records(client, portal, commune, look.astimezone(dt.UTC))) for look in LOOKS]
            for commune in COMMUNES
        }


def _records(client: PortalClient, portal: Portal, commune: str, look: dt.datetime) -> Iterator[Row]:
    number = 1
    while page := client.search(commune, portal.start_of(portal.first_day), look, number).records:
        yield from map(dict, page)
        number += 1


def every_version(looks: list[list[Row]]) -> list[Row]:
    """Return each state of each dossier that one of the looks saw."""
    return list({(row["MaHoSo"], row["NgayCapNhat"]): row for look in looks for row in look}.values())


def write_plans(folder: Path) -> None:
    """Write one invented plan per commune, with an indicator for every rate."""
    folder.mkdir(parents=True)
    for commune in COMMUNES:
        file = folder / f"{plan_key(commune)}.yml"
        file.write_text(yaml.safe_dump(_plan(commune), allow_unicode=True, sort_keys=False), encoding="utf-8")


def plan_key(commune: str) -> str:
    return f"dem-lai-{commune}-2026"


def catalogue() -> Catalogue:
    """Return a catalogue with an entry for every rate."""
    return Catalogue(indicators=tuple(
        CanonicalIndicator(
            code=f"{rate}_pct", name_vi=rate, name_en=rate, unit_of_measure="%", value_kind="ratio", direction="up",
            definition_vi=rate, dossier_rate=rate,
        )
        for rate in RATES
    ))  # fmt: skip


def _plan(commune: str) -> Row:
    place = {"file": "dem-lai.txt", "section": "I"}
    target = {"text": "100%", "year": 2026, "is_quantitative": True, "comparator": ">=", "value": "100"}
    return {
        "plan_key": plan_key(commune), "commune_code": commune, "province_code": "99", "commune_name": "Xã Đếm Lại",
        "title": "Kế hoạch đếm lại", "document_number": None, "issued_text": "Ngày 05 tháng 01 năm 2026",
        "valid_from": dt.date(2025, 11, 1), "validity_note": "Thử", "issuing_agency": "UBND xã", "focal_unit": UNIT,
        "source_file": "dem-lai.txt", "legal_bases": [], "tasks": [], "reporting_rules": [],
        "units": [{"code": UNIT, "name": "Trung tâm", "kind": "service_centre", "provenance": place}],
        "indicators": [
            {
                "code": rate.replace("_", "-"), "section": "I", "name": rate, "value_kind": "ratio", "direction": "up",
                "unit_of_measure": "%", "canonical_code": f"{rate}_pct", "lead_units": [UNIT], "targets": [target],
                "figure_of_record": "records" if rate in OF_RECORDS else "claim", "provenance": place,
            }
            for rate in RATES
        ],
    }  # fmt: skip


def submissions(claims: Mapping[tuple[str, str, str], Row]) -> list[Row]:
    """Return the ledger's submissions that hold the claims, one per commune and month."""
    return [
        _submission(commune, period) | {"cells_filled": 1, "content_hash": period}
        for commune, period in sorted({(commune, period) for commune, _, period in claims})
    ]


def observations(claims: Mapping[tuple[str, str, str], Row]) -> list[Row]:
    """Return the cells of the claims: (commune, rate, period) with value and, where given, counts and note."""
    return [
        {name: value for name, value in _submission(commune, period).items() if name != "accepted_at"}
        | {"indicator_code": rate.replace("_", "-"), "value_status": "reported", "number_nature": "actual"}
        | {"known_from": LOOKS[-1]}
        | claim
        for (commune, rate, period), claim in claims.items()
    ]


def _submission(commune: str, period: str) -> Row:
    key = f"{commune}-{period}"
    return {
        "submission_id": f"S-{key}", "receipt_id": f"R-{key}", "plan_key": plan_key(commune), "unit_code": UNIT,
        "form_code": "nq57", "period": period, "revision": 1, "accepted_at": LOOKS[-1],
    }  # fmt: skip


def claim(value: float, **more: Any) -> Row:
    return {"value": Decimal(str(value))} | more


def cells(frame: pd.DataFrame, column: str = "period") -> dict[str, pd.DataFrame]:
    """Return the dossiers of each reporting month."""
    return {period: frame[frame[column] == period] for period in PERIODS}


def slips(held: pd.DataFrame, versions: pd.DataFrame, rate: str, period: str) -> dict[str, float]:
    """Return what the slips that every rate knows would give, by the code of the slip."""
    before = PERIODS[PERIODS.index(period) - 1] if period != PERIODS[0] else ""
    shown = {
        "calendar_month": held[held.calendar_month == period],
        "every_version": versions[versions.period == period],
        "previous_period": held[held.period == before],
    }
    return {code: recount.percent(recount.shares(frame)[rate]) for code, frame in shown.items() if len(frame)}
