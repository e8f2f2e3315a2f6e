"""The limits of intake as numbers and as people read them."""

from __future__ import annotations

from dataclasses import fields

from ingestion.limits import limit_text, limit_texts, limits


def test_the_promised_limits_are_in_force() -> None:
    in_force = limits()
    assert in_force.file_bytes == 25 << 20
    assert in_force.unpacked_bytes == 200 << 20
    assert (in_force.compression_ratio, in_force.sheets, in_force.zip_entries) == (100, 100, 200)
    assert (in_force.rows, in_force.columns, in_force.cells) == (100_000, 512, 2_000_000)
    assert (in_force.cell_characters, in_force.reading_seconds, in_force.memory_bytes) == (32 << 10, 5, 512 << 20)


def test_every_limit_is_told_to_people() -> None:
    assert len(limit_texts()) == len(fields(limits()))
    assert limit_text("file_bytes") == "25 MB mỗi tệp"
    assert limit_text("rows") in limit_texts()
