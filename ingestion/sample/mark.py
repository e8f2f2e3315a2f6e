"""Mark a state folder whose figures are made up, so that whatever is done there later says so, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.receipts import list_receipts
from warehouse.errors import UsageError
from warehouse.ledger import open_ledger
from warehouse.settings import SYNTHETIC_MARK
from warehouse.storage import write_durably

if TYPE_CHECKING:
    from warehouse.settings import Settings

NOTE = "Mọi số liệu trong thư mục này là số liệu tổng hợp, chỉ để minh họa.\n"


def mark_synthetic(settings: Settings) -> None:
    """Mark the state folder as holding made-up figures; raises UsageError for one that holds real ones."""
    mark = settings.path(SYNTHETIC_MARK)
    if mark.exists():
        return
    if list_receipts(open_ledger(settings)):
        raise UsageError(
            f"Thư mục {settings.root} đã có số liệu thật nên không chạy minh họa ở đó. "
            "Hãy chọn thư mục khác bằng biến THUOCDO_HOME (hoặc bỏ tệp portals/demo.yml để làm việc thật)."
        )
    write_durably(mark, lambda handle: handle.write(NOTE.encode()))
