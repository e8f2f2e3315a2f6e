"""A day of intake that has everything in it, made once and copied for every death."""

from __future__ import annotations

import json
import os
import shutil
import signal
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion import intake
from ingestion.cage import Cage, CagedFile, read_sheets
from ingestion.channels.drop_folder import collect_drop_folder
from ingestion.channels.fetch import collect_channels
from ingestion.gate import inspect
from plans.reading import read_plans
from tests.ingestion.kill.steps import Watch
from tests.ingestion.office import IN_TIME, ISSUED_AT, PLAN_KEY, Office, open_office
from warehouse.ledger import open_ledger
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.settings import Settings

BATCH_SIZE = 4
"""Files of a day make several batches, so that deaths fall between them, too."""
EXPECTED = {
    "01-tot.xlsx": ("accepted", 1),
    "02-chep-lai.xlsx": ("duplicate", 1),
    "03-sua.xlsx": ("accepted", 2),
    "04-y-te.xlsx": ("accepted", 1),
    "05-sai-o.xlsx": ("rejected", None),
    "06-doc-hai.xlsx": ("rejected", None),
    "07-ca-nhan.xlsx": ("rejected", None),
    "08-lien-ket.xlsx": ("quarantined", None),
    "09-rong.xlsx": ("rejected", None),
    "10-ca-nhan-lai.xlsx": ("rejected", None),
    "11-viec.xlsx": ("accepted", 3),
}
PERSONAL = {"ct-03": {"value": 2, "note": "gọi 0900000099"}}
Readings = dict[tuple[str, str], CagedFile]


def prepare(folder: Path) -> Settings:
    """Make an office with a history (an accepted form, an erased one) and a full drop folder."""
    office = open_office(folder, free_space_mib=0, channels_folder=folder / "no-channels")
    may = office.fill({"ct-03": {"value": 1}}, period="2026-05", name="thang-5.xlsx")
    erased = office.fill(PERSONAL | {"ct-06": {"value": 7}}, name="da-xoa.xlsx")
    office.submit(may, now=ISSUED_AT)
    office.submit(erased, now=ISSUED_AT, unit_code="vhxh", channel="drop")
    first = {"ct-01": {"numerator": 45, "denominator": 50}, "ct-03": {"value": 2}}
    for name, made in {
        "01-tot.xlsx": office.fill(first, name="1.xlsx"),
        "02-chep-lai.xlsx": folder / "1.xlsx",
        "03-sua.xlsx": office.fill(first | {"ct-03": {"value": 3}}, name="3.xlsx"),
        "04-y-te.xlsx": office.fill({"yt-01": {"value": 96}}, unit_code="tram-y-te", name="4.xlsx"),
        "05-sai-o.xlsx": office.fill({"ct-02": {"value": "gần đủ"}}, name="5.xlsx"),
        "06-doc-hai.xlsx": _hostile(folder / "6.xlsx"),
        "07-ca-nhan.xlsx": office.fill(PERSONAL, name="7.xlsx"),
        "09-rong.xlsx": _empty(folder / "9.xlsx"),
        "10-ca-nhan-lai.xlsx": erased,
        "11-viec.xlsx": office.fill(first, {"nv-01": {"percent": 40, "state": "Đang thực hiện"}}, name="11.xlsx"),
    }.items():
        shutil.copyfile(made, _place(office, name))
    _place(office, "08-lien-ket.xlsx").symlink_to("/etc/hostname")
    for number, name in enumerate(EXPECTED):
        moment = IN_TIME.timestamp() - 1000 + number
        os.utime(_place(office, name), (moment, moment), follow_symlinks=False)
    office.engine.dispose()
    return office.settings


def _place(office: Office, name: str) -> Path:
    folder = office.settings.drop / PLAN_KEY / ("tram-y-te" if "y-te" in name else "vhxh")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _hostile(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("../../etc/x", "x")
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


def read_everything(settings: Settings) -> Readings:
    """Read every dropped file that passes the gate."""
    readings: Readings = {}
    for path in settings.drop.rglob("*.xlsx"):
        readings |= {} if path.is_symlink() else reading_of(path)
    return readings


def reading_of(path: Path) -> Readings:
    """Read a file in the real cage, if it passes the gate; by its sha256 and kind."""
    verdict = inspect(path, path.name)
    if verdict.kind is None or verdict.is_refused:
        return {}
    sheets = read_sheets(path, verdict.kind).sheets
    plain = tuple(replace(sheet, formats=dict(sheet.formats)) for sheet in sheets)  # fit for pickle
    return {(sha256_of(path), verdict.kind): CagedFile(plain)}


def live(
    settings: Settings,
    last: tuple[int, str] | None,
    readings: Readings | None,
    trace: Path | None = None,
    blow: int = signal.SIGKILL,
) -> None:
    """Live the day in this process; at the step `last`, where one is given, send it the signal `blow`.

    With `readings` the cage is not asked: reading changes nothing durable, and starting a cage takes time.
    """
    if readings is not None:
        Cage.read = lambda _cage, path, kind: readings[path.name, kind]  # type: ignore[method-assign]
    intake.BATCH_SIZE = BATCH_SIZE
    ledger, plans = open_ledger(settings), read_plans(settings.plans_folder)
    watch = Watch(settings.root, last, blow)
    watch.put_in_place()
    if settings.channels_folder.is_dir():
        collect_channels(settings, ledger, plans, IN_TIME, pause=lambda _seconds: None)
    else:
        collect_drop_folder(settings, ledger, plans, IN_TIME, settle_seconds=0)
    if trace:
        trace.write_text(json.dumps([(step.name, step.places) for step in watch.steps]))
