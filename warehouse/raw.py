"""The raw layer: our own Parquet, the only thing that DuckDB, dbt and Great Expectations read.

`RAW_TABLES` is the contract between what writes (plans, intake, portal client, ledger) and
dbt's sources; `tests/structure` compares both. A table is a folder of immutable batch files;
a batch is written once under the name of what it came from, so writing it again changes
nothing. Instants are UTC; figures are DECIMAL, never DOUBLE (design 2.7).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import ReconciliationFailed
from warehouse.storage import sync_folder, write_durably

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from warehouse.settings import Settings

TEXT, WHOLE, DAY, FLAG = pa.string(), pa.int64(), pa.date32(), pa.bool_()
FIGURE = pa.decimal128(18, 4)
INSTANT = pa.timestamp("us", tz="UTC")


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


_LINEAGE = {"submission_id": TEXT, "receipt_id": TEXT, "plan_key": TEXT, "unit_code": TEXT, "form_code": TEXT}
_WHERE = {"sheet": TEXT, "cell": TEXT, "known_from": INSTANT}
_ITEM = {"source_file": TEXT, "source_section": TEXT, "source_number": TEXT, "notes": TEXT}

RAW_TABLES: dict[str, pa.Schema] = {
    "plans": _schema(
        plan_key=TEXT, commune_code=TEXT, province_code=TEXT, commune_name=TEXT, title=TEXT, document_number=TEXT,
        issued_text=TEXT, issued_on=DAY, valid_from=DAY, valid_to=DAY, validity_note=TEXT, issuing_agency=TEXT,
        focal_unit=TEXT, supersedes=TEXT, legal_bases=TEXT, source_file=TEXT, file_sha256=TEXT,
    ),
    "units": _schema(
        plan_key=TEXT, unit_code=TEXT, unit_name=TEXT, unit_kind=TEXT, aliases=TEXT, is_reporting=FLAG, **_ITEM
    ),
    "indicators": _schema(
        plan_key=TEXT, indicator_code=TEXT, sort_no=WHOLE, canonical_code=TEXT, stt=TEXT, section=TEXT, name_vi=TEXT,
        measure_vi=TEXT, unit_of_measure=TEXT, value_kind=TEXT, direction=TEXT, lead_units=TEXT, lead_text=TEXT,
        reporter_unit=TEXT, figure_of_record=TEXT, source_note=TEXT, blank_cells=TEXT, **_ITEM,
    ),
    "targets": _schema(
        plan_key=TEXT, indicator_code=TEXT, target_no=WHOLE, target_year=WHOLE, due_on=DAY, comparator=TEXT,
        target_value=FIGURE, target_value_upper=FIGURE, unit=TEXT, qualifier=TEXT, target_text=TEXT,
        is_quantitative=FLAG, **_ITEM,
    ),
    "tasks": _schema(
        plan_key=TEXT, task_code=TEXT, sort_no=WHOLE, task_origin=TEXT, stt=TEXT, task_group=TEXT, name_vi=TEXT,
        lead_units=TEXT, lead_text=TEXT, coordinating_units=TEXT, coordinating_text=TEXT, product=TEXT,
        deadline_text=TEXT, deadline_kind=TEXT, due_from=DAY, due_on=DAY, indicators=TEXT, reporter_unit=TEXT,
        is_reported=FLAG, **_ITEM,
    ),
    "reporting_rules": _schema(
        plan_key=TEXT, rule_code=TEXT, reporter_units=TEXT, reporter=TEXT, recipient=TEXT, frequency=TEXT,
        deadline_text=TEXT, due_rule=TEXT, **_ITEM,
    ),
    "doubts": _schema(plan_key=TEXT, doubt_code=TEXT, about=TEXT, printed=TEXT, doubt_vi=TEXT, **_ITEM),
    "canonical_indicators": _schema(
        canonical_code=TEXT, name_vi=TEXT, name_en=TEXT, unit_of_measure=TEXT, value_kind=TEXT, direction=TEXT,
        definition_vi=TEXT, numerator_vi=TEXT, denominator_vi=TEXT, range_min=FIGURE, range_max=FIGURE,
        dossier_rate=TEXT, sources=TEXT,
    ),
    "reporting_periods": _schema(
        plan_key=TEXT, period=TEXT, frequency=TEXT, starts_on=DAY, ends_on=DAY, counts_from=DAY, counts_to=DAY,
        is_next_report=FLAG,
    ),
    "calendar_days": _schema(day=DAY, is_working_day=FLAG),
    "observations": _schema(
        **_LINEAGE, period=TEXT, revision=WHOLE, indicator_code=TEXT, numerator=FIGURE, denominator=FIGURE,
        value=FIGURE, value_text=TEXT, value_status=TEXT, number_nature=TEXT, note=TEXT, **_WHERE,
    ),
    "task_reports": _schema(
        **_LINEAGE, period=TEXT, revision=WHOLE, task_code=TEXT, state=TEXT, percent_done=FIGURE, product_note=TEXT,
        value_status=TEXT, **_WHERE,
    ),
    "dossiers": _schema(
        portal=TEXT, commune_code=TEXT, dossier_code=TEXT, procedure_code=TEXT, field_code=TEXT, received_at=INSTANT,
        submitted_at=INSTANT, due_at=INSTANT, first_due_at=INSTANT, resolved_at=INSTANT, returned_at=INSTANT,
        status_code=TEXT, channel_code=TEXT, applicant_kind=TEXT, payment_code=TEXT, is_fee_bearing=FLAG,
        is_full_online=FLAG, has_component_files=FLAG, has_electronic_result=FLAG, is_reused=FLAG,
        is_boundary_free=FLAG, has_component_mark=FLAG, has_result_mark=FLAG, supplement_count=WHOLE,
        paused_days=WHOLE, satisfaction_code=TEXT, updated_at=INSTANT, batch_sha256=TEXT, known_from=INSTANT,
    ),
    "form_issues": _schema(
        form_id=TEXT, plan_key=TEXT, unit_code=TEXT, form_code=TEXT, period=TEXT, template_version=TEXT,
        cells_expected=WHOLE, due_at=INSTANT, issued_at=INSTANT,
    ),
    "receipts": _schema(
        receipt_id=TEXT, sha256=TEXT, channel=TEXT, sender_plan_key=TEXT, sender_unit_code=TEXT, received_at=INSTANT,
        outcome=TEXT, duplicate_of=TEXT, plan_key=TEXT, unit_code=TEXT, form_code=TEXT, period=TEXT, revision=WHOLE,
    ),
    "submissions": _schema(
        submission_id=TEXT, receipt_id=TEXT, plan_key=TEXT, unit_code=TEXT, form_code=TEXT, period=TEXT,
        revision=WHOLE, cells_filled=WHOLE, accepted_at=INSTANT, content_hash=TEXT,
    ),
    "flags": _schema(
        flag_id=TEXT, plan_key=TEXT, indicator_code=TEXT, unit_code=TEXT, period=TEXT, rule_code=TEXT, severity=TEXT,
        observed=TEXT, expected=TEXT, explanation_vi=TEXT, opened_at=INSTANT, closed_at=INSTANT, waived_at=INSTANT,
        waived_by=TEXT, waiver_reason=TEXT,
    ),
    "quality_checks": _schema(
        suite_run_id=TEXT, check_code=TEXT, suite=TEXT, period=TEXT, outcome=TEXT, failing_count=WHOLE,
        checked_count=WHOLE, severity=TEXT, description_vi=TEXT,
    ),
    "pipeline_outcomes": _schema(
        run_id=TEXT, dag_id=TEXT, step=TEXT, started_at=INSTANT, ended_at=INSTANT, outcome=TEXT, rows_in=WHOLE,
        rows_out=WHOLE, message=TEXT,
    ),
}  # fmt: skip

EMPTY_BATCH = "_empty"


def batch_path(settings: Settings, table: str, batch: str) -> Path:
    """Return where a batch of a raw table lies."""
    return settings.raw / table / f"{batch}.parquet"


def write_batch(settings: Settings, table: str, batch: str, rows: Iterable[dict[str, Any]]) -> int:
    """Write one batch of a raw table durably (temp file, fsync, rename) and return its row count."""
    content = pa.Table.from_pylist(list(rows), schema=RAW_TABLES[table])
    target = batch_path(settings, table, batch)
    write_durably(target, lambda handle: pq.write_table(content, handle, compression="zstd"))
    return int(content.num_rows)


def remove_batch(settings: Settings, table: str, batch: str) -> None:
    """Remove a batch whose rows turned out not to count; nothing to do where it was never written."""
    path = batch_path(settings, table, batch)
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def replace_table(settings: Settings, table: str, rows: Iterable[dict[str, Any]]) -> int:
    """Write a table that is always written whole (plans, ledger copies) as its one batch."""
    return write_batch(settings, table, "all", rows)


def ensure_tables(settings: Settings) -> None:
    """Give every raw table an empty batch, so that a source without data is empty, not missing.

    Raises:
        ReconciliationFailed: a table was written when it had other columns; only a rebuild gives them to its rows.
    """
    for table, schema in RAW_TABLES.items():
        empty = batch_path(settings, table, EMPTY_BATCH)
        if not empty.exists():
            write_batch(settings, table, EMPTY_BATCH, [])
        elif not pq.read_schema(empty).equals(schema):
            raise ReconciliationFailed(
                f"Bảng thô {table} do phiên bản trước của phần mềm ghi, có cột khác. Kho đã công bố giữ nguyên. "
                "Hãy chạy `thuocdo rebuild` để dựng lại từ tệp gốc và sổ cái.",
                table=table,
            )


def renew_tables(settings: Settings) -> None:
    """Write every table's empty batch with today's columns: the last act of a rebuild."""
    for table in RAW_TABLES:
        write_batch(settings, table, EMPTY_BATCH, [])


def batches(settings: Settings, table: str) -> list[str]:
    """List the batches of a table that hold rows, in name order."""
    folder = settings.raw / table
    names = os.listdir(folder) if folder.exists() else []  # noqa: PTH208
    found = {name.removesuffix(".parquet") for name in names if name.endswith(".parquet") and name[0] != "."}
    return sorted(found - {EMPTY_BATCH})
