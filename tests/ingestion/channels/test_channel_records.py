"""Channel files: the examples hold, and what would be unsafe is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingestion.channels.records import read_channels
from tests.wording import assert_vietnamese
from warehouse.errors import SettingsRefused
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = PROJECT / "docs" / "channels"


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    text = (EXAMPLES / f"{name}.yml").read_text(encoding="utf-8")
    assert old in text
    (folder / f"{name}.yml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_the_examples_are_valid_channel_files() -> None:
    assert list(read_channels(EXAMPLES)) == ["s3:mau-s3", "sftp:mau-sftp", "mail:mau-thu"]


def test_no_folder_means_no_channels(tmp_path: Path) -> None:
    assert read_channels(tmp_path / "channels") == {}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mau-s3", "tls: true", "tls: false"),
        ("mau-thu", "tls: true", "tls: false"),
        ("mau-thu", "authserv_id: mail.example.gov.vn", ""),
        ("mau-thu", "vhxh@example", "VHXH@example"),
        ("mau-thu", "done_folder: Da nhan", "done_folder: INBOX"),
        ("mau-sftp", "host_keys:", "keys:"),
        ("mau-sftp", "SHA256:", "MD5:"),
        ("mau-sftp", "phong-vhxh:", "done:"),
        ("mau-sftp", "suoi-mau-2026/vhxh", "vhxh"),
        ("mau-sftp", "name: mau-sftp", "name: khac"),
        ("mau-sftp", "kind: sftp", "kind: ftp"),
        ("mau-sftp", "senders:", "senders: ["),
    ],
)
def test_an_unsafe_or_wrong_channel_file_is_refused_by_name(tmp_path: Path, name: str, old: str, new: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_channels(changed(tmp_path, name, old, new))
    assert f"{name}.yml" in refused.value.message


def test_a_refusal_says_in_vietnamese_what_to_mend(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_channels(changed(tmp_path, "mau-s3", "tls: true", "tls: false"))
    assert_vietnamese(refused.value.message)
