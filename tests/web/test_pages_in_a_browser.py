"""The pages in a real browser: drawn with their styles, nothing refused, and fit for paper."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest

from tests.web.browser import find_browser, look, pixel, screenshot, served
from tests.web.office import PLAN, UNIT, make_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

WIDTH, HEIGHT = 1280, 900
BANNER_RED = (0xB0, 0x00, 0x20)
BLANK_TIMES = 3
"""A drawn page's picture is at least this many times as large as that of an empty page of the same size."""


@pytest.fixture(scope="module")
def browser() -> str:
    found = find_browser()
    if found is None:
        missing = "Chưa có Chromium trên máy này (tests/install_office.sh cài được khi là root)."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(make_office(tmp_path_factory.mktemp("browser") / "home", is_synthetic=True)) as found:
        yield found


@pytest.fixture(scope="module")
def blank(browser: str, tmp_path_factory: pytest.TempPathFactory) -> int:
    target = tmp_path_factory.mktemp("blank") / "blank.png"
    screenshot(browser, "about:blank", target, WIDTH, HEIGHT)
    return target.stat().st_size


@pytest.mark.parametrize("page", ["/", f"/plans/{PLAN}", f"/units/{PLAN}/{UNIT}", "/khong-co"])
def test_a_page_is_drawn_and_the_browser_refuses_nothing(
    browser: str, address: str, blank: int, tmp_path: Path, page: str
) -> None:
    target = tmp_path / "page.png"
    complaints = screenshot(browser, address + page, target, WIDTH, HEIGHT)
    assert struct.unpack(">II", target.read_bytes()[16:24]) == (WIDTH, HEIGHT)
    assert target.stat().st_size > BLANK_TIMES * blank
    assert "Content Security Policy" not in complaints


def test_the_banner_of_sample_data_is_drawn_red(browser: str, address: str, tmp_path: Path) -> None:
    target = tmp_path / "page.png"
    screenshot(browser, f"{address}/", target, WIDTH, HEIGHT)
    assert pixel(target.read_bytes(), 5, 5) == BANNER_RED


def test_the_board_can_be_printed(browser: str, address: str, tmp_path: Path) -> None:
    paper = tmp_path / "board.pdf"
    look(browser, f"{address}/plans/{PLAN}", tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    assert paper.read_bytes().startswith(b"%PDF-")
