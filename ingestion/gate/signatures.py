"""What a file really is, by its first bytes; its name is only a claim (reliability F26-F28)."""

from __future__ import annotations

import codecs
import re
from typing import Literal

Signature = Literal["zip", "ole", "html", "xml", "pdf", "archive", "picture", "text", "binary"]

OLE_SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD_LENGTH = 4096
PDF_SIGN = b"%PDF-"
PDF_WITHIN = 1024  # readers accept a PDF header anywhere in the first KiB
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

SIGNATURE_TEXT: dict[Signature, str] = {
    "zip": "tệp nén (.xlsx, .ods, .zip)",
    "ole": "tệp .xls đời cũ hoặc tệp đặt mật khẩu",
    "html": "trang HTML",
    "xml": "văn bản XML",
    "pdf": "tài liệu PDF",
    "archive": "tệp nén (.rar, .7z, .gz)",
    "picture": "hình ảnh",
    "text": "văn bản",
    "binary": "dữ liệu không rõ loại",
}

_STARTS: tuple[tuple[bytes, Signature], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (OLE_SIGN, "ole"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|script)[\s>]", re.IGNORECASE)
_TEXT_CONTROLS = frozenset(b"\t\n\r")
FIRST_PRINTABLE = 0x20


def signature_of(head: bytes) -> Signature:
    """Return what the first 4 KiB of a file show."""
    for start, signature in _STARTS:
        if head.startswith(start):
            return signature
    if PDF_SIGN in head[:PDF_WITHIN]:
        return "pdf"
    bare = _narrowed(head).lstrip()
    if bare.startswith(b"<"):
        return "html" if _HTML.match(bare) or _HTML.search(bare[:PDF_WITHIN]) else "xml"
    return "text" if _is_text(head) else "binary"


def describe_ole(head: bytes) -> str:
    """Return which kind of OLE file this looks like."""
    return "tệp đặt mật khẩu" if ENCRYPTED_STREAM in head else "tệp .xls đời cũ hoặc đặt mật khẩu"


def _narrowed(head: bytes) -> bytes:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[2:].replace(b"\0", b"")
    return head.removeprefix(codecs.BOM_UTF8)


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    controls = sum(byte < FIRST_PRINTABLE and byte not in _TEXT_CONTROLS for byte in head)
    return controls <= len(head) // 100
