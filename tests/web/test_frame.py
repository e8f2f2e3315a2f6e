"""What holds on every page: language, banner, headers, escaping, and how trouble is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from tests.web.office import HOSTILE_NAME, NOW, PLAN, UNIT, publish_marts, usual_marts
from tests.web.reading import page_of, words_of
from warehouse.publish import snapshot_path
from warehouse.settings import Settings
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [
    "/",
    f"/plans/{PLAN}",
    f"/plans/{PLAN}/flags",
    f"/plans/{PLAN}/outstanding",
    f"/plans/{PLAN}/tasks",
    "/extracts",
    f"/units/{PLAN}/{UNIT}",
]
BANNER = "SỐ LIỆU TỔNG HỢP"
SECRET = "figure-of-the-inside"


@pytest.fixture
def unpublished(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(home=tmp_path)))


@pytest.fixture
def breaking(settings: Settings) -> TestClient:
    app = create_app(settings)

    def fail() -> None:
        raise RuntimeError(SECRET)

    app.add_api_route("/breaks", fail)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_vietnamese_by_default(client: TestClient, address: str) -> None:
    assert page_of(client.get(address).text).all("html")[0].attributes["lang"] == "vi"


@pytest.mark.parametrize("address", PAGES)
def test_a_page_can_be_read_in_english(client: TestClient, address: str) -> None:
    assert page_of(client.get(f"{address}?lang=en").text).all("html")[0].attributes["lang"] == "en"


def test_an_unknown_language_is_answered_in_vietnamese(client: TestClient) -> None:
    assert page_of(client.get("/?lang=xx").text).all("html")[0].attributes["lang"] == "vi"


def test_every_link_of_an_english_page_stays_english(client: TestClient) -> None:
    links = [str(link.attributes["href"]) for link in page_of(client.get(f"/plans/{PLAN}?lang=en").text).all("a")]
    assert {link for link in links if "lang=en" not in link} == {"#content", f"/plans/{PLAN}?lang=vi"}


def test_a_filter_of_an_english_page_stays_english(client: TestClient) -> None:
    fields = page_of(client.get(f"/plans/{PLAN}?lang=en").text).all("input")
    assert [(field.attributes["name"], field.attributes["value"]) for field in fields] == [("lang", "en")]


def test_changing_the_language_keeps_the_filter(client: TestClient) -> None:
    links = [link.attributes["href"] for link in page_of(client.get(f"/plans/{PLAN}?status=no_data").text).all("a")]
    assert f"/plans/{PLAN}?status=no_data&lang=en" in links


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_sample_data_says_so(sample_client: TestClient, address: str) -> None:
    assert BANNER in sample_client.get(address).text


@pytest.mark.parametrize("address", PAGES)
def test_no_page_of_real_data_is_called_sample(client: TestClient, address: str) -> None:
    assert BANNER not in client.get(address).text


def test_a_sample_office_without_a_snapshot_is_called_sample(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(home=tmp_path, is_sample=True)))
    assert BANNER in client.get("/").text


@pytest.mark.parametrize("address", PAGES)
def test_every_page_names_the_snapshot_that_it_was_read_from(client: TestClient, address: str) -> None:
    footer = page_of(client.get(address).text).all("footer")[0].words
    assert "Số liệu tính đến 10/07/2026, công bố lúc 09:30 10/07/2026 (giờ Việt Nam)." in footer


def test_names_of_a_plan_are_never_taken_for_markup(client: TestClient) -> None:
    assert HOSTILE_NAME in words_of(client.get(f"/plans/{PLAN}").text)


@pytest.mark.parametrize("address", [*PAGES, "/khong-co", "/static/thuocdo.css", "/api/v1/plans", "/health"])
def test_every_answer_forbids_foreign_content(client: TestClient, address: str) -> None:
    policy = client.get(address).headers["content-security-policy"]
    assert {"default-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))


@pytest.mark.parametrize("address", [*PAGES, f"/extracts/extract-{PLAN}-2026-05-r1.zip"])
def test_the_browser_may_not_guess_types(client: TestClient, address: str) -> None:
    assert client.get(address).headers["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_carries_the_headers_too(breaking: TestClient) -> None:
    assert "default-src 'self'" in breaking.get("/breaks").headers["content-security-policy"]


def test_an_unexpected_error_shows_a_page_and_no_traceback(breaking: TestClient) -> None:
    answer = breaking.get("/breaks")
    assert (answer.status_code, "Có lỗi ngoài dự kiến" in answer.text, SECRET in answer.text) == (500, True, False)


@pytest.mark.parametrize("address", PAGES)
def test_before_the_first_publish_every_page_says_that_there_is_no_data_yet(
    unpublished: TestClient, address: str
) -> None:
    answer = unpublished.get(address)
    assert (answer.status_code, "Chưa có số liệu" in words_of(answer.text)) == (503, True)


def test_a_page_that_may_come_later_says_when_to_try_again(unpublished: TestClient) -> None:
    assert unpublished.get("/").headers["retry-after"] == "60"


def test_a_snapshot_that_cannot_be_opened_is_a_page_and_no_traceback(own_settings: Settings) -> None:
    damaged = snapshot_path(own_settings)
    damaged.chmod(0o644)
    damaged.write_bytes(b"not a database, but longer than a header" * 200)
    answer = TestClient(create_app(own_settings), raise_server_exceptions=False).get("/")
    assert (answer.status_code, "Tạm thời chưa đọc được" in answer.text) == (503, True)


def test_the_pages_take_nothing_in(client: TestClient) -> None:
    assert client.post("/", data={"value": "1"}).status_code == 405


def test_a_new_snapshot_is_served_from_the_next_request_on(own_settings: Settings) -> None:
    client = TestClient(create_app(own_settings))
    client.get("/")
    marts = usual_marts()
    marts["dim_plans"] = [plan | {"commune_name": "Phường Kỳ Lừa"} for plan in marts["dim_plans"]]
    publish_marts(own_settings, marts, NOW)
    assert "Phường Kỳ Lừa" in client.get("/").text


def test_a_snapshot_without_plans_says_so(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", free_space_mib=0)
    publish_marts(settings, {})
    assert "chưa có kế hoạch nào" in TestClient(create_app(settings)).get("/").text
