"""Check the evidence: the audit chain holds, every landed file still has its bytes, and erased ones are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.errors import ReconciliationFailed
from warehouse.ledger import broken_audit_entries, open_ledger
from warehouse.ledger_tables import ERASURES, FILES
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

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
        erased: set[str] = set(connection.scalars(sa.select(ERASURES.c.sha256)))
        known: set[str] = set(connection.scalars(sa.select(FILES.c.sha256)))
    if left := sorted(sha256 for sha256 in erased if _landed(settings, sha256).exists()):
        raise ReconciliationFailed(
            f"{len(left)} tệp chứa thông tin cá nhân đã ghi là xóa nhưng vẫn còn trong kho tệp gốc. Hãy chạy "
            "`thuocdo collect --source drop` để xóa nốt.",
            files=left,
        )
    damaged = sorted(digest for digest in known - erased if not _is_whole(settings, digest))
    if damaged:
        raise ReconciliationFailed(
            f"{len(damaged)} tệp gốc bị mất hoặc hỏng (ví dụ {damaged[0][:12]}…). Hãy khôi phục từ bản sao lưu "
            "(`thuocdo backup restore`).",
            files=damaged,
        )
    return len(known - erased)


def _is_whole(settings: Settings, digest: str) -> bool:
    path = _landed(settings, digest)
    return path.exists() and sha256_of(path) == digest


def _landed(settings: Settings, digest: str) -> Path:
    return settings.landing / digest[:2] / digest
