"""Check the evidence: the audit chain holds, and every landed file still has its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.errors import ReconciliationFailed
from warehouse.ledger import broken_audit_entries, open_ledger
from warehouse.ledger_tables import FILES
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from warehouse.settings import Settings


def check_evidence(settings: Settings) -> int:
    """Verify chain and files; returns the number of files. Raises ReconciliationFailed."""
    ledger = open_ledger(settings)
    if broken := broken_audit_entries(ledger):
        raise ReconciliationFailed(
            f"Nhật ký kiểm toán bị sửa hoặc thiếu từ dòng {broken[0]}. Hãy giữ nguyên tệp sổ cái, báo người quản trị; "
            "không chạy tiếp.",
            entries=broken,
        )
    with ledger.connect() as connection:
        known: list[str] = list(connection.scalars(sa.select(FILES.c.sha256).order_by(FILES.c.sha256)))
    damaged = [digest for digest in known if not _is_whole(settings, digest)]
    if damaged:
        raise ReconciliationFailed(
            f"{len(damaged)} tệp gốc bị mất hoặc hỏng (ví dụ {damaged[0][:12]}…). Hãy khôi phục từ bản sao lưu "
            "(`thuocdo backup restore`).",
            files=damaged,
        )
    return len(known)


def _is_whole(settings: Settings, digest: str) -> bool:
    path = settings.landing / digest[:2] / digest
    return path.exists() and sha256_of(path) == digest
