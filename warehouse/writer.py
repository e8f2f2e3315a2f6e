"""The one writer slot of the warehouse: an OS lock that dies with its holder (design 2.4)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import portalocker

from warehouse.errors import WriterBusy
from warehouse.storage import check_free_space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings


@contextmanager
def writer_slot(settings: Settings) -> Iterator[None]:
    """Hold the writer slot; raises WriterBusy after `writer_wait_seconds`, StorageFull before starting."""
    check_free_space(settings)
    lock_file = settings.path("warehouse", "writer.lock")
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    lock = portalocker.Lock(
        lock_file,
        mode="a",
        timeout=settings.writer_wait_seconds,
        check_interval=0.1,
        flags=portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING,
    )
    try:
        lock.acquire()
    except portalocker.LockException as error:
        raise WriterBusy(
            f"Kho dữ liệu đang được một tiến trình khác ghi (đã chờ {settings.writer_wait_seconds:g} giây). "
            "Hãy đợi lượt chạy đó xong rồi thử lại; người đọc không bị ảnh hưởng.",
            lock=str(lock_file),
        ) from error
    try:
        yield
    finally:
        lock.release()
