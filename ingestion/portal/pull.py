"""Pull dossiers of the plans' communes from a portal into the raw layer, once each.

A pull reads a window of last updates, from the cursor's watermark less an overlap up to now, page
by page. What is already held (dossier code + update instant) is dropped; the rest is kept in
batches of some pages: landed, written to raw, and recorded together with the new watermark in one
ledger transaction. So a kill at any page loses nothing (its batch is read again) and doubles
nothing, and a pull that finds nothing new writes nothing. A window counts only if as many dossiers
were seen as the portal said.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.portal.addresses import contract_broken
from ingestion.portal.client import PortalClient
from ingestion.portal.minimise import minimise
from ingestion.portal.store import CommuneStore, drop_unrecorded_batches
from ingestion.portal.windows import PassCheck, PassDisturbed, Window
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable
from warehouse.locks import os_lock
from warehouse.storage import check_free_space

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import sqlalchemy as sa

    from ingestion.portal.client import Page
    from ingestion.portal.minimise import MinimisedDossier
    from ingestion.portal.records import Portal
    from plans.records import Plan
    from warehouse.settings import Settings

LOG = logging.getLogger(__name__)
PASS_DONE = 0
"""Cursor page of a window that was read to its end."""


@dataclass(frozen=True)
class PullResult:
    """What a pull did. `complete` is false where the page cap stopped it; the next pull goes on.

    `rows_in` counts records read, `rows_out` rows written; `batches` are their sha256;
    `remarks` counts the quality remarks of the rows written.
    """

    pages: int = 0
    rows_in: int = 0
    rows_out: int = 0
    batches: tuple[str, ...] = ()
    complete: bool = True
    remarks: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: PullResult) -> PullResult:
        return PullResult(
            self.pages + other.pages,
            self.rows_in + other.rows_in,
            self.rows_out + other.rows_out,
            self.batches + other.batches,
            self.complete and other.complete,
            dict(Counter(self.remarks) + Counter(other.remarks)),
        )


def pull_dossiers(
    settings: Settings,
    engine: sa.Engine,
    portal: Portal,
    plans: Iterable[Plan],
    now: dt.datetime,
    since: dt.datetime | None = None,
    *,
    after_page: Callable[[int], None] = lambda _page: None,
) -> PullResult:
    """Pull every commune of the plans, as the portal stood at `now`.

    Args:
        settings: state folder and the portal account's password.
        engine: the ledger.
        portal: the portal file.
        plans: whose communes are pulled.
        now: aware instant; the end of the window, and `known_from` of what is new.
        since: backfill: read again from this instant on, whatever the watermark says.
        after_page: called with a page's number once it and all pages before it are safe.

    Raises:
        SourceUnavailable: the portal does not answer; the pages read so far are kept.
        SourceContractBroken: the portal's answers contradict its file or themselves; the
            other communes were still pulled, and the broken one's watermark is where it was.
        SettingsRefused: no password, or the portal refuses it.
        WriterBusy: another pull of this portal is running.
    """
    if settings.portal_password is None:
        raise SettingsRefused("Chưa có mật khẩu của tài khoản cổng. Hãy đặt biến môi trường THUOCDO_PORTAL_PASSWORD.")
    check_free_space(settings)
    result = PullResult()
    broken: list[SourceContractBroken] = []
    address = settings.portal_address or portal.address
    with _only_pull(settings, portal), PortalClient(portal, address, settings.portal_password) as client:
        drop_unrecorded_batches(settings, engine, portal)
        for commune_code in sorted({plan.commune_code for plan in plans}):
            store = CommuneStore(settings, engine, portal, commune_code, now)
            try:
                result += _CommunePull(portal, client, store, after_page).run(now, since)
            except SourceContractBroken as error:
                LOG.warning("Xã %s: %s", commune_code, error)
                broken.append(error)
    if broken:
        raise broken[0]
    LOG.info(
        "Cổng %s: đọc %d trang, %d hồ sơ; %d hồ sơ mới.", portal.name, result.pages, result.rows_in, result.rows_out
    )
    return result


class _Unsaved:
    """New dossiers of the pages read since the last batch, and how far the pages have come."""

    def __init__(self, watermark: str, held: set[tuple[str, str]]) -> None:
        self.dossiers: list[MinimisedDossier] = []
        self.watermark = watermark
        self.page = 0
        self._held = held

    def add(self, page: int, dossiers: list[MinimisedDossier]) -> None:
        """Take in a page that has passed its check; what is held already is dropped."""
        self.page = page
        self.watermark = max([self.watermark, *(dossier.updated_at for dossier in dossiers)])
        self.dossiers += [each for each in dossiers if (each.dossier_code, each.updated_at) not in self._held]


class _CommunePull:
    """One commune's pull."""

    def __init__(
        self, portal: Portal, client: PortalClient, store: CommuneStore, after_page: Callable[[int], None]
    ) -> None:
        self._portal = portal
        self._client = client
        self._store = store
        self._after_page = after_page
        self._result = PullResult()

    def run(self, now: dt.datetime, since: dt.datetime | None) -> PullResult:
        """Read the window until a pass over it holds; raises SourceContractBroken if none does."""
        window = self._window(now, since)
        if window.start > window.end:  # a clock set back: nothing can have happened that is not held already
            return self._result
        reason = ""
        for _ in range(self._portal.search.pass_cap):
            try:
                self._read(window)
            except PassDisturbed as disturbed:
                reason = str(disturbed)
                LOG.warning("Xã %s: %s; đọc lại từ đầu cửa sổ.", self._store.commune_code, reason)
                self._rewind(window)
            except SourceContractBroken:
                self._rewind(window)
                raise
            else:
                return self._result
        commune_code = self._store.commune_code
        raise contract_broken(self._portal, f"xã {commune_code}: {reason}", commune_code=commune_code)

    def _window(self, now: dt.datetime, since: dt.datetime | None) -> Window:
        watermark = self._store.watermark()
        if watermark is None:
            start = since or self._portal.start_of(self._portal.first_day)
            return Window(start, now, self._portal.stamp(start))
        follow_on = self._portal.instant(watermark) - self._portal.overlap
        # Never from after the watermark: the updates between would be skipped for good.
        return Window(min(since or follow_on, follow_on), now, watermark)

    def _read(self, window: Window) -> None:
        """Read the window's pages in order and check the count; what is new is saved batch by batch."""
        search = self._portal.search
        check = PassCheck(self._portal, window)
        unsaved = _Unsaved(window.watermark, self._store.held_updates(window.start))
        try:
            for number in range(1, search.page_cap + 1):
                unsaved.add(number, self._page(window, number, check))
                is_last = check.is_whole or number == search.page_cap
                if is_last or not unsaved.dossiers or len(unsaved.dossiers) >= search.batch_rows:
                    self._save(unsaved)
                if check.is_whole:
                    self._store.move_cursor(unsaved.watermark, PASS_DONE)
                    return
        except SourceUnavailable:
            self._save(unsaved)
            raise
        LOG.warning("Xã %s: dừng ở trần %d trang, đã đọc đến %s.", self._store.commune_code, number, unsaved.watermark)
        self._result += PullResult(complete=False)

    def _page(self, window: Window, number: int, check: PassCheck) -> list[MinimisedDossier]:
        agency_code = self._portal.agency_code(self._store.commune_code)
        page = self._client.search(agency_code, window.start, window.end, number)
        dossiers = list(self._minimised(page))
        check.add(page, dossiers)
        self._result += PullResult(pages=1, rows_in=len(dossiers))
        return dossiers

    def _save(self, unsaved: _Unsaved) -> None:
        if unsaved.dossiers:
            saved = self._store.save(unsaved.dossiers, unsaved.watermark, unsaved.page)
            self._result += PullResult(rows_out=saved.row_count, batches=(saved.sha256,), remarks=dict(saved.remarks))
            unsaved.dossiers = []
        if unsaved.page:
            self._after_page(unsaved.page)

    def _minimised(self, page: Page) -> Iterator[MinimisedDossier]:
        """Minimise a page's records; an unusable one is told by its place, as its values must not be."""
        for position, record in enumerate(page.records, start=1):
            try:
                yield minimise(self._portal, record)
            except SourceContractBroken as error:
                place = f"Xã {self._store.commune_code}, trang {page.number}, hồ sơ thứ {position}"
                raise SourceContractBroken(
                    f"{place}: {error.message}", **error.facts, page=page.number, position=position
                ) from None

    def _rewind(self, window: Window) -> None:
        """Put the watermark back: pages that contradict each other may have hidden a dossier before it."""
        self._store.move_cursor(window.watermark, max(self._result.pages, 1))


@contextmanager
def _only_pull(settings: Settings, portal: Portal) -> Iterator[None]:
    """Let one process at a time pull a portal: a scheduled pull and a backfill take turns."""
    busy = f"Cổng '{portal.name}' đang được tiến trình khác kéo. Hãy thử lại sau."
    with os_lock(settings, settings.path("locks", f"portal-{portal.name}.lock"), busy):
        yield
