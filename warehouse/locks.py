"""One way to take turns between processes: an OS lock that dies with its holder."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import portalocker

from warehouse.errors import WriterBusy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouse.settings import Settings

LOOKING_AGAIN_SECONDS = 0.1


@contextmanager
def os_lock(settings: Settings, place: Path, busy: str) -> Iterator[None]:
    """Hold the lock file at `place`, waiting for its holder at most `writer_wait_seconds`.

    Args:
        settings: Settings.
        place: The lock file; its folder is made, the file stays.
        busy: What a person is told when the wait was in vain: who holds it, and what to do.

    Raises:
        WriterBusy: another process still holds it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = portalocker.Lock(
        place,
        mode="a",
        timeout=settings.writer_wait_seconds,
        check_interval=LOOKING_AGAIN_SECONDS,
        flags=portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING,
    )
    try:
        lock.acquire()
    except portalocker.LockException as error:
        raise WriterBusy(busy, lock=str(place)) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def intake_lock(settings: Settings) -> Iterator[None]:
    """Let one process at a time change landing, the raw layer of forms, and the ledger's account of both.

    Revision numbers and batches follow from what the ledger holds; a backup and a rebuild must
    not see a file between its landing and its decision. A stopped process keeps the lock until it
    dies, so nobody can wake up beside its successor.

    Raises:
        WriterBusy: another intake, rebuild or backup did not end in time.
    """
    busy = "Đang có một lượt tiếp nhận, dựng lại hoặc sao lưu khác chạy. Hãy thử lại sau ít phút."
    with os_lock(settings, settings.path("intake.lock"), busy):
        yield
