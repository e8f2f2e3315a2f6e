"""The printed board: one line for flags that say the same, the worst first."""

from __future__ import annotations

from typing import Any

import pytest

from cli.board import SYNTHETIC, Board, print_board

PLAN = {"plan_key": "thien-tan-2026", "title": "KẾ HOẠCH năm 2026"}


def flag(indicator: str | None, severity: str = "warn", **changes: Any) -> dict[str, Any]:
    return {
        "indicator_code": indicator, "severity": severity, "period": "2026-06", "unit_code": "pvhcc",
        "rule_code": "CPY-01", "explanation_vi": f"Giống hệt kỳ trước ({indicator})",
    } | changes  # fmt: skip


def board(**changes: Any) -> Board:
    empty: dict[str, Any] = {"indicators": [], "open_flags": [], "outstanding": [], "is_synthetic": False}
    return Board(plan=PLAN, as_of_period="2026-06", **empty | changes)


def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, **changes: Any) -> str:
    monkeypatch.setenv("COLUMNS", "250")
    print_board(board(**changes))
    return capsys.readouterr().out


def test_a_board_without_flags_and_with_every_form_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed(capsys, monkeypatch)
    assert "Không có cảnh báo nào đang mở." in said
    assert "Mọi biểu đã nhận đủ." in said
    assert SYNTHETIC not in said


def test_flags_of_one_form_and_rule_share_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed(capsys, monkeypatch, open_flags=[flag(f"ct-{number:02d}") for number in range(1, 31)])
    assert said.count("Giống hệt kỳ trước") == 1
    assert "(và 29 chỉ tiêu khác)" in said


def test_the_worst_flags_come_first(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    flags = [flag("ct-01", "info"), flag("ct-02", "warn"), flag("ct-03", "block")]
    said = printed(capsys, monkeypatch, open_flags=flags)
    assert said.index("(ct-03)") < said.index("(ct-02)") < said.index("(ct-01)")


def test_a_flag_without_period_unit_or_indicator_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = flag(None, period=None, unit_code=None, rule_code="DOS-01")
    assert "Giống hệt kỳ trước (None)" in printed(capsys, monkeypatch, open_flags=[odd, flag("ct-01")])


def test_made_up_figures_are_marked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert SYNTHETIC in printed(capsys, monkeypatch, is_synthetic=True)


def test_brackets_in_what_was_reported_are_no_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed(capsys, monkeypatch, open_flags=[flag("ct-01", explanation_vi="Ghi [/chữ] và [red]màu[/red]")])
    assert "Ghi [/chữ] và [red]màu[/red]" in said
