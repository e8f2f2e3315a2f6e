"""Read everything that a state folder holds, packed or not, to look for what must not be in it."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a folder by name, those inside zips and the rows of Parquet unpacked, and the names too."""
    for path in sorted(folder.rglob("*")):
        place = str(path.relative_to(folder))
        yield "names", place.encode()
        if path.is_file() and not path.is_symlink():
            yield from _unpacked(place, path.read_bytes())


def _unpacked(place: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield place, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from _unpacked(f"{place}/{name}", packed.read(name))
    elif content.startswith(b"PAR1"):
        yield place, str(pq.read_table(io.BytesIO(content)).to_pylist()).encode()


def places_of(folder: Path, *wanted: str) -> list[tuple[str, str]]:
    """List where any of the texts stands, as UTF-8 or UTF-16."""
    return [
        (place, text)
        for place, content in everything_in(folder)
        for text in wanted
        if text.encode() in content or text.encode("utf-16-le") in content
    ]
