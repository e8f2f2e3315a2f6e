"""Only files that the ledger knows leave the house, and no path of a request touches the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.office import EXPORT, GONE, MONTH, PLAN, SILENT_UNIT, UNIT
from web.pages import XLSX, ZIP

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from warehouse.settings import Settings

FORM = f"/units/{PLAN}/{UNIT}/forms/{MONTH}.xlsx"
AROUND = ["..%2f..%2fledger.db", "%2e%2e%2f%2e%2e%2fledger", "..", "%2fetc%2fpasswd", "%00", "*", "..\\..\\ledger"]


def test_the_zip_of_a_known_package_is_handed_out(client: TestClient) -> None:
    assert client.get(f"/extracts/{EXPORT}.zip").content == b"PK package " + EXPORT.encode()


def test_a_zip_carries_its_type_and_its_own_name(client: TestClient) -> None:
    headers = client.get(f"/extracts/{EXPORT}.zip").headers
    assert (headers["content-type"], headers["content-disposition"]) == (ZIP, f'attachment; filename="{EXPORT}.zip"')


def test_an_unknown_package_is_not_found(client: TestClient) -> None:
    assert client.get(f"/extracts/extract-{PLAN}-2026-05-r9.zip").status_code == 404


def test_a_zip_that_the_ledger_does_not_know_is_not_handed_out(client: TestClient, settings: Settings) -> None:
    (settings.extracts / "stray.zip").write_bytes(b"PK stray")
    assert client.get("/extracts/stray.zip").status_code == 404


def test_a_package_whose_zip_is_gone_is_not_found(client: TestClient) -> None:
    assert client.get(f"/extracts/{GONE}.zip").status_code == 404


@pytest.mark.parametrize("path", AROUND)
def test_a_package_cannot_be_named_by_a_path(client: TestClient, path: str) -> None:
    assert client.get(f"/extracts/{path}.zip").status_code == 404


def test_an_issued_form_is_handed_out(client: TestClient) -> None:
    assert client.get(FORM).content == b"PK form of 2026-06"


def test_a_form_carries_its_type_and_a_name_that_tells_it_from_others(client: TestClient) -> None:
    headers = client.get(FORM).headers
    name = f'attachment; filename="{PLAN}-{MONTH}-{UNIT}.xlsx"'
    assert (headers["content-type"], headers["content-disposition"]) == (XLSX, name)


def test_a_form_that_was_never_issued_is_not_handed_out(client: TestClient, settings: Settings) -> None:
    stray = settings.forms / PLAN / MONTH / f"{SILENT_UNIT}.xlsx"
    stray.write_bytes(b"PK stray")
    assert client.get(f"/units/{PLAN}/{SILENT_UNIT}/forms/{MONTH}.xlsx").status_code == 404


@pytest.mark.parametrize("path", AROUND)
@pytest.mark.parametrize("pattern", [f"/units/{{}}/{UNIT}/forms/{MONTH}.xlsx", f"/units/{PLAN}/{{}}/forms/{MONTH}.xlsx",
                                     f"/units/{PLAN}/{UNIT}/forms/{{}}.xlsx"])  # fmt: skip
def test_a_form_cannot_be_named_by_a_path(client: TestClient, pattern: str, path: str) -> None:
    assert client.get(pattern.format(path)).status_code == 404


@pytest.mark.parametrize("path", ["/static/..%2fapp.py", "/static/%2e%2e/texts.yml", "/static/../web/app.py"])
def test_static_files_end_at_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
