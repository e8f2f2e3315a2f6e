"""`make up` and `make down`: the whole service on this machine, supervised, all on 127.0.0.1.

`up` starts one supervisor in the background. It runs Airflow's components, the pages and the
portal simulator (demonstration data), starts again whatever ends, and stops all of it when
`down` asks. Its process id lies in `<home>/service.pid`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from cli.output import say
from ingestion.portal.simulator.process import start_simulator
from ingestion.sample.mark import mark_synthetic
from warehouse.airflow.environment import USER, airflow_home, credentials
from warehouse.airflow.service import DAG_IDS, AirflowService
from warehouse.errors import ThuocDoError
from warehouse.processes import Program
from warehouse.settings import PROJECT, Settings, settings_from_environment
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

AIRFLOW_PORT, WEB_PORT, PORTAL_PORT = 8080, 8088, 8571
CHECK_SECONDS = 5.0
START_SECONDS = 240.0
STOP_SECONDS = 90.0


class _StopAskedError(Exception):
    """Somebody asked the supervisor to end."""


def up(settings: Settings) -> None:
    """Start the supervisor and wait until everything answers."""
    if _pid(settings) is not None:
        say("Dịch vụ đang chạy rồi. Dừng bằng `make down`.")
        return
    log = settings.path("logs", "service.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "cli.service", "supervise"],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    say("Đang khởi động (khoảng nửa phút)…")
    _wait_until_ready(settings, supervisor, log)
    say(f"Trang của Thước Đo : http://127.0.0.1:{WEB_PORT}")
    say(f"Airflow            : http://127.0.0.1:{AIRFLOW_PORT}  (tài khoản {USER}, mật khẩu trong tệp")
    say(f"                     {airflow_home(settings) / 'passwords.json'})")
    say(f"Cổng giả lập       : http://127.0.0.1:{PORTAL_PORT}")


def down(settings: Settings) -> None:
    """Ask the supervisor to end and wait for it."""
    pid = _pid(settings)
    if pid is None:
        say("Dịch vụ không chạy.")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _pid(settings) is not None:
        if time.monotonic() > deadline:
            raise ThuocDoError(f"Dịch vụ (tiến trình {pid}) chưa dừng sau {STOP_SECONDS:.0f} giây.")
        time.sleep(0.2)
    say("Đã dừng dịch vụ.")


def supervise(settings: Settings) -> None:
    """Run everything until SIGTERM; start again what ends by itself."""
    signal.signal(signal.SIGTERM, _ask_to_stop)
    signal.signal(signal.SIGINT, _ask_to_stop)
    _write(_pid_file(settings), str(os.getpid()))
    try:
        with _demo_portal(settings) as settings:
            airflow = AirflowService(settings, AIRFLOW_PORT)
            with airflow.running():
                _start_pages(airflow)
                for dag_id in sorted(DAG_IDS):
                    airflow.client.pause(dag_id, is_paused=False)
                _wait_for_pages(airflow)
                _write(_ready_file(settings), "ready")
                while True:
                    time.sleep(CHECK_SECONDS)
                    for name in airflow.processes.restart_ended():
                        say(f"Đã khởi động lại {name}.")
    except _StopAskedError:
        say("Dừng theo yêu cầu.")
    finally:
        _ready_file(settings).unlink(missing_ok=True)
        _pid_file(settings).unlink(missing_ok=True)


@contextlib.contextmanager
def _demo_portal(settings: Settings) -> Iterator[Settings]:
    """Run the portal simulator while `portals/demo.yml` is there; what it feeds is marked as made up."""
    if not (settings.portals_folder / "demo.yml").exists():
        yield settings
        return
    mark_synthetic(settings)
    password = SecretStr(credentials(settings).password)
    with start_simulator(password, port=PORTAL_PORT) as address:
        yield settings.model_copy(update={"portal_address": address, "portal_password": password, "is_sample": True})


def _start_pages(airflow: AirflowService) -> None:
    settings = airflow.settings
    environment = {**os.environ, **settings.as_environment()}
    command = [sys.executable, "-m", "web", "--port", str(WEB_PORT)]
    airflow.processes.start(Program("web", command, environment, settings.path("logs", "web.log")))


def _wait_for_pages(airflow: AirflowService) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        airflow.check_alive()
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{WEB_PORT}/health", trust_env=False).is_success:
                return
        time.sleep(0.5)
    raise ThuocDoError(f"Trang của Thước Đo không trả lời ở cổng {WEB_PORT}. Xem logs/web.log.")


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise _StopAskedError


def _wait_until_ready(settings: Settings, supervisor: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _ready_file(settings).exists():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise ThuocDoError(f"Dịch vụ không khởi động được. Xem {log}.")
        time.sleep(0.5)


def _pid_file(settings: Settings) -> Path:
    return settings.path("service.pid")


def _ready_file(settings: Settings) -> Path:
    return settings.path("service.ready")


def _write(path: Path, text: str) -> None:
    write_durably(path, lambda handle: handle.write(text.encode()))


def _pid(settings: Settings) -> int | None:
    """Return the supervisor's process id, none when it is not running."""
    with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
        pid = int(_pid_file(settings).read_text())
        os.kill(pid, 0)
        return pid
    return None


def main() -> int:
    """Run `up`, `down` or `supervise`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["up", "down", "supervise"])
    actions = {"up": up, "down": down, "supervise": supervise}
    try:
        actions[parser.parse_args().action](settings_from_environment())
    except ThuocDoError as error:
        say(f"[{error.code}] {error.message}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
