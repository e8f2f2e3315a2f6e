"""A real browser and the pages' own process, for the test that looks at them."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHANNELS = {2: 3, 6: 4}
START_SECONDS = 60
SHOT_SECONDS = 120


def find_browser() -> str | None:
    """Return the browser's program, or None when the machine has none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Run `python -m web` on a free port of this machine until the block ends; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "--port", str(port)],
        cwd=PROJECT,
        env=os.environ | settings.as_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 10):
        assert process.poll() is None, "the pages' process ended at once"
        try:
            httpx.get(f"{address}/health", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def look(browser: str, address: str, folder: Path, *orders: str) -> subprocess.CompletedProcess[str]:
    """Open an address in a fresh browser with the given orders; returns what it wrote."""
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    return subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-dev-shm-usage", "--no-proxy-server", "--enable-logging=stderr", f"--user-data-dir={profile}",
            *orders, address,
        ],
        capture_output=True, text=True, timeout=SHOT_SECONDS, check=True,
    )  # fmt: skip


def screenshot(browser: str, address: str, target: Path, width: int, height: int) -> str:
    """Take a picture of a page; returns what the browser complained of."""
    orders = ("--hide-scrollbars", f"--window-size={width},{height}", f"--screenshot={target}")
    return look(browser, address, target.parent, *orders).stderr


def pixel(png: bytes, column: int, row: int) -> tuple[int, ...]:
    """Return the colour of a pixel of a picture as Chromium writes them: 8 bits a channel, not interlaced."""
    width, _height, depth, colour_type, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced, colour_type in CHANNELS) == (8, 0, True)
    channels = CHANNELS[colour_type]
    packed, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        packed += png[place + 8 : place + 8 + length] if png[place + 4 : place + 8] == b"IDAT" else b""
        place += length + 12
    lines, stride = zlib.decompress(packed), width * channels + 1
    above = bytes(width * channels)
    for number in range(row + 1):
        line = lines[number * stride : (number + 1) * stride]
        above = _unfiltered(line[0], line[1:], above, channels)
    return tuple(above[column * channels : column * channels + 3])


def _unfiltered(kind: int, line: bytes, above: bytes, channels: int) -> bytes:
    """Undo a row's filter (PNG specification, third edition, section 9)."""
    done = bytearray()
    for place, byte in enumerate(line):
        left = done[place - channels] if place >= channels else 0
        corner = above[place - channels] if place >= channels else 0
        guess = (0, left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[kind]
        done.append((byte + guess) % 256)
    return bytes(done)


def _paeth(left: int, above: int, corner: int) -> int:
    middle = left + above - corner
    return min((left, above, corner), key=lambda near: abs(middle - near))
