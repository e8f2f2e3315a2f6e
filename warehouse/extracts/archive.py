"""Zip files whose bytes depend on their content alone: fixed dates, order, modes; stored, not deflated.

Deflate differs between builds of zlib, so one more machine would give other bytes
(reliability M13, R19).
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)
REGULAR_FILE = 0o100644 << 16
UNIX = 3


def pack(entries: Mapping[str, bytes]) -> bytes:
    """Write entries (name → content) as a zip, in name order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = REGULAR_FILE
            entry.create_system = UNIX
            archive.writestr(entry, entries[name])
    return target.getvalue()


def repack(content: bytes) -> bytes:
    """Write a zip that another writer made the one way."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return pack({name: archive.read(name) for name in archive.namelist()})
