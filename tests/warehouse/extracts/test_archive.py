"""Zip files whose bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile

from warehouse.extracts.archive import pack, repack


def test_the_order_of_entries_does_not_matter() -> None:
    assert pack({"b": b"2", "a": b"1"}) == pack({"a": b"1", "b": b"2"})


def test_a_zip_of_another_writer_becomes_the_same_zip() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b", b"2")
        archive.writestr("a", b"1")
    assert repack(target.getvalue()) == pack({"a": b"1", "b": b"2"})


def test_entries_are_ordinary_files_of_the_fixed_date() -> None:
    with zipfile.ZipFile(io.BytesIO(pack({"a": b"1"}))) as archive:
        (entry,) = archive.infolist()
        assert archive.testzip() is None
    assert (entry.date_time, entry.external_attr >> 16, entry.compress_type) == ((1980, 1, 1, 0, 0, 0), 0o100644, 0)
