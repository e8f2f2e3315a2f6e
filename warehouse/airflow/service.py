"""Start Airflow's components as child processes of this one, all on the loopback address."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.airflow.client import AirflowClient
from warehouse.airflow.environment import airflow_environment, airflow_home, credentials
from warehouse.errors import ThuocDoError
from warehouse.processes import Processes, Program

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
DAG_IDS = frozenset(
    {
        "issue_forms",
        "collect_submissions",
        "collect_dossiers",
        "build_warehouse",
        "provincial_extract",
        "maintenance",
    }
)
READY_SECONDS = 180.0


class AirflowService:
    """The running components; `client` talks to them."""

    def __init__(self, settings: Settings, port: int) -> None:
        """Prepare; `running` starts the processes."""
        self.settings = settings
        self.client = AirflowClient(port, credentials(settings).password)
        self.processes = Processes()
        self._environment = airflow_environment(settings, port)

    @contextlib.contextmanager
    def running(self) -> Iterator[AirflowService]:
        """Migrate the metadata, start the components, wait until they are ready; stop them at the end."""
        self._migrate()
        try:
            for name, arguments in COMPONENTS.items():
                log = self.settings.path("logs", f"airflow-{name}.log")
                self.processes.start(Program(f"airflow {name}", _command(*arguments), self._environment, log))
            self.client.wait_until_ready(DAG_IDS, READY_SECONDS, self.check_alive)
            for pool, (slots, description) in POOLS.items():
                self.client.ensure_pool(pool, slots, description)
            yield self
        finally:
            self.processes.stop()

    def check_alive(self) -> None:
        """Raise ThuocDoError when a component has ended by itself."""
        self.processes.check_alive()

    def _migrate(self) -> None:
        airflow_home(self.settings).mkdir(parents=True, exist_ok=True)
        log = self.settings.path("logs", "airflow-migrate.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603 - our own program with fixed arguments
                _command("db", "migrate"), env=self._environment, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            raise ThuocDoError(f"Không chuẩn bị được cơ sở dữ liệu của Airflow. Xem {log}.")


def _command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).parent / "airflow"), *arguments]
