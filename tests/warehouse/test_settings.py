"""Settings: read once at the edge, frozen, handed to children as they are, refused by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from tests.wording import assert_vietnamese
from warehouse.errors import SettingsRefused
from warehouse.settings import Settings, settings_from_environment


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"THUOCDO_{name.upper()}", raising=False)
    settings_from_environment.cache_clear()


def test_settings_come_from_the_environment_and_are_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THUOCDO_HOME", str(tmp_path))
    first = settings_from_environment()
    monkeypatch.setenv("THUOCDO_HOME", "elsewhere")
    assert settings_from_environment() is first
    assert first.root == tmp_path


def test_a_child_process_gets_the_very_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "nhà có dấu",
        now=dt.datetime(2026, 6, 15, 17, 0, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=7))),
        ledger_url=SecretStr("postgresql://a:mật-khẩu@b/c"),
        writer_wait_seconds=0.25,
        is_driven=True,
    )
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_a_setting_that_is_not_set_is_not_handed_on() -> None:
    assert "THUOCDO_NOW" not in Settings().as_environment()
    assert "THUOCDO_LEDGER_URL" not in Settings().as_environment()


def test_the_state_folder_is_absolute_whatever_folder_a_child_runs_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(home=Path("var")).as_environment()["THUOCDO_HOME"] == str(tmp_path / "var")


def test_everything_that_must_survive_lies_in_the_state_folder(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    derived = [name for name in dir(Settings) if isinstance(getattr(Settings, name), property)]
    paths = [value for name in derived if isinstance(value := getattr(settings, name), Path)]
    assert len(paths) >= 9
    assert all(path.is_relative_to(tmp_path) for path in paths)
    assert settings.ledger_address == f"sqlite:///{tmp_path / 'ledger.db'}"


def test_the_ledger_moves_by_one_setting() -> None:
    assert Settings(ledger_url=SecretStr("postgresql://x/y")).ledger_address == "postgresql://x/y"


def test_secrets_are_not_printed() -> None:
    shown = repr(Settings(ledger_url=SecretStr("postgresql://a:mat-khau@b/c"), portal_password=SecretStr("mat-khau")))
    assert "mat-khau" not in shown


def test_settings_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(ValidationError):
        Settings().home = Path("elsewhere")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THREADS", "0"),
        ("THREADS", "hai"),
        ("SNAPSHOTS_KEPT", "1"),
        ("WRITER_WAIT_SECONDS", "lâu"),
        ("FREE_SPACE_MIB", "-1"),
        ("NOW", "hôm qua"),
        ("IS_SAMPLE", "có thể"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"THUOCDO_{name}", value)
    with pytest.raises(SettingsRefused, match=f"THUOCDO_{name}: ") as told:
        settings_from_environment()
    assert_vietnamese(told.value.message)


def test_passwords_of_channels_come_as_json_and_go_on_to_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUOCDO_CHANNEL_SECRETS", '{"sftp-tinh": "bí mật"}')
    settings = Settings()
    assert settings.channel_secrets == {"sftp-tinh": SecretStr("bí mật")}
    assert "bí mật" not in repr(settings)
    monkeypatch.setenv("THUOCDO_CHANNEL_SECRETS", settings.as_environment()["THUOCDO_CHANNEL_SECRETS"])
    assert Settings().channel_secrets == settings.channel_secrets


@pytest.mark.parametrize("broken", ['{"sftp-tinh": "matkhau', '["matkhau"]'])
def test_broken_passwords_of_channels_are_not_repeated(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    monkeypatch.setenv("THUOCDO_CHANNEL_SECRETS", broken)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "matkhau" not in str(refused.value)
