"""A million dossiers through HTTP into landing, ledger and raw, and built by the real dbt project.

The simulated portal serves a province: the five communes of the plans and made-up ones, some
10,000 dossiers each over thirteen months. The product pulls and builds in processes of its own,
as its schedule does; a bare script does the same (`bare_dossiers.py`), in turns with the product,
so that a machine whose speed drifts drifts for both. Told: rows per second, peak memory (PSS;
the simulator apart), the share of each step, ratios to the bare script, and whether every count
agrees. Run: `make bench-dossiers`, or `python benchmarks/million_dossiers.py --dossiers 50000`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from bare_dossiers import Counts, counts_of_bare, counts_of_raw, pull_bare
from measuring import Measured, Worker, family_mib
from product_steps import Pulled, build, judge_and_publish, pull_communes, real_communes
from pydantic import SecretStr

from ingestion.portal.records import Portal, read_portal
from ingestion.portal.simulator.process import start_simulator
from warehouse.clock import VIETNAM
from warehouse.reading import opened, rows_of
from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSWORD = "mat-khau-do"  # noqa: S105 - of a simulator that lives as long as this script
END = dt.datetime(2026, 12, 1, 8, tzinfo=VIETNAM)
MONTHS, A_MONTH, A_COMMUNE = 13, 195, 10_000
PAGE_SIZE, GROUPS, SLOWEST = 1000, 10, 8


@dataclass(frozen=True)
class Place:
    """What a run works on."""

    settings: Settings
    portal: Portal
    communes: tuple[str, ...]
    bare: Path


def pull_all(place: Place, bare_every: int) -> dict[str, Any]:
    """Pull group after group of communes; every so many groups the bare script does the same, in turns who is first."""
    window = place.portal.stamp(place.portal.start_of(place.portal.first_day)), place.portal.stamp(END)
    asked = str(place.settings.portal_address), PASSWORD, *window, PAGE_SIZE, place.bare
    pulls: list[Measured[Pulled]] = []
    bares: dict[int, Measured[int]] = {}
    with Worker() as product, Worker() as bare:
        product.call(pull_communes, place.settings, place.portal, [], END)  # imports are no part of the pace
        bare.call(pull_bare, [], *asked)
        for number in range(GROUPS):
            communes = list(place.communes[number::GROUPS])
            if number % bare_every == 0 and len(bares) % 2:
                bares[number] = bare.call(pull_bare, communes, *asked)
            pulls.append(product.call(pull_communes, place.settings, place.portal, communes, END))
            if number % bare_every == 0 and number not in bares:
                bares[number] = bare.call(pull_bare, communes, *asked)
            print(f"{sum(pull.result.rows for pull in pulls)} dossiers in {_wall(pulls):.0f} s", file=sys.stderr)
    paired = [pulls[number] for number in bares]
    rows, wall = sum(pull.result.rows for pull in pulls), _wall(pulls)
    steps = {step: sum(pull.result.seconds[step] for pull in pulls) for step in pulls[0].result.seconds}
    steps["the rest"] = wall - sum(steps.values())
    return {
        "rows": rows,
        "rows_per_second": round(rows / wall),
        "rows_per_cpu_second": round(rows / _cpu(pulls)),
        "seconds": {"wall": round(wall), "cpu": round(_cpu(pulls))},
        "ratio_to_bare": {
            "wall": round(_wall(paired) / _wall(bares.values()), 2),
            "cpu": round(_cpu(paired) / _cpu(bares.values()), 2),
        },
        "rows_of_bare": sum(each.result for each in bares.values()),
        "peak_mib": {"product": round(product.peak_mib), "bare": round(bare.peak_mib)},
        "share_of_steps": {step: round(taken / wall, 3) for step, taken in _largest(steps)},
    }


def build_all(place: Place, rows: int, rounds: int) -> dict[str, Any]:
    """Build the marts, in turns with the one bare statement over the same raw layer."""
    settings = place.settings
    marts, dossier_nodes, bare_seconds = [], [], []
    for _ in range(rounds):
        with Worker() as product:
            built = product.call(build, settings, END.date())
        marts.append(built.seconds)
        dossier_nodes.append(sum(taken for node, taken in built.result.items() if "dossier" in node))
        with Worker() as bare:
            bare_seconds.append(bare.call(counts_of_raw, settings.raw, settings.memory_limit, settings.threads).seconds)
    whole, part, least = map(statistics.median, (marts, dossier_nodes, bare_seconds))
    return {
        "rows_per_second": round(rows / whole),
        "rows_per_second_of_dossier_nodes": round(rows / part),
        "dossier_nodes_ratio_to_bare": round(part / least, 2),
        "seconds": {"all marts": round(whole, 1), "dossier nodes": round(part, 2), "bare": round(least, 2)},
        "peak_mib": {"product": round(product.peak_mib), "bare": round(bare.peak_mib)},
        "slowest_nodes": {node.split(".", 2)[2]: round(taken, 2) for node, taken in _largest(built.result)[:SLOWEST]},
    }


def _wall(turns: Iterable[Measured[Any]]) -> float:
    return sum(turn.seconds for turn in turns)


def _cpu(turns: Iterable[Measured[Any]]) -> float:
    return sum(turn.cpu_seconds for turn in turns)


def _largest(seconds: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=lambda entry: -entry[1])


def publish_all(place: Place) -> dict[str, Any]:
    """Judge and publish what was built."""
    with Worker() as product:
        done = product.call(judge_and_publish, place.settings, END.date())
    return {"seconds": round(done.seconds, 1), "peak_mib": {"product": round(product.peak_mib)}}


def differences(place: Place, pulled: dict[str, Any]) -> list[str]:
    """Say what does not agree; empty when everything does."""
    found = []
    with_bare = {path.stem for path in place.bare.iterdir()}
    raw = pa.concat_tables(
        pq.read_table(path, columns=["commune_code", "dossier_code"])
        for path in place.settings.raw.glob("dossiers/*.parquet")
    )
    compared = pc.sum(pc.is_in(raw["commune_code"], pa.array(with_bare))).as_py()
    if not raw.num_rows == pulled["rows"] == pc.count_distinct(raw["dossier_code"]).as_py():
        found.append(f"{pulled['rows']} dossiers pulled, {raw.num_rows} in raw, not each once")
    if compared != pulled["rows_of_bare"]:
        found.append(f"{pulled['rows_of_bare']} dossiers at the portal, {compared} of the same communes in raw")
    with opened(place.settings.build_file) as connection:
        published: Counts = {
            (row["commune_code"], row["period"], row["rate"]): (row["numerator"], row["denominator"])
            for row in rows_of(connection, "fct_dossier_rates")
        }
    periods = {period for _, period, _ in published}
    for source, counts in {"portal": counts_of_bare(place.bare), "raw": counts_of_raw(place.settings.raw)}.items():
        wrong = [key for key, count in counts.items() if key[1] in periods and published.get(key) != count]
        if wrong or not counts:
            found.append(f"{len(wrong)} of {len(counts)} rates differ from the count of the {source}: {wrong[:1]}")
    return found


def simulator_spent() -> dict[str, int]:
    """Return what the simulator has used."""
    simulator = next(child for child in psutil.Process().children() if "ingestion.portal.simulator" in child.cmdline())
    times = simulator.cpu_times()
    return {"cpu_seconds": round(times.user + times.system), "mib": round(family_mib(simulator.pid))}


def main() -> None:
    """Pull, build, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="about so many")
    parser.add_argument("--bare-every", type=int, default=1, help="so many groups of communes apart, of ten")
    parser.add_argument("--rounds", type=int, default=3, help="builds, in turns with the bare statement")
    parser.add_argument("--unpublished", action="store_true", help="neither judge nor publish")
    options = parser.parse_args()
    made_up = options.dossiers // A_COMMUNE - len(real_communes())
    communes = (*sorted(real_communes()), *(f"9{number:04d}" for number in range(made_up)))
    volume = options.dossiers / (len(communes) * MONTHS * A_MONTH)
    portal = read_portal(PROJECT / "portals" / "demo.yml")
    search = portal.search.model_copy(update={"page_size": PAGE_SIZE})
    limits = portal.limits.model_copy(update={"requests_per_second": 1e6, "read_seconds": 60, "response_seconds": 60})
    portal = portal.model_copy(update={"search": search, "limits": limits})
    with tempfile.TemporaryDirectory() as folder, start_simulator(SecretStr(PASSWORD), volume=volume) as address:
        home, bare = Path(folder, "home"), Path(folder, "bare")
        bare.mkdir()
        settings = Settings(home=home, portal_password=SecretStr(PASSWORD), portal_address=address, is_sample=True)
        place = Place(settings, portal, communes, bare)
        pulled = pull_all(place, options.bare_every)
        report: dict[str, Any] = {"communes": len(communes), "pull": pulled, "simulator": simulator_spent()}
        report["build"] = build_all(place, pulled["rows"], options.rounds)
        report["publish"] = {} if options.unpublished else publish_all(place)
        report["differences"] = differences(place, pulled)
    print(json.dumps(report, indent=2))
    sys.exit(bool(report["differences"]))


if __name__ == "__main__":
    main()
