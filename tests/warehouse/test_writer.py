"""The writer slot: one holder, told who waits, gone with its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.wording import assert_vietnamese
from warehouse.errors import StorageFull, WriterBusy
from warehouse.settings import PROJECT
from warehouse.writer import writer_slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings

HOLDER = (
    "import sys,time\nfrom warehouse.settings import Settings\nfrom warehouse.writer import writer_slot\n"
    "with writer_slot(Settings()):\n    print('held', flush=True)\n    time.sleep(60)\n"
)


@contextmanager
def other_process_holding_the_slot(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Hold the slot in another process until the block ends, or until that process dies."""
    environment = {**os.environ, **settings.as_environment()}
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_a_second_writer_is_told_after_its_wait(settings: Settings) -> None:
    with other_process_holding_the_slot(settings):
        started = time.monotonic()
        with pytest.raises(WriterBusy, match="đang được một tiến trình khác ghi") as told, writer_slot(settings):
            pass
        assert time.monotonic() - started >= settings.writer_wait_seconds
    assert told.value.retryable
    assert_vietnamese(told.value.message)


def test_the_slot_dies_with_a_holder_that_is_killed(settings: Settings) -> None:
    with other_process_holding_the_slot(settings) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with writer_slot(settings):
            assert settings.path("warehouse", "writer.lock").exists()


def test_a_writer_that_waits_gets_the_slot_when_it_is_given_back(settings: Settings) -> None:
    patient = settings.model_copy(update={"writer_wait_seconds": 30})
    with other_process_holding_the_slot(settings) as holder:
        subprocess.Popen(["sh", "-c", f"sleep 0.4; kill {holder.pid}"])
        with writer_slot(patient):
            assert holder.poll() is not None or holder.wait(5) is not None


def test_the_slot_is_given_back_after_a_failure(settings: Settings) -> None:
    with pytest.raises(RuntimeError), writer_slot(settings):
        raise RuntimeError
    with writer_slot(settings):
        pass


def test_offices_do_not_wait_for_each_other(settings: Settings) -> None:
    other = settings.model_copy(update={"home": settings.path("other")})
    with writer_slot(settings), writer_slot(other):
        assert other.path("warehouse", "writer.lock").exists()


def test_nobody_writes_on_a_disk_that_is_nearly_full(settings: Settings) -> None:
    with pytest.raises(StorageFull), writer_slot(settings.model_copy(update={"free_space_mib": 1 << 40})):
        pass
    assert not settings.path("warehouse").exists()
