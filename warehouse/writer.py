"""The one writer slot of the warehouse: an OS lock that dies with its holder (design 2.4)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse.locks import os_lock
from warehouse.storage import check_free_space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.settings import Settings


@contextmanager
def writer_slot(settings: Settings) -> Iterator[None]:
    """Hold the writer slot; raises WriterBusy after `writer_wait_seconds`, StorageFull before starting."""
    check_free_space(settings)
    busy = (
        f"Kho dữ liệu đang được một tiến trình khác ghi (đã chờ {settings.writer_wait_seconds:g} giây). "
        "Hãy đợi lượt chạy đó xong rồi thử lại; người đọc không bị ảnh hưởng."
    )
    with os_lock(settings, settings.path("warehouse", "writer.lock"), busy):
        yield
