"""The S3-compatible channel against a real S3 server on this machine."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from ingestion.channels.s3 import S3Inbox
from ingestion.limits import limits
from tests.ingestion.channels.offices import (
    PASSWORD,
    USERNAME,
    Crash,
    collect,
    count_submissions,
    form,
    form_with_personal_data,
    free_port,
    landed,
    office_with,
    outcomes,
    rewrite,
    taken,
)
from tests.ingestion.kill.servers import deaths_with_a_server
from tests.ingestion.office import PLAN_KEY, codes
from tests.wording import assert_vietnamese
from warehouse.errors import SettingsRefused, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ingestion.office import Office

BUCKET = "nop-bao-cao"
PREFIX = "xa/suoi-mau"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def store(port: int) -> Iterator[S3Store]:
    """The bucket as the units see it, gone after the test."""
    store = S3Store(
        BUCKET,
        endpoint=f"http://127.0.0.1:{port}",
        region="us-east-1",
        access_key_id=USERNAME,
        secret_access_key=PASSWORD,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    make_bucket(port)
    yield store
    httpx.post(f"http://127.0.0.1:{port}/moto-api/reset", trust_env=False).raise_for_status()


def make_bucket(port: int) -> None:
    httpx.put(f"http://127.0.0.1:{port}/{BUCKET}", trust_env=False).raise_for_status()


def keys(store: S3Store) -> list[str]:
    return sorted(meta["path"] for page in obstore.list(store) for meta in page)


@pytest.fixture
def office(port: int, store: S3Store, tmp_path: Path) -> Office:
    return office_with(tmp_path, kind="s3", port=port, tls=False, bucket=BUCKET, prefix=PREFIX)


def put(store: S3Store, content: bytes, key: str = "vhxh/bieu.xlsx") -> None:
    obstore.put(store, f"{PREFIX}/{key}", content)


def test_an_object_is_taken_in_for_its_prefix_and_moved_to_done(office: Office, store: S3Store) -> None:
    content = form(office)
    put(store, content, "vhxh/Biểu tháng 6.xlsx")
    (result,) = collect(office)
    assert (result.outcome, result.plan_key, result.unit_code) == ("accepted", PLAN_KEY, "vhxh")
    moved = f"{PREFIX}/done/{result.receipt_id}-Biểu tháng 6.xlsx"
    assert keys(store) == [moved]
    assert bytes(obstore.get(store, moved).bytes()) == content
    assert taken(office) == [f"{PREFIX}/vhxh/Biểu tháng 6.xlsx"]


def test_collecting_again_takes_nothing_twice(office: Office, store: S3Store) -> None:
    put(store, form(office))
    collect(office)
    assert collect(office) == []


def test_an_object_with_personal_data_leaves_the_bucket_too(office: Office, store: S3Store) -> None:
    put(store, form_with_personal_data(office))
    (result,) = collect(office)
    assert (result.outcome, codes(result), landed(office), keys(store)) == ("rejected", ["PII-01"], [], [])


def test_a_death_with_the_store_at_work_loses_and_doubles_nothing(
    office: Office, store: S3Store, tmp_path: Path, everywhere: bool
) -> None:
    files = {"a.xlsx": form(office), "b.xlsx": form_with_personal_data(office)}

    def fill() -> None:
        for key in keys(store):
            obstore.delete(store, key)
        for name, content in files.items():
            put(store, content, f"vhxh/{name}")

    def waiting() -> int:
        return sum("/done/" not in key for key in keys(store))

    assert deaths_with_a_server(office, files, fill, waiting, tmp_path, everywhere=everywhere) == []


def test_an_empty_bucket_is_nothing_to_do(office: Office) -> None:
    assert collect(office) == []


@pytest.mark.parametrize("key", ["la/bieu.xlsx", "bieu.xlsx"])
def test_an_object_of_a_stranger_gets_a_receipt_that_says_so(office: Office, store: S3Store, key: str) -> None:
    put(store, form(office), key)
    (result,) = collect(office)
    assert (result.outcome, codes(result), result.unit_code) == ("rejected", ["IDN-01"], None)
    assert collect(office) == []


def test_objects_outside_the_prefix_are_not_looked_at(office: Office, store: S3Store) -> None:
    obstore.put(store, f"{PREFIX}-khac/vhxh/bieu.xlsx", form(office))
    assert (collect(office), len(keys(store))) == ([], 1)


def test_the_mark_of_a_folder_is_no_file(office: Office, store: S3Store, port: int) -> None:
    httpx.put(f"http://127.0.0.1:{port}/{BUCKET}/{PREFIX}/vhxh/", content=b"", trust_env=False).raise_for_status()
    put(store, form(office))
    assert [result.outcome for result in collect(office)] == ["accepted"]


def test_a_crash_between_receipt_and_acknowledgement_makes_no_second_submission(
    office: Office, store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, form(office))

    def dies(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(S3Inbox, "acknowledge", dies)
        with pytest.raises(Crash):
            collect(office)
    assert (outcomes(office), keys(store)) == (["accepted"], [f"{PREFIX}/vhxh/bieu.xlsx"])
    (again,) = collect(office)
    assert (again.outcome, count_submissions(office)) == ("duplicate", 1)
    assert collect(office) == []


def test_an_object_over_the_limit_is_refused_without_being_fetched(
    office: Office, store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, bytes(limits().file_bytes + 1), "vhxh/to.xlsx")

    def fetched(*_: object, **__: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(obstore, "get", fetched)
        (result,) = collect(office)
    assert (result.outcome, codes(result)) == ("rejected", ["ARR-04"])
    assert collect(office) == []


def test_an_object_replaced_after_it_was_taken_waits_for_the_next_run(
    office: Office, store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.channels import fetch

    put(store, form(office))
    newer, take_in = form(office, 3), fetch.take_in

    def replaced(*given: object) -> object:
        results = take_in(*given)  # type: ignore[arg-type]
        put(store, newer)
        return results

    with monkeypatch.context() as patched:
        patched.setattr(fetch, "take_in", replaced)
        assert collect(office)[0].revision == 1
    assert collect(office)[0].revision == 2


def test_a_bucket_that_is_not_there_is_told(office: Office) -> None:
    rewrite(office, bucket="khong-co")
    with pytest.raises(SourceUnavailable) as away:
        collect(office)
    assert_vietnamese(away.value.message)


def test_a_server_that_is_away_is_told_in_one_sentence(office: Office) -> None:
    rewrite(office, port=free_port())
    with pytest.raises(SourceUnavailable) as away:
        collect(office)
    assert away.value.retryable
    assert_vietnamese(away.value.message.replace("GenericError", ""))


def test_the_clear_is_refused_off_loopback(office: Office) -> None:
    rewrite(office, host="kho.tinh.example")
    with pytest.raises(SettingsRefused, match="tls"):
        collect(office)


def test_one_broken_channel_does_not_keep_the_others_from_being_collected(office: Office, store: S3Store) -> None:
    folder = office.settings.channels_folder
    put(store, form(office))
    away = (folder / "thu.yml").read_text(encoding="utf-8")
    (folder / "a.yml").write_text(
        "\n".join("name: a" if line.startswith("name:") else line for line in away.splitlines()).replace(
            BUCKET, "khong-co"
        ),
        encoding="utf-8",
    )
    with pytest.raises(SourceUnavailable):
        collect(office)
    assert outcomes(office) == ["accepted"]
