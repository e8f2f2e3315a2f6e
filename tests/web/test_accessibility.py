"""Pages that can be read by ear, by keyboard, without scripts, and with weak eyes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.web.reading import Element, page_of
from tests.web.test_frame import PAGES
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ALL = [*PAGES, "/khong-co"]
STYLES = (PROJECT / "web" / "static" / "thuocdo.css").read_text(encoding="utf-8")
READABLE = 4.5
"""Least contrast of text, WCAG 2.2 success criterion 1.4.3 (level AA)."""


@pytest.fixture(scope="module", params=ALL)
def page(request: pytest.FixtureRequest, client: TestClient) -> Element:
    return page_of(client.get(request.param).text)


def test_a_page_has_one_main_heading(page: Element) -> None:
    assert len(page.all("h1")) == 1


def test_headings_skip_no_level(page: Element) -> None:
    levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4")]
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_every_table_has_a_caption(page: Element) -> None:
    assert [table.words[:40] for table in page.all("table") if not table.all("caption")] == []


def test_every_heading_cell_says_what_it_heads(page: Element) -> None:
    assert {cell.attributes.get("scope") for cell in page.all("th")} <= {"col", "row", "rowgroup"}


def test_every_choice_has_a_label(page: Element) -> None:
    labels = {label.attributes["for"] for label in page.all("label")}
    assert {choice.attributes["id"] for choice in page.all("select")} == labels


def test_every_link_says_where_it_leads(page: Element) -> None:
    silent = [
        link.attributes["href"] for link in page.all("a") if not (link.words or link.attributes.get("aria-label"))
    ]
    assert silent == []


def test_no_two_things_share_an_id(page: Element) -> None:
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_a_page_works_without_scripts_and_styles_of_its_own(page: Element) -> None:
    inline = [
        element.tag for element in page.all() if "style" in element.attributes or element.tag in {"script", "style"}
    ]
    assert inline == []


def test_the_first_link_skips_to_the_content(page: Element) -> None:
    target = str(page.all("a")[0].attributes["href"]).removeprefix("#")
    assert page.all("main")[0].attributes["id"] == target


def test_a_page_has_a_title_of_its_own(page: Element) -> None:
    assert page.all("title")[0].words.startswith(page.all("h1")[0].words)


def test_a_wide_table_can_be_scrolled_by_keyboard(page: Element) -> None:
    regions = [region for region in page.all("div") if region.attributes.get("class") == "scroll"]
    assert {region.attributes.get("tabindex") for region in regions} <= {"0"}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", STYLES))


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "ground"),
        ("ink", "none-ground"),
        ("quiet", "ground"),
        ("quiet", "none-ground"),
        ("link", "ground"),
        ("link", "none-ground"),
        ("good", "good-ground"),
        ("care", "care-ground"),
        ("bad", "bad-ground"),
        ("bad", "ground"),
        ("sheet", "brand"),
    ],
)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= READABLE


def test_the_banner_of_sample_data_stands_out() -> None:
    banner = STYLES.split(".synthetic {")[1].split("}")[0]
    ground, text = re.findall(r"#[0-9a-f]+", banner)
    assert contrast(ground, text) >= READABLE
