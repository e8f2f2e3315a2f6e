"""`make up` and `make down`: one supervisor at a time; one that died is not taken for a living one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli import service
from warehouse.errors import ThuocDoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings


@pytest.fixture
def supervisor(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for a running supervisor: its id lies where the supervisor's does."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        settings.root.mkdir()
        settings.path("service.pid").write_text(str(process.pid))
        yield process
        process.kill()


def test_a_service_that_does_not_run_is_not_stopped(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    service.down(settings)
    assert capsys.readouterr().out == "Dịch vụ không chạy.\n"


@pytest.mark.parametrize("content", ["999999999", "rác", ""], ids=["dead", "no number", "empty"])
def test_a_supervisor_that_died_is_not_taken_for_a_living_one(
    settings: Settings, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    settings.root.mkdir()
    settings.path("service.pid").write_text(content)
    service.down(settings)
    assert capsys.readouterr().out == "Dịch vụ không chạy.\n"


def test_a_running_service_is_not_started_twice(
    settings: Settings, supervisor: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    service.up(settings)
    assert "đang chạy rồi" in capsys.readouterr().out
    assert supervisor.poll() is None


def test_a_supervisor_that_does_not_end_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, supervisor: subprocess.Popen[bytes]
) -> None:
    with monkeypatch.context() as deaf:
        deaf.setattr(service, "STOP_SECONDS", 0.3)
        deaf.setattr(service.os, "kill", lambda _pid, _signal: None)
        with pytest.raises(ThuocDoError, match="chưa dừng"):
            service.down(settings)
