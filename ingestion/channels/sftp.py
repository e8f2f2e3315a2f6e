"""The SFTP channel: `<folder>/<sender>/<file>`; the server is known by its host key, the sender by the folder."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import paramiko

from ingestion.channels.interface import (
    DONE,
    Content,
    Item,
    ItemGone,
    is_temporary,
    login_refused,
    not_the_server,
    unavailable,
)
from ingestion.forms.reading.personal import without_personal_data
from warehouse.storage import CHUNK

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ingestion.channels.records import SftpServer

DEEPEST = 5
"""Folders below the inbox that are looked into; a server could show a tree without end."""


@dataclass(frozen=True)
class _Seen:
    item: Item
    modified: int
    is_plain: bool


@contextmanager
def open_sftp(
    channel: SftpServer, password: SecretStr, pause: Callable[[float], None] = time.sleep
) -> Iterator[SftpInbox]:
    """Connect; the password is sent only to a server that has one of the listed host keys.

    Raises:
        SourceUnavailable: no connection, or it broke.
        SourceContractBroken: another host key than listed.
        SettingsRefused: the account was refused.
    """
    with _told(channel):
        connection = socket.create_connection((channel.host, channel.port), channel.timeout_seconds)
    with closing(connection):
        with _told(channel):
            transport = paramiko.Transport(connection)
        with closing(transport):
            with _told(channel):
                client = _logged_in(channel, transport, password)
            yield SftpInbox(channel, client, pause)


def _logged_in(channel: SftpServer, transport: paramiko.Transport, password: SecretStr) -> paramiko.SFTPClient:
    transport.banner_timeout = transport.auth_timeout = channel.timeout_seconds
    transport.start_client(timeout=channel.timeout_seconds)
    shown = fingerprint(transport.get_remote_server_key())
    if shown not in channel.host_keys:
        raise not_the_server(channel, f"khóa máy chủ là {shown}, không có trong host_keys")
    try:
        transport.auth_password(channel.username, password.get_secret_value())
    except paramiko.AuthenticationException:
        raise login_refused(channel) from None
    client = paramiko.SFTPClient.from_transport(transport)
    opened = client.get_channel() if client else None
    if client is None or opened is None:
        raise unavailable(channel, "máy chủ không mở phiên SFTP")
    opened.settimeout(channel.timeout_seconds)
    return client


def fingerprint(key: paramiko.PKey) -> str:
    """Return the fingerprint of a host key as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


@contextmanager
def _told(channel: SftpServer) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ItemGone from error
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise unavailable(channel, type(error).__name__) from error


class SftpInbox:
    """An open SFTP folder (`ingestion.channels.interface.Inbox`)."""

    def __init__(self, channel: SftpServer, client: paramiko.SFTPClient, pause: Callable[[float], None]) -> None:
        self._channel = channel
        self._client = client
        self._pause = pause
        self._odd: set[str] = set()

    def waiting(self) -> list[Item]:
        """List what stood still (size and time) between two looks, oldest first."""
        try:
            with _told(self._channel):
                first = {seen.item.key: seen.item.version for seen in self._walk(self._channel.folder, ())}
                if not first:
                    return []
                self._pause(self._channel.settle_seconds)
                now = list(self._walk(self._channel.folder, ()))
        except ItemGone:
            raise unavailable(self._channel, f"không có thư mục {self._channel.folder}") from None
        standing = [seen for seen in now if first.get(seen.item.key) == seen.item.version]
        self._odd = {seen.item.key for seen in standing if not seen.is_plain}
        return [seen.item for seen in sorted(standing, key=lambda seen: (seen.modified, seen.item.key))]

    def _walk(self, folder: str, below: tuple[str, ...]) -> Iterator[_Seen]:
        """Walk the folder without following links (`listdir_attr` tells of the link itself)."""
        for entry in self._client.listdir_attr(folder):
            path, mode = posixpath.join(folder, entry.filename), entry.st_mode or 0
            if is_temporary(entry.filename) or (not below and entry.filename == DONE):
                continue
            if stat.S_ISDIR(mode):
                if len(below) < DEEPEST:
                    yield from self._walk(path, (*below, entry.filename))
                continue
            size = entry.st_size or 0
            reference = without_personal_data(path)
            item = Item(path, below[0] if below else "", size, _version(entry), reference)
            yield _Seen(item, entry.st_mtime or 0, stat.S_ISREG(mode))

    def contents(self, item: Item) -> Iterator[Content]:
        """Yield the one file; what is no plain file is handed over unopened."""
        is_plain = item.key not in self._odd
        yield Content(posixpath.basename(item.key), item.size, self._pieces(item) if is_plain else (), is_plain)

    def _pieces(self, item: Item) -> Iterator[bytes]:
        with _told(self._channel), self._client.open(item.key, "rb") as file:
            file.prefetch(item.size)  # one request after the other would cost a round trip for every 32 KiB
            while piece := file.read(CHUNK):
                yield piece
            if _version(file.stat()) != item.version:
                raise ItemGone

    def acknowledge(self, item: Item, receipt_id: str | None) -> None:
        """Move the file to `done/`, under its receipt; one that changed or is gone is left alone."""
        root = posixpath.join(self._channel.folder, DONE)
        try:
            with _told(self._channel):
                if _version(self._client.lstat(item.key)) != item.version:
                    return
                if DONE not in self._client.listdir(self._channel.folder):
                    self._client.mkdir(root)
                name = f"{receipt_id}-{posixpath.basename(item.key)}"
                self._client.rename(item.key, posixpath.join(root, name))
        except ItemGone:
            return

    def erase(self, item: Item) -> None:
        """Delete the file; one that changed or is gone is left alone."""
        try:
            with _told(self._channel):
                if _version(self._client.lstat(item.key)) == item.version:
                    self._client.remove(item.key)
        except ItemGone:
            return


def _version(told: paramiko.SFTPAttributes) -> str:
    return f"{told.st_size}-{told.st_mtime}"
