"""What machines get: exact, with its state, and never a figure that nobody vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from tests.web.office import EXPORT, GONE, LAST_MONTH, MONTH, PLAN, UNAPPROVED
from warehouse.settings import Settings
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

PROGRESS = f"/api/v1/plans/{PLAN}/progress"


def indicator(client: TestClient, code: str) -> dict[str, Any]:
    found = client.get(PROGRESS).json()["indicators"]
    return next(each for each in found if each["indicator_code"] == code)


def package(client: TestClient, export_id: str) -> dict[str, Any]:
    found = client.get("/api/v1/extracts").json()["extracts"]
    return next(each for each in found if each["export_id"] == export_id)


def test_plans_come_with_their_counts(client: TestClient) -> None:
    plan = next(each for each in client.get("/api/v1/plans").json()["plans"] if each["plan_key"] == PLAN)
    counts = {name: value for name, value in plan.items() if name.endswith("_count")}
    assert counts == {
        "indicators_count": 8,
        "indicators_with_data_count": 7,
        "forms_issued_count": 4,
        "forms_missing_count": 1,
        "forms_not_due_count": 1,
        "flags_open_count": 2,
        "flags_blocking_count": 1,
    }


def test_an_answer_names_its_snapshot(client: TestClient, settings: Settings) -> None:
    snapshot = client.get("/api/v1/plans").json()["snapshot"]
    assert (snapshot["as_of"], snapshot["published_at"]) == ("2026-07-10", "2026-07-10T02:30:00.000000Z")


def test_sample_data_is_called_synthetic(sample_client: TestClient) -> None:
    assert sample_client.get(PROGRESS).json()["snapshot"]["is_synthetic"] is True


def test_a_figure_is_exact_text(client: TestClient) -> None:
    assert indicator(client, "ct-03")["value"] == "60.25"


def test_zero_is_a_figure(client: TestClient) -> None:
    assert (indicator(client, "ct-02")["value"], indicator(client, "ct-02")["value_status"]) == ("0", "reported")


def test_a_missing_figure_is_empty_and_called_missing(client: TestClient) -> None:
    assert (indicator(client, "ct-06")["value"], indicator(client, "ct-06")["value_status"]) == (None, "missing")


def test_nothing_to_report_is_not_an_older_figure(client: TestClient) -> None:
    found = indicator(client, "ct-08")
    assert (found["value"], found["value_status"], found["value_period"]) == (None, "nil_return", MONTH)


def test_a_figure_under_a_blocking_flag_is_withheld(client: TestClient) -> None:
    found = indicator(client, "ct-04")
    assert (found["value"], found["is_withheld"], found["withheld_reason"]) == (None, True, "RNG-01")


def test_nothing_that_gives_a_withheld_figure_away_is_told(client: TestClient) -> None:
    assert "185" not in client.get(PROGRESS).text


def test_an_older_month_can_be_asked_for(client: TestClient) -> None:
    found = client.get(PROGRESS, params={"period": LAST_MONTH}).json()
    assert [each["value"] for each in found["indicators"]] == ["70"]


def test_a_package_that_nobody_approved_has_no_address(client: TestClient) -> None:
    assert (package(client, UNAPPROVED)["state"], package(client, UNAPPROVED)["download"]) == ("prepared", None)


def test_an_approved_package_has_an_address_that_answers(client: TestClient) -> None:
    assert client.get(package(client, EXPORT)["download"]).status_code == 200


def test_a_package_whose_zip_is_gone_has_no_address(client: TestClient) -> None:
    assert package(client, GONE)["download"] is None


@pytest.mark.parametrize("address", ["/api/v1/plans/khong-co/progress", f"{PROGRESS}?period=khong-co", "/api/v1/x"])
def test_what_does_not_exist_is_told_in_json(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "USE-01")


def test_before_the_first_publish_machines_are_told_to_come_back(tmp_path: Path) -> None:
    answer = TestClient(create_app(Settings(home=tmp_path))).get("/api/v1/plans")
    assert (answer.status_code, answer.json()["error"]["code"], answer.headers["retry-after"]) == (503, "PUB-01", "60")


def test_the_interface_describes_itself(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {"/api/v1/plans", "/api/v1/plans/{plan_key}/progress", "/api/v1/extracts", "/health"}


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_documentation_that_loads_foreign_scripts_is_off(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_health_names_the_snapshot_that_is_served(client: TestClient) -> None:
    assert client.get("/health").json()["as_of"] == "2026-07-10"


def test_an_office_before_its_first_build_is_healthy(tmp_path: Path) -> None:
    answer = TestClient(create_app(Settings(home=tmp_path))).get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "snapshot_id": None, "as_of": None})
