"""Kill a collection from a server: between what was fetched, what was receipted and what the server was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.cage import CagedFile
from tests.ingestion.kill.deaths import killed_at, undisturbed
from tests.ingestion.kill.scene import Readings, reading_of
from tests.ingestion.kill.steps import AFTER, BEFORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.ingestion.office import Office

EVERY = 3
"""Of the steps on our own disk, one in so many is tried with each channel: they are the same for all of them."""


def deaths_with_a_server(
    office: Office,
    files: Mapping[str, bytes],
    fill: Callable[[], None],
    waiting: Callable[[], int],
    folder: Path,
    *,
    everywhere: bool,
) -> list[str]:
    """Die at each step that changes the server; list everything that is wrong afterwards.

    Args:
        office: The office with its one channel.
        files: What is handed in, by name.
        fill: Empties the server and puts the files there.
        waiting: Counts what waits on the server.
        folder: For copies of the state folder.
        everywhere: Die on both sides of each step, and at steps on our own disk, too.
    """
    readings = read(files, folder)
    office.engine.dispose()
    fill()
    day = undisturbed(office.settings, readings, folder)
    assert waiting() == 0
    found = []
    for number, step in enumerate(day.steps, start=1):
        if "server" not in step.places and not (everywhere and number % EVERY == 0):
            continue
        for side in (BEFORE, AFTER) if everywhere else ((BEFORE, AFTER)[number % 2],):
            fill()
            found += killed_at(day, number, side, folder / "dying")
            if waiting():
                found.append(f"step {number} {side} {step}: {waiting()} still wait on the server")
    return found


def read(files: Mapping[str, bytes], folder: Path) -> Readings:
    """Read the files in the real cage once."""
    readings: dict[tuple[str, str], CagedFile] = {}
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content)
        readings |= reading_of(path)
    return readings
