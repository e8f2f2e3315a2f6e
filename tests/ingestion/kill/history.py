"""The history checker: what an office says that it did, held against itself and against an undisturbed day.

Ids and instants differ from run to run, so history is told by bytes, senders and answers. A file
that was handed over again after a death has one more receipt, which repeats the first and counts nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import sqlalchemy as sa

from ingestion.batches import RAW_TABLES
from ingestion.landing import landed_path
from warehouse.ledger import broken_audit_entries, from_instant, open_ledger
from warehouse.ledger_tables import AUDIT_LOG, ERASURES, FILES, FINDINGS, RECEIPTS, SUBMISSIONS
from warehouse.raw import batch_path, batches
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings

ACCEPTED = {"accepted", "accepted_with_warnings"}
FORM = ("plan_key", "unit_code", "form_code", "period")
CHANGING = {"submission_id", "receipt_id", "known_from"}


@dataclass(frozen=True)
class State:
    """Everything that an office holds of its history."""

    tables: dict[str, list[dict[str, Any]]]
    raw: dict[str, list[dict[str, Any]]]
    landed: dict[str, bool]
    leftovers: list[str]
    waiting: list[str]
    held: int
    broken: list[int]


def state_of(settings: Settings) -> State:
    """Read the state folder of an office in which nobody works."""
    engine = open_ledger(settings)
    with engine.connect() as connection:
        tables = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in (AUDIT_LOG, ERASURES, FILES, FINDINGS, RECEIPTS, SUBMISSIONS)
        }
    broken = broken_audit_entries(engine)
    engine.dispose()
    raw = {
        table: [
            row
            for name in batches(settings, table)
            for row in pq.read_table(batch_path(settings, table, name)).to_pylist()
        ]
        for table in RAW_TABLES
    }
    files = [path for path in settings.root.rglob("*") if not path.is_dir()]
    landed = {path.name: sha256_of(path) == path.name for path in files if path.is_relative_to(settings.landing)}
    leftovers = [str(path) for path in files if path.name.endswith(".part")]
    leftovers += [str(path) for path in settings.root.iterdir() if path.name.startswith((".note-", ".fetch-"))]
    waiting = sorted(path.name for path in files if path.is_relative_to(settings.drop))
    held = sum(1 for path in settings.path("quarantine").rglob("*.held"))
    return State(tables, raw, landed, leftovers, waiting, held, broken)


def wounds(settings: Settings) -> list[str]:
    """List what is wrong right after a death, before anybody mends anything: what may never be, at no instant."""
    state = state_of(settings)
    return [*_lost_bytes(settings, state), *_lost_rows(state), *_broken_chain(state)]


def problems(settings: Settings, undisturbed: State) -> list[str]:
    """List what is wrong after the next run, against an undisturbed day."""
    state = state_of(settings)
    found = [*_lost_bytes(settings, state), *_lost_rows(state), *_broken_chain(state), *_unbalanced(state)]
    for what, told in history(state).items():
        if told != history(undisturbed)[what]:
            found.append(f"{what} differ: {_difference(history(undisturbed)[what], told)}")
    found += [f"left behind: {path}" for path in state.leftovers]
    found += [f"still waiting: {name}" for name in state.waiting]
    return found


def history(state: State) -> dict[str, Counter[tuple[Any, ...]]]:
    """Tell a state without ids and instants."""
    receipts = {row["receipt_id"]: row for row in state.tables["receipts"]}
    codes: dict[str, list[str]] = {}
    for row in state.tables["findings"]:
        codes.setdefault(row["receipt_id"], []).append(f"{row['code']} {row['cell']}")
    told = {
        "first receipts": Counter(
            (
                row["original_name"], row["channel"], row["sender_unit_code"], row["outcome"], row["revision"],
                "" if row["outcome"] == "quarantined" else row["sha256"], *sorted(codes.get(row["receipt_id"], ())),
            )
            for row in receipts.values()
            if row["duplicate_of"] is None
        ),
        "submissions": Counter(
            (*(row[name] for name in FORM), row["revision"], row["sha256"], row["content_hash"], row["cells_filled"])
            for row in state.tables["submissions"]
        ),
        "erasures": Counter((row["sha256"], row["reason"]) for row in state.tables["erasures"]),
        "quarantined": Counter({("held",): state.held}),
    }  # fmt: skip
    for table, rows in state.raw.items():
        told[table] = Counter(
            (
                receipts[row["receipt_id"]]["sha256"],
                *(str(value) for name, value in row.items() if name not in CHANGING),
            )
            for row in rows
            if row["receipt_id"] in receipts
        )
    return told


def _difference(wanted: Counter[tuple[Any, ...]], found: Counter[tuple[Any, ...]]) -> str:
    return f"missing {list((wanted - found).elements())[:3]}, too many {list((found - wanted).elements())[:3]}"


def _lost_bytes(settings: Settings, state: State) -> Iterator[str]:
    """Every file of the ledger is in landing, whole, unless it was erased."""
    erased = {row["sha256"] for row in state.tables["erasures"]}
    for row in state.tables["files"]:
        if row["sha256"] not in erased and not state.landed.get(row["sha256"]):
            yield f"lost bytes: {landed_path(settings, row['sha256'])}"


def _lost_rows(state: State) -> Iterator[str]:
    """Every submission has as many answers as were counted, known from the instant of its decision, each once."""
    for row in state.tables["submissions"]:
        rows = [one for name in RAW_TABLES for one in state.raw[name] if one["submission_id"] == row["submission_id"]]
        if sum(one["value_status"] != "missing" for one in rows) < row["cells_filled"]:
            yield f"lost rows: {row['submission_id']}"
        if any(one["known_from"] != from_instant(row["accepted_at"]) for one in rows):
            yield f"rows of another decision: {row['submission_id']}"
        items = Counter(one.get("indicator_code") or one.get("task_code") for one in rows)
        if any(count > 1 for count in items.values()):
            yield f"rows counted twice: {row['submission_id']}"


def _broken_chain(state: State) -> Iterator[str]:
    if state.broken:
        yield f"audit chain broken at {state.broken[0]}"


def _unbalanced(state: State) -> Iterator[str]:
    """Once nobody is at work, ledger, landing, raw and audit log tell the same."""
    tables = state.tables
    receipts = {row["receipt_id"]: row for row in tables["receipts"]}
    for row in receipts.values():
        first = receipts.get(row["duplicate_of"]) if row["duplicate_of"] else None
        if row["outcome"] == "received":
            yield f"open receipt: {row['original_name']}"
        if row["duplicate_of"] and (first is None or first["duplicate_of"]):
            yield f"repeats nothing: {row['original_name']}"
    audited = Counter(row["subject"] for row in tables["audit_log"] if row["action"] == "receipt_decided")
    if audited != Counter(receipts.keys()):
        yield "receipts and their audit lines differ"
    accepted = {row["receipt_id"] for row in receipts.values() if row["outcome"] in ACCEPTED}
    if Counter(row["receipt_id"] for row in tables["submissions"]) != Counter(accepted):
        yield "accepted receipts and submissions differ"
    strays = {row["receipt_id"] for rows in state.raw.values() for row in rows} - accepted
    yield from (f"raw rows without a submission: {receipt_id}" for receipt_id in sorted(strays))
    known = {row["sha256"] for row in tables["files"]} - {row["sha256"] for row in tables["erasures"]}
    if set(state.landed) - known:
        yield f"landed but unknown or erased: {sorted(set(state.landed) - known)}"
    yield from _unordered(tables["submissions"], receipts)


def _unordered(submissions: list[dict[str, Any]], receipts: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Revisions of a form count from 1 without a gap, in the order of receipt."""
    forms: dict[tuple[Any, ...], list[tuple[str, int]]] = {}
    for row in submissions:
        received_at = receipts[row["receipt_id"]]["received_at"]
        forms.setdefault(tuple(row[name] for name in FORM), []).append((received_at, row["revision"]))
    for form, found in forms.items():
        if [revision for _, revision in sorted(found)] != list(range(1, len(found) + 1)):
            yield f"revisions out of order: {form}"
