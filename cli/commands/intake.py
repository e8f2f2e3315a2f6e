"""`thuocdo submit`, `receipts`, `slip`, `collect`: what units hand in and what it became."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import read_day
from cli.output import Json, print_json, print_rows, say
from ingestion.channels.drop_folder import collect_drop_folder
from ingestion.channels.fetch import collect_channels
from ingestion.channels.records import read_channels
from ingestion.forms.writing.slip import write_slip
from ingestion.intake import Arrival, ReceiptResult, take_in
from ingestion.portal.collect import collect_portals, portal_files
from ingestion.portal.pull import PullResult
from ingestion.receipts import list_receipts
from plans.periods import period_of
from plans.reading import find_plan, read_plans
from warehouse.clock import now
from warehouse.errors import FAILURES_OF_A_SOURCE, ThuocDoError, UsageError, told_together
from warehouse.ledger import open_ledger
from warehouse.settings import Settings, settings_from_environment

REFUSED = {"rejected", "quarantined"}
REFUSED_EXIT = 3
RECEIPT_COLUMNS = {
    "receipt_id": "Biên nhận",
    "received_at": "Nhận lúc (UTC)",
    "plan_key": "Kế hoạch",
    "unit_code": "Đơn vị",
    "period": "Kỳ",
    "revision": "Bản",
    "outcome": "Kết quả",
    "findings": "Phát hiện",
}


def add_commands(app: typer.Typer) -> None:
    """Add the intake commands to the program."""
    app.command()(submit)
    app.command()(receipts)
    app.command()(slip)
    app.command()(collect)


def submit(
    files: Annotated[list[Path], typer.Argument(help="Tệp biểu đã điền.")],
    unit: Annotated[str | None, typer.Option(help="Đơn vị gửi: <plan_key>/<unit_code> hoặc <unit_code>.")] = None,
    as_json: Json = False,
) -> int:
    """Tiếp nhận tệp: lưu nguyên bản, kiểm tra, đọc; mỗi tệp một biên nhận."""
    settings = settings_from_environment()
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"Không tìm thấy tệp: {', '.join(missing)}.", files=missing)
    plan_key, _, unit_code = (unit or "").rpartition("/")
    arrivals = [Arrival(path, path.name, "command", plan_key or None, unit_code or None) for path in files]
    results = take_in(settings, open_ledger(settings), read_plans(settings.plans_folder), arrivals, now(settings))
    if as_json:
        print_json(results)
    else:
        for result in results:
            _tell(result)
    return REFUSED_EXIT if any(result.outcome in REFUSED for result in results) else 0


def _tell(result: ReceiptResult) -> None:
    revision = f", bản {result.revision}" if result.revision else ""
    say(f"{result.file}: {OUTCOMES_VI[result.outcome]} — biên nhận {result.receipt_id}{revision}")
    for found in result.findings:
        say(f"  [{found.code}] {found.message}")


OUTCOMES_VI = {
    "accepted": "đã nhận",
    "accepted_with_warnings": "đã nhận, có lưu ý",
    "rejected": "không nhận được, cần sửa",
    "duplicate": "tệp này đã nhận trước đó",
    "quarantined": "đã cách ly, chờ xem xét",
}


def receipts(
    plan: Annotated[str | None, typer.Option(help="Mã kế hoạch.")] = None,
    period: Annotated[str | None, typer.Option(help="Kỳ báo cáo.")] = None,
    as_json: Json = False,
) -> None:
    """Liệt kê những gì đã đến và kết quả."""
    settings = settings_from_environment()
    if plan:
        find_plan(read_plans(settings.plans_folder), plan)
    code = period_of(period).code if period else None
    rows = list_receipts(open_ledger(settings), plan_key=plan, period=code)
    if as_json:
        print_json(rows)
    else:
        shown = [{**row, "findings": ", ".join(sorted({found["code"] for found in row["findings"]}))} for row in rows]
        print_rows("Biên nhận", RECEIPT_COLUMNS, shown)


def slip(
    receipt: Annotated[str, typer.Argument(help="Mã biên nhận.")],
    out: Annotated[Path | None, typer.Option(help="Tệp nhận phiếu; .txt, .json: chỉ danh sách.")] = None,
    as_json: Json = False,
) -> None:
    """Lập phiếu phản hồi: chính biểu của đơn vị, ô sai được tô màu và giải thích."""
    settings = settings_from_environment()
    path = write_slip(settings, open_ledger(settings), receipt, out)
    if as_json:
        print_json({"receipt_id": receipt, "file": path})
    else:
        say(f"Phiếu phản hồi: {path}")


def collect(
    source: Annotated[
        str | None, typer.Option(help="drop (thư mục nộp), <loại>:<tên kênh> hoặc tên cổng; bỏ trống: tất cả.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Kéo lại hồ sơ của cổng từ ngày này (YYYY-MM-DD); chỉ ghi phần còn thiếu.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Lấy số liệu từ mọi nguồn đã cấu hình một lần; nguồn này lỗi không cản nguồn khác."""
    settings = settings_from_environment()
    collected, failures = _collect(settings, source, read_day(since) if since else None)
    if as_json and not failures:
        print_json(collected)
    elif collected:
        print_rows("Đã thu thập", {"source": "Nguồn", "rows_in": "Nhận", "rows_out": "Ghi mới"}, collected)
    if failures:
        raise told_together(failures)


def _collect(
    settings: Settings, source: str | None, since: dt.date | None
) -> tuple[list[dict[str, object]], dict[str, ThuocDoError]]:
    """Collect each chosen source; returns what came of each, and the errors of those that failed."""
    ledger, plans, moment = open_ledger(settings), read_plans(settings.plans_folder), now(settings)
    collect_one: dict[str, Callable[[str], dict[str, object]]] = {
        "drop": lambda name: _counted(name, collect_drop_folder(settings, ledger, plans, moment)),
        **dict.fromkeys(
            read_channels(settings.channels_folder),
            lambda name: _counted(name, collect_channels(settings, ledger, plans, moment, name)),
        ),
        **dict.fromkeys(
            portal_files(settings.portals_folder),
            lambda name: _pulled(name, collect_portals(settings, ledger, plans, moment, name, since)[name]),
        ),
    }
    if source and source not in collect_one:
        raise UsageError(f"Không có nguồn '{source}'. Các nguồn: {', '.join(collect_one)}.", source=source)
    collected: list[dict[str, object]] = []
    failures: dict[str, ThuocDoError] = {}
    for name in [source] if source else collect_one:
        try:
            collected.append(collect_one[name](name))
        except FAILURES_OF_A_SOURCE as failure:
            failures[name] = failure
    return collected, failures


def _pulled(source: str, result: PullResult) -> dict[str, object]:
    return {"source": source, "rows_in": result.rows_in, "rows_out": result.rows_out}


def _counted(source: str, results: Sequence[ReceiptResult]) -> dict[str, object]:
    accepted = sum(result.outcome.startswith("accepted") for result in results)
    return {"source": source, "rows_in": len(results), "rows_out": accepted}
