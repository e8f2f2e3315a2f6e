"""The SFTP channel against a real SFTP server on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncssh
import pytest

from ingestion.channels.fetch import collect_channels
from ingestion.channels.sftp import SftpInbox
from ingestion.limits import limits
from tests.ingestion.channels.offices import (
    GOOD,
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
from tests.ingestion.office import IN_TIME, PLAN_KEY, codes
from tests.wording import assert_vietnamese
from warehouse.errors import SettingsRefused, SourceContractBroken, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ingestion.office import Office


class _OneAccount(asyncssh.SSHServer):
    tried: list[str] = []  # noqa: RUF012

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.tried.append(password)
        return (username, password) == (USERNAME, PASSWORD)


@dataclass(frozen=True)
class Served:
    root: Path
    port: int
    fingerprint: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("sftp")
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    started: list[asyncssh.SSHAcceptor] = []

    def rooted(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=os.fsencode(root))

    async def start() -> None:
        started.append(
            await asyncssh.listen(
                "127.0.0.1", 0, server_factory=_OneAccount, server_host_keys=[key], sftp_factory=rooted
            )
        )
        ready.set()

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield Served(root, started[0].get_port(), key.get_fingerprint())
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture
def inbox(served: Served, tmp_path: Path) -> Path:
    folder = served.root / tmp_path.name
    (folder / "vhxh").mkdir(parents=True)
    return folder


@pytest.fixture
def office(served: Served, inbox: Path, tmp_path: Path) -> Office:
    return office_with(
        tmp_path, kind="sftp", port=served.port, folder=f"/{inbox.name}", host_keys=[served.fingerprint],
        settle_seconds=0,
    )  # fmt: skip


def left(inbox: Path) -> list[str]:
    return sorted(
        path.relative_to(inbox).as_posix()
        for path in inbox.rglob("*")
        if not path.is_dir() and path.parts[len(inbox.parts)] != "done"
    )


def done(inbox: Path) -> list[str]:
    return sorted(path.name for path in (inbox / "done").glob("*"))


def test_a_file_is_taken_in_for_its_folder_and_moved_to_done(office: Office, inbox: Path) -> None:
    content = form(office)
    (inbox / "vhxh" / "Biểu tháng 6.xlsx").write_bytes(content)
    (result,) = collect(office)
    assert (result.outcome, result.plan_key, result.unit_code) == ("accepted", PLAN_KEY, "vhxh")
    assert (left(inbox), done(inbox)) == ([], [f"{result.receipt_id}-Biểu tháng 6.xlsx"])
    assert (inbox / "done" / done(inbox)[0]).read_bytes() == content
    assert taken(office) == [f"/{inbox.name}/vhxh/Biểu tháng 6.xlsx"]


def test_collecting_again_takes_nothing_twice(office: Office, inbox: Path) -> None:
    (inbox / "vhxh" / "bieu.xlsx").write_bytes(form(office))
    collect(office)
    assert collect(office) == []


@pytest.mark.parametrize("place", ["la", "."])
def test_a_file_of_a_stranger_gets_a_receipt_that_says_so(office: Office, inbox: Path, place: str) -> None:
    (inbox / place).mkdir(exist_ok=True)
    (inbox / place / "bieu.xlsx").write_bytes(form(office))
    (result,) = collect(office)
    assert (result.outcome, codes(result), result.unit_code) == ("rejected", ["IDN-01"], None)
    assert left(inbox) == []


def test_a_crash_between_receipt_and_acknowledgement_makes_no_second_submission(
    office: Office, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "vhxh" / "bieu.xlsx").write_bytes(form(office))

    def dies(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(SftpInbox, "acknowledge", dies)
        with pytest.raises(Crash):
            collect(office)
    assert (outcomes(office), left(inbox)) == (["accepted"], ["vhxh/bieu.xlsx"])
    (again,) = collect(office)
    assert (again.outcome, count_submissions(office), left(inbox)) == ("duplicate", 1, [])


def test_a_file_that_is_still_growing_is_left_alone(office: Office, inbox: Path) -> None:
    growing = inbox / "vhxh" / "bieu.xlsx"
    content = form(office)
    growing.write_bytes(content[:1000])
    results = collect_channels(
        office.settings, office.engine, office.plans, IN_TIME, pause=lambda _seconds: growing.write_bytes(content)
    )  # type: ignore[arg-type, return-value]
    assert (results, left(inbox)) == ([], ["vhxh/bieu.xlsx"])
    assert collect(office)[0].outcome == "accepted"


@pytest.mark.parametrize("name", ["~$bieu.xlsx", "bieu.xlsx.part", "bieu.xlsx.filepart", ".an"])
def test_temporary_names_are_let_be(office: Office, inbox: Path, name: str) -> None:
    (inbox / "vhxh" / name).write_bytes(b"x")
    assert (collect(office), left(inbox)) == ([], [f"vhxh/{name}"])


def test_a_link_is_set_aside_unopened(office: Office, inbox: Path) -> None:
    (inbox / "ngoai.xlsx").write_bytes(form(office))
    (inbox / "vhxh" / "la.xlsx").symlink_to(inbox / "ngoai.xlsx")
    found = {result.file: (result.outcome, codes(result)) for result in collect(office)}
    assert found["la.xlsx"] == ("quarantined", ["SEC-01"])
    assert left(inbox) == []


def test_a_file_over_the_limit_is_refused_without_being_fetched(
    office: Office, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (inbox / "vhxh" / "to.xlsx").open("wb") as file:
        file.truncate(limits().file_bytes + 1)

    def fetched(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("paramiko.SFTPClient.open", fetched)
    (result,) = collect(office)
    assert (result.outcome, codes(result), left(inbox)) == ("rejected", ["ARR-04"], [])


def test_a_file_replaced_after_it_was_taken_waits_for_the_next_run(
    office: Office, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.channels import fetch

    target = inbox / "vhxh" / "bieu.xlsx"
    target.write_bytes(form(office))
    newer, take_in = form(office, 3), fetch.take_in

    def replaced(*given: object) -> object:
        results = take_in(*given)  # type: ignore[arg-type]
        target.write_bytes(newer)
        os.utime(target, (2_000_000_000, 2_000_000_000))
        return results

    with monkeypatch.context() as patched:
        patched.setattr(fetch, "take_in", replaced)
        assert collect(office)[0].revision == 1
    assert left(inbox) == ["vhxh/bieu.xlsx"]
    assert collect(office)[0].revision == 2


def test_a_file_with_personal_data_leaves_the_server_too(office: Office, inbox: Path) -> None:
    (inbox / "vhxh" / "bieu 0900000099.xlsx").write_bytes(form_with_personal_data(office))
    (result,) = collect(office)
    assert (result.outcome, codes(result), landed(office)) == ("rejected", ["PII-01"], [])
    assert [path for path in inbox.rglob("*") if path.is_file()] == []
    assert taken(office) == [f"/{inbox.name}/vhxh/bieu ….xlsx"]


def test_a_death_with_the_server_at_work_loses_and_doubles_nothing(
    office: Office, inbox: Path, tmp_path: Path, everywhere: bool
) -> None:
    files = {"a.xlsx": form(office), "b.xlsx": form_with_personal_data(office)}

    def fill() -> None:
        shutil.rmtree(inbox)
        (inbox / "vhxh").mkdir(parents=True)
        for name, content in files.items():
            (inbox / "vhxh" / name).write_bytes(content)

    assert deaths_with_a_server(office, files, fill, lambda: len(left(inbox)), tmp_path, everywhere=everywhere) == []


def test_older_files_come_first(office: Office, inbox: Path) -> None:
    for name, value, moment in (("a.xlsx", 3, 2_000_000), ("b.xlsx", 2, 1_000_000)):
        (inbox / "vhxh" / name).write_bytes(form(office, value))
        os.utime(inbox / "vhxh" / name, (moment, moment))
    assert [(result.file, result.revision) for result in collect(office)] == [("b.xlsx", 1), ("a.xlsx", 2)]


def test_another_host_key_gets_no_password(office: Office, inbox: Path) -> None:
    rewrite(office, host_keys=["SHA256:" + "A" * 43])
    _OneAccount.tried.clear()
    with pytest.raises(SourceContractBroken) as refused:
        collect(office)
    assert _OneAccount.tried == []
    assert_vietnamese(refused.value.message)


def test_a_refused_password_is_a_matter_of_settings(office: Office, inbox: Path) -> None:
    rewrite(office, username="khac")
    with pytest.raises(SettingsRefused) as refused:
        collect(office)
    assert PASSWORD not in refused.value.message
    assert_vietnamese(refused.value.message)


def test_a_server_that_is_away_is_told_in_one_sentence(office: Office) -> None:
    rewrite(office, port=free_port())
    with pytest.raises(SourceUnavailable) as away:
        collect(office)
    assert away.value.retryable
    assert_vietnamese(away.value.message.replace("ConnectionRefusedError", ""))


def test_a_broken_connection_is_tried_again(office: Office, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox / "vhxh" / "bieu.xlsx").write_bytes(office.fill(GOOD).read_bytes())
    listed, broken = SftpInbox.waiting, iter([True])

    def waiting(inbox: SftpInbox) -> object:
        if next(broken, False):
            inbox._client.close()
        return listed(inbox)

    monkeypatch.setattr(SftpInbox, "waiting", waiting)
    assert [result.outcome for result in collect(office)] == ["accepted"]


def test_a_missing_password_names_the_secret(office: Office) -> None:
    rewrite(office, secret="chua-co")
    with pytest.raises(SettingsRefused, match="chua-co"):
        collect(office)
