"""The manifest: what is in a package, what is not and why, and by which versions it was made.

Written last; a folder without it is not a package (reliability R13, F60). It holds no time of
day: who prepared and approved it, and when, is in the ledger's audit log.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import yaml

from warehouse.extracts.formats import csv, json, sdmx, xlsx
from warehouse.extracts.source import ExtractFlag, ExtractRow, Source
from warehouse.extracts.values import decimal_text
from warehouse.extracts.wording import hole_reason
from warehouse.settings import PROJECT
from warehouse.storage import sha256_of

MANIFEST = "manifest.json"
LAYOUT = "thuocdo-extract/1"
NO_UNIT = "(không ghi đơn vị)"
FIGURE_FILES = ("data.csv", "data.json", "flags.csv")
"""The files that hold every value of a package; the others show the same values in other forms."""
FORMATS = {
    "data.csv": csv.PROFILE,
    "flags.csv": csv.PROFILE,
    "data.json": json.PROFILE,
    "data.xlsx": {"profile": "people", "formulas": "none; every text is written as text"},
    "data.sdmx.csv": sdmx.PROFILE,
}


@dataclass(frozen=True)
class Envelope:
    """What a manifest tells beyond the rows: kept in the audit log, so that a lost package can be made again."""

    export_id: str
    revision: int
    previous_export_id: str | None
    previous_manifest_sha256: str | None
    snapshot_id: str
    as_of: str | None
    plan_file_sha256: str
    rule_versions: Mapping[str, str]


def current_rule_versions() -> dict[str, str]:
    """Return the versions of the rules of this installation: the dbt project's, and the hash of the checks."""
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    return {
        "dbt_project": str(project["version"]),
        "expectations/rules.yml": sha256_of(PROJECT / "expectations" / "rules.yml"),
    }


def data_files(source: Source) -> dict[str, bytes]:
    """Write every file of a package but the manifest; the same rows give the same bytes."""
    return {
        "data.csv": csv.csv_bytes(ExtractRow, source.rows),
        "data.json": json.json_bytes(source),
        "data.sdmx.csv": sdmx.sdmx_csv_bytes(source),
        "data.xlsx": xlsx.xlsx_bytes(source),
        "flags.csv": csv.csv_bytes(ExtractFlag, source.flags),
        "structure.xml": sdmx.structure_bytes(source),
    }


def data_sha256(files: Mapping[str, bytes]) -> str:
    """Hash the values of a package: equal hashes are the same accepted data."""
    lines = [f"{name} {digest(files[name])}\n" for name in FIGURE_FILES]
    return digest("".join(lines).encode())


def digest(content: bytes) -> str:
    """Return the hex sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def manifest_bytes(envelope: Envelope, source: Source, files: Mapping[str, bytes]) -> bytes:
    """Write the manifest of the given files."""
    previous = envelope.previous_export_id and {
        "export_id": envelope.previous_export_id,
        "manifest_sha256": envelope.previous_manifest_sha256,
    }
    return json.json_text({
        "layout": LAYOUT,
        "export_id": envelope.export_id,
        "plan_key": source.plan.plan_key,
        "period": source.period,
        "revision": envelope.revision,
        "previous": previous,
        "is_synthetic": source.is_synthetic,
        "as_of": envelope.as_of,
        "snapshot_id": envelope.snapshot_id,
        "plan_version": {
            "title": source.plan.title,
            "document_number": source.plan.document_number,
            "issued_on": source.plan.issued_on,
            "valid_from": source.plan.valid_from,
            "file_sha256": envelope.plan_file_sha256,
        },
        "rule_versions": dict(sorted(envelope.rule_versions.items())),
        "data_sha256": data_sha256(files),
        "files": [_listed(name, files[name], source) for name in sorted(files)],
        "control_totals": control_totals(source.rows),
        "holes": _holes(source.rows),
        "waivers": [_waiver(flag) for flag in source.flags if flag.state == "waived"],
        "formats": FORMATS,
    })  # fmt: skip


def control_totals(rows: tuple[ExtractRow, ...]) -> dict[str, Any]:
    """Count rows and statuses, and sum the values of each unit of measure as exact decimal text."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.value is not None:
            sums[row.unit_of_measure or NO_UNIT] += row.value
    return {
        "row_count": len(rows),
        "value_count": sum(row.value is not None for row in rows),
        "rows_per_obs_status": dict(sorted(Counter(row.obs_status for row in rows).items())),
        "value_sum_per_unit": {unit: decimal_text(total) for unit, total in sorted(sums.items())},
    }


def row_counts(rows: int, flags: int) -> dict[str, int | None]:
    """Return how many rows each file holds; None for the structure, which holds none."""
    return {
        "data.csv": rows,
        "data.json": rows,
        "data.sdmx.csv": rows,
        "data.xlsx": rows,
        "flags.csv": flags,
        "structure.xml": None,
    }


def _listed(name: str, content: bytes, source: Source) -> dict[str, Any]:
    counts = row_counts(len(source.rows), len(source.flags))
    return {"name": name, "size_bytes": len(content), "rows": counts[name], "sha256": digest(content)}


def _holes(rows: tuple[ExtractRow, ...]) -> list[dict[str, Any]]:
    return [
        {
            "indicator_code": row.indicator_code,
            "kind": "withheld" if row.is_withheld else row.value_status,
            "obs_status": row.obs_status,
            "rules": row.withheld_reason,
            "reason": hole_reason(row),
        }
        for row in rows
        if hole_reason(row)
    ]


def _waiver(flag: ExtractFlag) -> dict[str, Any]:
    told = asdict(flag)
    named = ("flag_id", "rule_code", "severity", "indicator_code", "unit_code", "period", "observed")
    return {**{name: told[name] for name in named}, "reason": flag.waiver_reason, "approved_by": flag.waived_by}
