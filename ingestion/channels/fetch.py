"""Collect from servers: fetch to a temporary file, take in, and only then tell the server.

At least once, never less: bytes stay on the server until their receipts are committed. A crash
between the two brings the same bytes again; intake knows them by their sha256 and answers with
a duplicate's receipt, never with a second submission.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ingestion.channels.interface import Content, Inbox, Item, ItemGone
from ingestion.channels.mailbox import open_mailbox
from ingestion.channels.records import Mailbox, S3Bucket, SftpServer, read_channels
from ingestion.channels.s3 import open_s3
from ingestion.channels.sftp import open_sftp
from ingestion.erasure import is_erased
from ingestion.findings import finding
from ingestion.intake import Arrival, ReceiptResult, take_in
from ingestion.limits import limits
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable, ThuocDoError
from warehouse.ledger import audit, transaction
from warehouse.locks import os_lock
from warehouse.storage import check_free_space, full_disk_told

if TYPE_CHECKING:
    import sqlalchemy as sa
    from pydantic import SecretStr

    from plans.records import Plan
    from warehouse.settings import Settings

LOG = logging.getLogger(__name__)
BATCH_ITEMS = 100
BATCH_BYTES = 200 << 20
"""Items fetched before they are taken in: what a batch may hold on our disk."""
FETCH_FOLDER = ".fetch-"
LONGEST_WAIT_SECONDS = 60
LARGEST_STAND_IN = 1 << 40


@dataclass(frozen=True)
class _Fetched:
    item: Item
    arrivals: tuple[Arrival, ...]


def collect_channels(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    now: dt.datetime,
    source: str | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> list[ReceiptResult]:
    """Collect from every channel of the channels folder, or from the one named.

    Args:
        settings: Settings.
        engine: Ledger.
        plans: Every plan by key.
        now: Instant of receipt, UTC.
        source: `<kind>:<name>` of one channel.
        pause: Waits between attempts, and for files to settle.

    Returns:
        A result for each file, channel by channel.

    Raises:
        SourceUnavailable, SourceContractBroken, SettingsRefused: of the first channel that failed,
            after all the others were collected; their receipts are committed.
        StorageFull, WriterBusy: at once, as `ingestion.intake.take_in`; WriterBusy also while
            another process collects from the channels.
    """
    results: list[ReceiptResult] = []
    failures: list[ThuocDoError] = []
    chosen = {name: one for name, one in read_channels(settings.channels_folder).items() if source in {None, name}}
    if not chosen:
        return results
    with os_lock(settings, settings.path("channels.lock"), "Đang có một lượt lấy tệp từ các kênh. Hãy thử lại sau."):
        for left in settings.root.glob(f"{FETCH_FOLDER}*"):
            shutil.rmtree(left)  # of a run that was killed: its items are still on their servers
        for name, channel in chosen.items():
            try:
                _collect(settings, engine, plans, now, name, channel, results, pause)
            except (SourceUnavailable, SourceContractBroken, SettingsRefused) as failure:
                LOG.warning("channel %s could not be collected: %s", name, failure.message)
                failures.append(failure)
    if failures:
        raise failures[0]
    return results


def _collect(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    now: dt.datetime,
    name: str,
    channel: SftpServer | S3Bucket | Mailbox,
    results: list[ReceiptResult],
    pause: Callable[[float], None],
) -> None:
    """Collect one channel; a broken connection is tried again with what is still in the inbox."""
    password = settings.channel_secrets.get(channel.secret)
    if password is None:
        raise SettingsRefused(
            f"Kênh '{channel.name}' cần mật khẩu '{channel.secret}', chưa có trong THUOCDO_CHANNEL_SECRETS.",
            channel=channel.name,
        )
    check_free_space(settings)
    attempts = Retrying(
        stop=stop_after_attempt(channel.attempts),
        wait=wait_exponential_jitter(
            channel.first_wait_seconds, LONGEST_WAIT_SECONDS, jitter=channel.first_wait_seconds
        ),
        retry=retry_if_exception_type(SourceUnavailable),
        sleep=pause,
        reraise=True,
    )
    for attempt in attempts:
        with attempt, _opened(channel, password, pause) as inbox:
            for batch in _batches(inbox.waiting()):
                results += _take_batch(settings, engine, plans, now, name, channel, inbox, batch)


def _opened(
    channel: SftpServer | S3Bucket | Mailbox, password: SecretStr, pause: Callable[[float], None]
) -> AbstractContextManager[Inbox]:
    match channel:
        case SftpServer():
            return open_sftp(channel, password, pause)
        case S3Bucket():
            return open_s3(channel, password)
        case Mailbox():
            return open_mailbox(channel, password)


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    weight = 0
    for item in items:
        weighs = min(item.size, limits().file_bytes)
        if batch and (len(batch) == BATCH_ITEMS or weight + weighs > BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(item)
        weight += weighs
    if batch:
        yield batch


def _take_batch(
    settings: Settings,
    engine: sa.Engine,
    plans: Mapping[str, Plan],
    now: dt.datetime,
    name: str,
    channel: SftpServer | S3Bucket | Mailbox,
    inbox: Inbox,
    batch: Sequence[Item],
) -> list[ReceiptResult]:
    """Fetch, take in, note which item became which receipts, and acknowledge or erase: in this order."""
    with tempfile.TemporaryDirectory(dir=settings.root, prefix=FETCH_FOLDER) as folder:
        fetched = list(_fetched(Path(folder), name, channel, inbox, batch))
        arrivals = [arrival for each in fetched for arrival in each.arrivals]
        results = dict(zip(arrivals, take_in(settings, engine, plans, arrivals, now), strict=True))
    taken = [(each.item, [results[arrival] for arrival in each.arrivals]) for each in fetched]
    with transaction(engine) as connection:
        for item, told in taken:
            ids = [result.receipt_id for result in told]
            audit(connection, at=now, actor=name, action="channel_item_taken", subject=item.reference, receipts=ids)
    for item, told in taken:
        if any(is_erased(result) for result in told):
            inbox.erase(item)
        else:
            inbox.acknowledge(item, told[0].receipt_id if told else None)
    return list(results.values())


def _fetched(
    folder: Path, name: str, channel: SftpServer | S3Bucket | Mailbox, inbox: Inbox, batch: Sequence[Item]
) -> Iterator[_Fetched]:
    for number, item in enumerate(batch):
        try:
            yield _Fetched(item, tuple(_arrivals(folder, number, name, channel, inbox, item)))
        except ItemGone:
            LOG.info("an item of %s changed or vanished while it was fetched; the next run looks again", name)


def _arrivals(
    folder: Path, number: int, name: str, channel: SftpServer | S3Bucket | Mailbox, inbox: Inbox, item: Item
) -> Iterator[Arrival]:
    sender = channel.sender_of(item.sender)
    for position, content in enumerate(inbox.contents(item)):
        path = folder / f"{number}-{position}"
        if content.is_plain:
            _write(path, content)
        odd = None if content.is_plain else finding("SEC-01", found="liên kết hoặc mục đặc biệt")
        yield Arrival(path, content.name, name, *sender, refused=odd, version=f"{item.key}-{item.version}-{position}")


def _write(path: Path, content: Content) -> None:
    """Write a file's bytes; of one that is too large only its size, for which intake refuses it (ARR-04).

    Its bytes never cross the wire: a hole of the claimed size stands for them.
    """
    most = limits().file_bytes
    with full_disk_told(path.parent), path.open("wb") as file:
        if content.size > most:
            file.truncate(min(content.size, LARGEST_STAND_IN))
            return
        for piece in _capped(content.pieces, most):
            file.write(piece)


def _capped(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Pass pieces on until there is more than allowed: a server may send more than it said."""
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        if size > most:
            return
