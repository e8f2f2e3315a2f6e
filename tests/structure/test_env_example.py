"""`.env.example` is the office's list of settings: complete, true to the code, explained in Vietnamese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from warehouse.settings import PROJECT, Settings

LINES = (PROJECT / ".env.example").read_text(encoding="utf-8").splitlines()
SETTING = re.compile(r"# THUOCDO_([A-Z_]+)=(.*)")
LISTED = {found[1].lower(): found[2] for found in map(SETTING.fullmatch, LINES) if found}
VIETNAMESE_LETTERS = set("ăâđêôơưàảãạáằẳẵặắầẩẫậấèẻẽẹéềểễệếìỉĩịíòỏõọóồổỗộốờởỡợớùủũụúừửữựứỳỷỹỵý")


def test_the_example_lists_exactly_the_settings() -> None:
    assert list(LISTED) == list(Settings.model_fields)


def test_no_line_of_the_example_sets_anything_until_it_is_uncommented() -> None:
    assert [line for line in LINES if line and not line.startswith("# ")] == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_one_line_of_explanation_in_vietnamese(name: str) -> None:
    at = LINES.index(f"# THUOCDO_{name.upper()}={LISTED[name]}")
    explanation = LINES[at - 1]
    assert LINES[at - 2] == ""
    assert explanation.startswith("# ")
    assert VIETNAMESE_LETTERS & set(explanation.lower())


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_shown_value_is_the_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = f"THUOCDO_{name.upper()}"
    monkeypatch.delenv(variable, raising=False)
    default = getattr(Settings(), name)
    shown = LISTED[name]
    if default is None:
        assert shown == ""
        return
    assert not isinstance(default, SecretStr)
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv(variable, shown)
    read = getattr(Settings(), name)
    assert (Path(read).absolute() if isinstance(read, Path) else read) == (
        Path(default).absolute() if isinstance(default, Path) else default
    )
