"""An office with one channel to a server on this machine, and what its tests ask of it."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa
import yaml

from ingestion.channels.fetch import collect_channels
from tests.ingestion.office import IN_TIME, PLAN_KEY, Office, open_office
from warehouse.ledger_tables import AUDIT_LOG, RECEIPTS, SUBMISSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.intake import ReceiptResult

PASSWORD = "mat-khau-cua-kenh"
USERNAME = "xa-suoi-mau"
GOOD = {"ct-03": {"value": 2}}
UNIT = f"{PLAN_KEY}/vhxh"


class Crash(Exception):
    """Stands for the process dying."""


def office_with(home: Path, /, **channel: object) -> Office:
    """Open an office with one channel file, named `thu`."""
    channels = home / "channels"
    channels.mkdir()
    office = open_office(
        home, channels_folder=channels, channel_secrets={"may-chu": PASSWORD}, free_space_mib=0, writer_wait_seconds=5
    )
    usual = {
        "schema_version": 1, "name": "thu", "title": "Kênh thử", "host": "127.0.0.1", "username": USERNAME,
        "secret": "may-chu", "senders": {"vhxh": UNIT}, "timeout_seconds": 5, "attempts": 2, "first_wait_seconds": 0,
    }  # fmt: skip
    rewrite(office, **usual | channel)
    return office


def rewrite(office: Office, **changed: object) -> None:
    """Change fields of the channel file."""
    path = office.settings.channels_folder / "thu.yml"
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(yaml.safe_dump(said | changed, allow_unicode=True), encoding="utf-8")


def collect(office: Office) -> list[ReceiptResult]:
    return collect_channels(office.settings, office.engine, office.plans, IN_TIME, pause=lambda _seconds: None)


def form(office: Office, value: int = 2) -> bytes:
    return office.fill({"ct-03": {"value": value}}).read_bytes()


def form_with_personal_data(office: Office) -> bytes:
    return office.fill({"ct-03": {"value": 2, "note": "gọi 0900000099"}}).read_bytes()


def landed(office: Office) -> list[str]:
    """What stands in landing."""
    return sorted(path.name for path in office.settings.landing.rglob("*") if path.is_file())


def count_submissions(office: Office) -> int:
    with office.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(SUBMISSIONS)) or 0


def outcomes(office: Office) -> list[str]:
    """Outcomes of all receipts in the order of arrival."""
    with office.engine.connect() as connection:
        return list(connection.scalars(sa.select(RECEIPTS.c.outcome).order_by(RECEIPTS.c.received_at)))


def taken(office: Office) -> list[str]:
    """What the audit log says was taken from the channel."""
    asked = sa.select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "channel_item_taken")
    with office.engine.connect() as connection:
        return list(connection.scalars(asked.order_by(AUDIT_LOG.c.entry_no)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until a server answers on a port of this machine."""
    until = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
