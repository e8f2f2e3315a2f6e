"""Open what somebody handed in without being led elsewhere: regular files only, links never followed."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from ingestion.findings import FindingRefused, finding

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {
    stat.S_IFLNK: "liên kết tượng trưng",
    stat.S_IFIFO: "ống dẫn FIFO",
    stat.S_IFDIR: "thư mục",
    stat.S_IFCHR: "thiết bị",
    stat.S_IFBLK: "thiết bị",
    stat.S_IFSOCK: "ổ cắm",
}


def open_regular(path: Path) -> int:
    """Return a read-only descriptor of a regular file; the caller closes it.

    Opens with O_NOFOLLOW and O_NONBLOCK, so that neither a link nor a FIFO without a writer is
    waited for or followed (reliability F8), and judges the descriptor, not the name.

    Raises:
        FindingRefused: SEC-01, the name is a link, FIFO, device, socket or folder.
        OSError: the file is gone or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise FindingRefused(finding("SEC-01", found=_kind(os.lstat(path).st_mode))) from error
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise FindingRefused(finding("SEC-01", found=_kind(mode)))
    return descriptor


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "không rõ loại")
