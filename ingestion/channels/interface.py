"""The one small interface of channels that live on a server: what waits, its bytes, and 'taken'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable

if TYPE_CHECKING:
    from ingestion.channels.records import Server

DONE = "done"
"""Folder, beside the senders', of what has its receipt; no sender may be called so."""
TEMPORARY_SUFFIXES = (".part", ".tmp", ".crdownload", ".filepart", ".partial")
TEMPORARY_PREFIXES = ("~$", ".")


@dataclass(frozen=True)
class Item:
    """One thing in the inbox that is taken and acknowledged as a whole: a file or a letter.

    `sender` is what the channel knows the sender by; `version` changes whenever the content may have;
    `reference` names it in the audit log.
    """

    key: str
    sender: str
    size: int
    version: str
    reference: str


@dataclass(frozen=True)
class Content:
    """One file of an item; `pieces` cross the wire only when they are asked for."""

    name: str
    size: int
    pieces: Iterable[bytes]
    is_plain: bool = True


class ItemGone(Exception):
    """The item is no longer there as it was listed; the next run sees what has become of it."""


class Inbox(Protocol):
    """An open connection to a channel.

    Every method raises SourceUnavailable when the server does not answer as it should.
    """

    def waiting(self) -> list[Item]:
        """List what waits and has settled, oldest first."""

    def contents(self, item: Item) -> Iterator[Content]:
        """Open the files of an item; raises ItemGone."""

    def acknowledge(self, item: Item, receipt_id: str | None) -> None:
        """Move an item out of the inbox, its receipts being committed; an item that changed stays.

        `receipt_id` is None for an item in which there was no file to take.
        """

    def erase(self, item: Item) -> None:
        """Delete an item in which personal data was found, its receipts being committed; one that changed stays."""


def is_temporary(name: str) -> bool:
    """Whether a name says that its file is still being written, or belongs to a program."""
    return name.startswith(TEMPORARY_PREFIXES) or name.lower().endswith(TEMPORARY_SUFFIXES)


def unavailable(channel: Server, why: str) -> SourceUnavailable:
    """Make the error for a server that did not answer; it never quotes what the server said."""
    return SourceUnavailable(
        f"Kênh '{channel.name}' ({channel.host}) không trả lời: {why}. Tệp của đơn vị còn nguyên trên máy chủ, "
        "lượt sau lấy tiếp; nếu kéo dài, hãy báo bên quản trị máy chủ đó.",
        channel=channel.name,
    )


def login_refused(channel: Server) -> SettingsRefused:
    """Make the error for an account that the server does not let in."""
    return SettingsRefused(
        f"Kênh '{channel.name}' từ chối tài khoản '{channel.username}'. Hãy kiểm tra mật khẩu '{channel.secret}' "
        f"trong THUOCDO_CHANNEL_SECRETS và username trong channels/{channel.name}.yml.",
        channel=channel.name,
    )


def not_the_server(channel: Server, what: str) -> SourceContractBroken:
    """Make the error for a server that is not the one that the channel file describes."""
    return SourceContractBroken(
        f"Kênh '{channel.name}' ({channel.host}) không đúng máy chủ đã khai: {what}. Chưa gửi mật khẩu, chưa lấy gì; "
        f"hãy hỏi bên quản trị máy chủ, rồi sửa channels/{channel.name}.yml nếu máy chủ đã đổi.",
        channel=channel.name,
    )
