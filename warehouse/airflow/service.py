"""Start and stop Airflow's components as child processes of this one, all on the loopback address."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.airflow.client import AirflowClient
from warehouse.airflow.environment import airflow_environment, airflow_home, credentials
from warehouse.errors import ThuocDoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings

COMPONENTS = {
    "dag-processor": ["dag-processor"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "api-server": ["api-server"],
}
"""`airflow standalone` would open log servers on every address, so each is started by itself."""
POOLS = {
    "warehouse_writer": (1, "Một lượt ghi kho dữ liệu tại một thời điểm"),
    "intake": (1, "Tiếp nhận tệp và hồ sơ"),
}
DAG_IDS = {
    "issue_forms",
    "collect_submissions",
    "collect_dossiers",
    "build_warehouse",
    "provincial_extract",
    "maintenance",
}
READY_SECONDS = 180.0
STOP_SECONDS = 15.0


class AirflowService:
    """The running components; `client` talks to them."""

    def __init__(self, settings: Settings, port: int) -> None:
        """Prepare; `running` starts the processes."""
        self.settings = settings
        self.port = port
        self.client = AirflowClient(port, credentials(settings).password)
        self._environment = airflow_environment(settings, port)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @contextlib.contextmanager
    def running(self) -> Iterator[AirflowService]:
        """Migrate the metadata, start the components, wait until they are ready; stop them at the end."""
        self._migrate()
        try:
            for name in COMPONENTS:
                self._processes[name] = self._start(name)
            self.client.wait_until_ready(DAG_IDS, READY_SECONDS, self.check_alive)
            for pool, (slots, description) in POOLS.items():
                self.client.ensure_pool(pool, slots, description)
            yield self
        finally:
            self._stop()

    def check_alive(self) -> None:
        """Raise ThuocDoError when a component has ended by itself."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise ThuocDoError(
                    f"Thành phần Airflow '{name}' đã dừng (mã {process.returncode}). Xem {self._log(name)}.",
                    component=name,
                )

    def _command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).parent / "airflow"), *arguments]

    def _log(self, name: str) -> Path:
        return self.settings.path("logs", f"airflow-{name}.log")

    def _migrate(self) -> None:
        airflow_home(self.settings).mkdir(parents=True, exist_ok=True)
        log = self._log("migrate")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603 - our own program with fixed arguments
                self._command("db", "migrate"), env=self._environment, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            raise ThuocDoError(f"Không chuẩn bị được cơ sở dữ liệu của Airflow. Xem {log}.")

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        with self._log(name).open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own program with fixed arguments
                self._command(*COMPONENTS[name]),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _stop(self) -> None:
        """End every process group: politely first, for good after a while."""
        for process in self._processes.values():
            _signal_group(process, signal.SIGTERM)
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._processes.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
