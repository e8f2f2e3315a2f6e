"""The S3-compatible channel: `<prefix>/<sender>/<file>`; the key's prefix is the sender."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import obstore
from obstore import exceptions
from obstore.store import S3Store

from ingestion.channels.interface import DONE, Content, Item, ItemGone, is_temporary, login_refused, unavailable
from ingestion.forms.reading.personal import without_personal_data
from warehouse.storage import CHUNK

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from pydantic import SecretStr

    from ingestion.channels.records import S3Bucket

PAGE = 1000


@contextmanager
def open_s3(channel: S3Bucket, password: SecretStr) -> Iterator[S3Inbox]:
    """Prepare requests to the bucket; nothing is sent yet. Retries are the caller's."""
    timeout = dt.timedelta(seconds=channel.timeout_seconds)
    store = S3Store(
        channel.bucket,
        endpoint=f"{'https' if channel.tls else 'http'}://{channel.host}:{channel.port}",
        region=channel.region,
        access_key_id=channel.username,
        secret_access_key=password.get_secret_value(),
        virtual_hosted_style_request=False,
        client_options={"allow_http": not channel.tls, "timeout": timeout, "connect_timeout": timeout},
        retry_config={"max_retries": 0, "retry_timeout": timeout},
    )
    yield S3Inbox(channel, store)


@contextmanager
def _told(channel: S3Bucket) -> Iterator[None]:
    try:
        yield
    except (exceptions.NotFoundError, exceptions.PreconditionError, FileNotFoundError) as error:
        raise ItemGone from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError):
        raise login_refused(channel) from None
    except (exceptions.BaseError, OSError) as error:
        # The server's own words (XML) stay out of the message; the type is what an operator can use.
        raise unavailable(channel, type(error).__name__) from None


class S3Inbox:
    """A bucket with a prefix (`ingestion.channels.interface.Inbox`).

    An object appears whole or not at all, so nothing has to settle.
    """

    def __init__(self, channel: S3Bucket, store: S3Store) -> None:
        self._channel = channel
        self._store = store

    def waiting(self) -> list[Item]:
        """List the objects below the senders' prefixes, oldest first."""
        try:
            with _told(self._channel):
                pages = obstore.list(self._store, self._channel.prefix, chunk_size=PAGE)
                found = [meta for page in pages for meta in page]
        except ItemGone:
            raise unavailable(self._channel, f"không có kho '{self._channel.bucket}'") from None
        found.sort(key=lambda meta: (meta["last_modified"], meta["path"]))
        return [item for meta in found if (item := self._item(meta))]

    def _item(self, meta: ObjectMeta) -> Item | None:
        """Return the object as an item; None for folder marks, temporary names and what is done."""
        parts = meta["path"].removeprefix(self._channel.prefix + "/").split("/")
        if (parts[0] == DONE and len(parts) > 1) or is_temporary(parts[-1]) or _is_folder_mark(meta):
            return None
        sender = parts[0] if len(parts) > 1 else ""
        return Item(meta["path"], sender, meta["size"], meta["e_tag"] or "", without_personal_data(meta["path"]))

    def contents(self, item: Item) -> Iterator[Content]:
        """Yield the one object."""
        yield Content(posixpath.basename(item.key), item.size, self._pieces(item))

    def _pieces(self, item: Item) -> Iterator[bytes]:
        with _told(self._channel):
            got = obstore.get(self._store, item.key, options={"if_match": item.version or None})
            for piece in got.stream(min_chunk_size=CHUNK):
                yield bytes(piece)

    def acknowledge(self, item: Item, receipt_id: str | None) -> None:
        """Move the object to `done/`, under its receipt; one that changed or is gone is left alone.

        S3 has no move: a copy whose original remains (a crash in between) comes again as a duplicate.
        """
        name = f"{receipt_id}-{posixpath.basename(item.key)}"
        try:
            with _told(self._channel):
                if obstore.head(self._store, item.key)["e_tag"] != (item.version or None):
                    return
                obstore.copy(self._store, item.key, f"{self._channel.prefix}/{DONE}/{name}")
                obstore.delete(self._store, item.key)
        except ItemGone:
            return

    def erase(self, item: Item) -> None:
        """Delete the object; one that changed or is gone is left alone. Old versions are the store's to expire."""
        try:
            with _told(self._channel):
                if obstore.head(self._store, item.key)["e_tag"] == (item.version or None):
                    obstore.delete(self._store, item.key)
        except ItemGone:
            return


def _is_folder_mark(meta: ObjectMeta) -> bool:
    """Whether a console made this empty object to show a folder (the slash at its end is not listed)."""
    return meta["size"] == 0 and "." not in posixpath.basename(meta["path"])
