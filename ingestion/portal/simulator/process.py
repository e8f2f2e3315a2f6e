"""Run the simulator as a child process, for the demo's orchestrator and for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from ingestion.portal.simulator.app import DEFAULT_SEED
from warehouse.errors import SourceUnavailable, UsageError
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

HOST = "127.0.0.1"
PASSWORD_VARIABLE = "THUOCDO_SIMULATOR_PASSWORD"  # noqa: S105 - the variable's name, not a password
READY_SECONDS = 30.0


@contextmanager
def start_simulator(password: SecretStr, port: int = 0, seed: str = DEFAULT_SEED, volume: float = 1) -> Iterator[str]:
    """Start the simulator on 127.0.0.1 and yield its address; it ends with the block, or with this process.

    Port 0 takes a free one. The port is opened here and handed down, so nobody can take it in between.

    Raises:
        UsageError: the port is taken.
        SourceUnavailable: the child did not answer in time.
    """
    with _listening_socket(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        options = ["--fd", str(listener.fileno()), "--password-env", PASSWORD_VARIABLE, "--with-parent"]
        options += ["--seed", seed, "--volume", str(volume)]
        child = subprocess.Popen(  # noqa: S603 - our own module, fixed arguments
            [sys.executable, "-m", "ingestion.portal.simulator", *options],
            cwd=PROJECT,
            env={**os.environ, PASSWORD_VARIABLE: password.get_secret_value()},
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
    try:
        _wait_until_ready(child, address)
        yield address
    finally:
        child.terminate()
        child.wait(timeout=READY_SECONDS)
        if child.stdin:
            child.stdin.close()


def _listening_socket(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise UsageError(f"Cổng mạng {port} trên {HOST} đang được dùng. Hãy chọn cổng khác.", port=port) from error
    listener.listen()
    return listener


def _wait_until_ready(child: subprocess.Popen[bytes], address: str) -> None:
    give_up_at = time.monotonic() + READY_SECONDS
    with httpx.Client(trust_env=False, timeout=READY_SECONDS) as client:
        while child.poll() is None and time.monotonic() < give_up_at:
            try:
                if client.get(f"{address}/health").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise SourceUnavailable("Bộ mô phỏng cổng dịch vụ công không khởi động được.", address=address)
