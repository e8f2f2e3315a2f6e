"""The mailbox channel: attachments of letters; the sender is the proven address of the letter.

Of a letter only its headers and its attachments of a known kind are read; its text, HTML above
all, is never parsed. A taken letter goes to the done folder, so a person who reads mail in the
inbox hides nothing from the intake.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import getaddresses
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted

from ingestion.channels.interface import Content, Item, ItemGone, login_refused, not_the_server, unavailable
from ingestion.limits import limits

if TYPE_CHECKING:
    from imap_tools.message import MailMessage
    from pydantic import SecretStr

    from ingestion.channels.records import Mailbox

LOG = logging.getLogger(__name__)
KINDS = frozenset({".xlsx", ".ods", ".csv", ".json"})
FLAGGED = "\\Flagged"
LETTER_FACTOR = 3
"""A letter may weigh this many times the file limit: base64 adds a third, and there may be two forms."""
PROVEN = re.compile(r"(?<![\w.-])dmarc\s*=\s*pass(?![\w-])", re.IGNORECASE)
PROVEN_DOMAIN = re.compile(r"header\.from\s*=\s*([\w.-]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")


@contextmanager
def open_mailbox(channel: Mailbox, password: SecretStr) -> Iterator[MailInbox]:
    """Connect and log in.

    Raises:
        SourceUnavailable: no connection, or it broke.
        SourceContractBroken: the certificate is not that of the server.
        SettingsRefused: the account was refused.
    """
    with _told(channel):
        box = _connected(channel)
    try:
        with _told(channel):
            try:
                box.login(channel.username, password.get_secret_value(), initial_folder=None)
            except MailboxLoginError:
                raise login_refused(channel) from None
            box.folder.set(channel.folder)
        yield MailInbox(channel, box)
    finally:
        with suppress(imaplib.IMAP4.error, OSError, ImapToolsError):
            box.logout()


def _connected(channel: Mailbox) -> BaseMailBox:
    if channel.tls:
        context = ssl.create_default_context()
        return MailBox(channel.host, channel.port, timeout=channel.timeout_seconds, ssl_context=context)
    return MailBoxUnencrypted(channel.host, channel.port, timeout=channel.timeout_seconds)


@contextmanager
def _told(channel: Mailbox) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise not_the_server(channel, "chứng thư TLS không hợp lệ hoặc đã bị thay") from None
    except imaplib.IMAP4.error as error:
        refused = "AUTHENTICATIONFAILED" in str(error).upper()
        raise (login_refused(channel) if refused else unavailable(channel, "IMAP")) from None
    except (OSError, EOFError, ImapToolsError) as error:
        raise unavailable(channel, type(error).__name__) from None


class MailInbox:
    """An open mailbox folder (`ingestion.channels.interface.Inbox`)."""

    def __init__(self, channel: Mailbox, box: BaseMailBox) -> None:
        self._channel = channel
        self._box = box

    def waiting(self) -> list[Item]:
        """List the letters by their headers, in the order in which they came."""
        with _told(self._channel):
            letters = self._box.fetch("ALL", charset=None, mark_seen=False, headers_only=True, bulk=100)
            items = [self._item(letter) for letter in letters]
        return sorted(items, key=lambda item: int(item.key))

    def _item(self, letter: MailMessage) -> Item:
        reference = " ".join(str(letter.obj.get("Message-ID", "")).split())[:200]
        uid = str(letter.uid)
        return Item(uid, sender_of(letter, self._channel.authserv_id), letter.size_rfc822, uid, reference or uid)

    def contents(self, item: Item) -> Iterator[Content]:
        """Yield the attachments of known kinds; a letter that is too heavy is not fetched at all."""
        if item.size > LETTER_FACTOR * limits().file_bytes:
            yield Content(f"thu-{item.key}.eml", item.size, ())
            return
        with _told(self._channel):
            letters = list(self._box.fetch(charset=None, mark_seen=False, uid_list=[item.key]))
        if not letters:
            raise ItemGone
        for name, content in _attachments(letters[0]):
            yield Content(name, len(content), (content,))

    def acknowledge(self, item: Item, receipt_id: str | None) -> None:
        """Move the letter to the done folder; one in which there was nothing to take is flagged for a person."""
        with _told(self._channel):
            if not self._box.folder.exists(self._channel.done_folder):
                self._box.folder.create(self._channel.done_folder)
            if receipt_id is None:
                self._box.flag([item.key], [FLAGGED], value=True)
            self._box.move([item.key], self._channel.done_folder)

    def erase(self, item: Item) -> None:
        """Delete the letter; its other attachments, if any, have landed."""
        with _told(self._channel):
            self._box.delete([item.key])


def _attachments(letter: MailMessage) -> list[tuple[str, bytes]]:
    try:
        named = [(PurePosixPath(part.filename.replace("\\", "/")).name, part) for part in letter.attachments]
        return [(name, part.payload) for name, part in named if PurePosixPath(name).suffix.lower() in KINDS]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Mail of strangers may be malformed in any way; one such letter must not stop those behind it.
        LOG.warning("a letter could not be taken apart (%s) and is flagged for a person", type(error).__name__)
        return []


def sender_of(letter: MailMessage, authserv_id: str | None) -> str:
    """Return the address that a letter is proven to be from, in lower case; "" if it is not.

    Proof is the DMARC verdict of our own server: the topmost Authentication-Results, which that
    server wrote itself (RFC 8601 section 5 has it remove forged ones). Without `authserv_id`
    (loopback only) From alone is believed.
    """
    written = [address.lower() for _, address in getaddresses([str(h) for h in letter.obj.get_all("From", [])])]
    if len(written) != 1 or written[0].count("@") != 1:
        return ""
    if authserv_id is None:
        return written[0]
    verdict = COMMENT.sub(" ", str(letter.obj.get("Authentication-Results", "")))
    server, _, results = verdict.partition(";")
    methods = [method for method in results.split(";") if PROVEN.search(method)]
    domains = [found[1].lower() for method in methods if (found := PROVEN_DOMAIN.search(method))]
    is_ours = server.split()[:1] == [authserv_id]
    return written[0] if is_ours and domains == [written[0].partition("@")[2]] else ""
