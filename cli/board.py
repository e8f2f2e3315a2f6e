"""Read a plan's board from a warehouse file and print it for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from cli.output import OUT, as_cell
from warehouse.reading import rows_of

if TYPE_CHECKING:
    import sqlalchemy as sa

STATUS_VI = {
    "achieved": ("ĐẠT", "green"),
    "on_track": ("đúng tiến độ", "green"),
    "at_risk": ("có nguy cơ", "yellow"),
    "off_track": ("chậm", "red"),
    "deteriorating": ("đang xấu đi", "red"),
    "no_data": ("chưa có số liệu", "dim"),
    "not_measurable": ("không đo bằng số", "dim"),
}
SEVERITY_VI = {"block": ("CHẶN", "red"), "warn": ("xem lại", "yellow"), "info": ("lưu ý", "dim")}
FLAG_MARK = {"block": " ⛔", "warn": " ⚑", "info": " ⚑"}
TREND = {"up": "▲", "down": "▼", "flat": "＝", "none": ""}
OUTSTANDING = {"missing": "quá hạn, chưa nhận", "not_due": "chưa đến hạn"}
SYNTHETIC = "SỐ LIỆU TỔNG HỢP – CHỈ ĐỂ MINH HỌA, KHÔNG PHẢI SỐ LIỆU THẬT"
NAME_WIDTH = 60


@dataclass(frozen=True)
class Board:
    """What a plan's board shows."""

    plan: dict[str, Any]
    as_of_period: str | None
    indicators: list[dict[str, Any]]
    open_flags: list[dict[str, Any]]
    outstanding: list[dict[str, Any]]
    is_synthetic: bool


def read_board(connection: sa.Connection, plan_key: str) -> Board:
    """Read the board of the latest as-of period in a warehouse file."""
    plan = rows_of(connection, "dim_plans", plan_key=plan_key)[0]
    names = {row["indicator_code"]: row for row in rows_of(connection, "dim_indicators", plan_key=plan_key)}
    progress = rows_of(connection, "fct_indicator_progress", "as_of_period", plan_key=plan_key)
    latest = progress[-1]["as_of_period"] if progress else None
    shown = [
        row | {"stt": names[row["indicator_code"]]["stt"], "name_vi": _short_name(names[row["indicator_code"]])}
        for row in progress
        if row["as_of_period"] == latest
    ]
    shown.sort(key=lambda row: names[row["indicator_code"]]["sort_no"])
    flags = rows_of(connection, "fct_quality_flags", "severity", "period", "flag_id", plan_key=plan_key, state="open")
    due = rows_of(connection, "fct_reporting_obligations", "due_at", "unit_code", plan_key=plan_key)
    extract = rows_of(connection, "rpt_provincial_extract", "row_no", plan_key=plan_key)
    return Board(
        plan=plan,
        as_of_period=latest,
        indicators=shown,
        open_flags=flags,
        outstanding=[row for row in due if row["status"] in OUTSTANDING and row["received_at"] is None],
        is_synthetic=any(row["is_synthetic"] for row in extract),
    )


def _short_name(indicator: dict[str, Any]) -> str:
    name = str(indicator["measure_vi"] or indicator["name_vi"])
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 1] + "…"


def print_board(board: Board) -> None:
    """Print a board: indicators, then flags, then what is outstanding and until when."""
    OUT.rule(
        f"[bold]{board.plan['plan_key']}[/bold] · {escape(board.plan['title'][:80])} · đến kỳ {board.as_of_period}"
    )
    if board.is_synthetic:
        OUT.print(f"[bold red]{SYNTHETIC}[/bold red]")
    _print_indicators(board)
    _print_flags(board)
    _print_outstanding(board)


def _print_indicators(board: Board) -> None:
    table = Table("Mã", "Chỉ tiêu", "Giá trị", "Kỳ", "Mục tiêu", "Trạng thái", "Xu hướng", "Xác suất đạt")
    flagged = {(flag["indicator_code"], flag["period"]): flag["severity"] for flag in board.open_flags}
    for row in board.indicators:
        mark = FLAG_MARK.get(flagged.get((row["indicator_code"], row["value_period"]), ""), "")
        label, colour = STATUS_VI[row["status"]]
        target = f"{row['next_target_text'] or ''} ({row['next_target_year']})" if row["next_target_year"] else ""
        chance = row["probability_hit"]
        table.add_row(
            row["indicator_code"],
            escape(row["name_vi"]),
            as_cell(row["value"]) + mark,
            as_cell(row["value_period"]),
            escape(target[:40]),
            f"[{colour}]{label}[/{colour}]",
            TREND.get(row["trend"] or "none", ""),
            "" if chance is None else f"{chance * 100:.0f}%",
        )
    OUT.print(table)


def _print_flags(board: Board) -> None:
    if not board.open_flags:
        OUT.print("Không có cảnh báo nào đang mở.")
        return
    table = Table("Mức", "Kỳ", "Đơn vị", "Chỉ tiêu", "Giải thích", title="Cảnh báo đang mở", title_justify="left")
    for flags in _grouped(board.open_flags):
        first = flags[0]
        codes = ", ".join(flag["indicator_code"] for flag in flags if flag["indicator_code"])
        more = f" (và {len(flags) - 1} chỉ tiêu khác)" if len(flags) > 1 else ""
        label, colour = SEVERITY_VI[first["severity"]]
        severity = f"[{colour}]{label}[/{colour}]"
        table.add_row(severity, first["period"], first["unit_code"], codes, escape(first["explanation_vi"]) + more)
    OUT.print(table)


def _grouped(flags: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Group flags that say the same of one form: one line instead of thirty, worst first."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for flag in flags:
        key = (flag["severity"], flag["period"] or "", flag["unit_code"] or "", flag["rule_code"])
        groups.setdefault(key, []).append(flag)
    order = {severity: position for position, severity in enumerate(SEVERITY_VI)}
    return [groups[key] for key in sorted(groups, key=lambda key: (order[key[0]], *key[1:]))]


def _print_outstanding(board: Board) -> None:
    if not board.outstanding:
        OUT.print("Mọi biểu đã nhận đủ.")
        return
    table = Table("Đơn vị", "Kỳ", "Hạn (giờ VN)", "Tình trạng", title="Biểu còn thiếu", title_justify="left")
    for row in board.outstanding:
        table.add_row(row["unit_code"], row["period"], str(row["due_on"]), OUTSTANDING[row["status"]])
    OUT.print(table)
