"""The simulator as a child process."""

from __future__ import annotations

import socket
import subprocess
import sys

import httpx
import pytest

from ingestion.portal.simulator.process import start_simulator
from tests.ingestion.portal.office import PASSWORD
from warehouse.errors import UsageError
from warehouse.settings import PROJECT

MODULE = [sys.executable, "-m", "ingestion.portal.simulator"]


def test_it_answers_on_loopback_and_is_gone_after_its_block() -> None:
    with start_simulator(PASSWORD) as address:
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(f"{address}/health", trust_env=False).json() == {"error_code": "0"}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health", trust_env=False)


def test_a_taken_port_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="đang được dùng"), start_simulator(PASSWORD, taken.getsockname()[1]):
            pass


@pytest.mark.parametrize("volume", ["0", "31"])
def test_it_does_not_start_with_a_volume_that_it_cannot_number(volume: str) -> None:
    options = ["--port", "0", "--password-env", "PW", "--volume", volume]
    ended = subprocess.run([*MODULE, *options], cwd=PROJECT, env={"PW": "x"}, capture_output=True, check=False)
    assert ended.returncode == 2
    assert "không quá 30" in ended.stderr.decode()


def test_it_ends_when_its_parent_is_gone() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        fd = listener.fileno()
        options = ["--fd", str(fd), "--password-env", "PW", "--with-parent"]
        child = subprocess.Popen(
            [*MODULE, *options], cwd=PROJECT, env={"PW": "x"}, pass_fds=[fd], stdin=subprocess.PIPE
        )
    assert child.stdin
    child.stdin.close()  # what the system does to a killed parent's end
    assert child.wait(timeout=30) == 0


def test_it_does_not_start_without_a_password() -> None:
    ended = subprocess.run(
        [*MODULE, "--port", "0", "--password-env", "PW"], cwd=PROJECT, env={}, capture_output=True, check=False
    )
    assert ended.returncode == 2


def test_a_search_without_a_session_is_refused(simulator: str) -> None:
    question = {
        "session": "", "madonvi": "05755", "service": "TraCuuHoSo", "tuNgay": "20251101000000",
        "denNgay": "20251201000000", "trang": "1", "soBanGhi": "10",
    }  # fmt: skip
    assert httpx.post(f"{simulator}/dich-vu", json=question, trust_env=False).json() == {"error_code": "401"}
