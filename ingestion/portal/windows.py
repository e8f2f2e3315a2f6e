"""The window of updates that a pull reads, and the check that its pages tell of all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from ingestion.portal.client import Page
    from ingestion.portal.minimise import MinimisedDossier
    from ingestion.portal.records import Portal


class PassDisturbed(Exception):
    """The portal's total or order changed while its pages were read."""


@dataclass(frozen=True)
class Window:
    """Updates to read, both ends included; `watermark` is the cursor's before the window."""

    start: dt.datetime
    end: dt.datetime
    watermark: str


class PassCheck:
    """Holds the pages of one pass against each other and against the portal's own total."""

    def __init__(self, portal: Portal, window: Window) -> None:
        self._last = portal.stamp(window.start)
        self._end = portal.stamp(window.end)
        self._pages = 0
        self._total: int | None = None
        self._seen: set[str] = set()

    def add(self, page: Page, dossiers: list[MinimisedDossier]) -> None:
        """Take in a page; raises PassDisturbed where it does not follow from the ones before."""
        self._pages += 1
        if page.number != self._pages:
            raise PassDisturbed(f"hỏi trang {self._pages} nhưng cổng trả trang {page.number}")
        if self._total is not None and page.total != self._total:
            raise PassDisturbed(f"tổng số hồ sơ đổi từ {self._total} thành {page.total} giữa chừng")
        self._total = page.total
        updates = [dossier.updated_at for dossier in dossiers]
        if updates != sorted(updates) or (updates and not self._last <= updates[0] <= updates[-1] <= self._end):
            raise PassDisturbed("hồ sơ không xếp theo lần cập nhật, hoặc nằm ngoài cửa sổ đã hỏi")
        before = len(self._seen)
        self._seen.update(dossier.dossier_code for dossier in dossiers)
        if len(self._seen) - before != len(dossiers):
            raise PassDisturbed("một hồ sơ xuất hiện hai lần")
        if len(self._seen) > page.total or (not dossiers and len(self._seen) < page.total):
            raise PassDisturbed(f"cổng báo {page.total} hồ sơ nhưng trả {len(self._seen)}")
        self._last = updates[-1] if updates else self._last

    @property
    def is_whole(self) -> bool:
        """Whether as many dossiers were seen as the portal said there are."""
        return len(self._seen) == self._total
