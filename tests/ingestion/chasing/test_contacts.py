"""The address book: complete for the audience or refused by entry; addresses never show up in an error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ingestion.chasing.contacts import read_contacts
from ingestion.chasing.texts import word
from warehouse.errors import SettingsRefused

if TYPE_CHECKING:
    from ingestion.chasing.texts import Message
    from tests.ingestion.chasing.conftest import Chase
    from tests.ingestion.office import Office

BOOK = """
sender: thuocdo@xa.example.vn
plans:
  suoi-mau-2026:
    units: {vhxh: vhxh@xa.example.vn, tram-y-te: tyt@xa.example.vn}
    vice_chair: pct@xa.example.vn
    province: theodoi@tinh.example.vn
"""


@pytest.fixture
def last_call(commune: Office, chase: Chase) -> Message:
    commune.issue("tram-y-te")
    (due,) = chase.due("2026-06-19")
    return word(due)


def write(commune: Office, text: str) -> None:
    commune.settings.contacts.write_text(text, encoding="utf-8")


def test_the_whole_audience_is_addressed(commune: Office, last_call: Message) -> None:
    write(commune, BOOK)
    assert read_contacts(commune.settings).recipients(last_call) == [
        "tyt@xa.example.vn", "vhxh@xa.example.vn", "pct@xa.example.vn", "theodoi@tinh.example.vn",
    ]  # fmt: skip


def test_an_address_is_written_to_once(commune: Office, last_call: Message) -> None:
    write(commune, BOOK)
    own = replace(last_call, unit_code="vhxh")
    assert read_contacts(commune.settings).recipients(own).count("vhxh@xa.example.vn") == 1


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("    province: theodoi@tinh.example.vn\n", "plans.suoi-mau-2026.province"),
        ("    vice_chair: pct@xa.example.vn\n", "plans.suoi-mau-2026.vice_chair"),
        (", tram-y-te: tyt@xa.example.vn", "plans.suoi-mau-2026.units.tram-y-te"),
    ],
)
def test_a_missing_address_is_told_by_its_entry(commune: Office, last_call: Message, line: str, entry: str) -> None:
    write(commune, BOOK.replace(line, ""))
    with pytest.raises(SettingsRefused, match=entry):
        read_contacts(commune.settings).recipients(last_call)


@pytest.mark.parametrize(
    "address",
    ['"a@xa.vn, b@xa.vn"', '"a@xa.vn\\nBcc: b@xa.vn"', "khong-phai-dia-chi", '"<a@xa.vn>"', "trưởng@xa.vn"],
)
def test_an_entry_that_is_not_one_plain_address_is_refused_unseen(commune: Office, address: str) -> None:
    write(commune, BOOK.replace("pct@xa.example.vn", address))
    with pytest.raises(SettingsRefused, match="vice_chair") as refused:
        read_contacts(commune.settings)
    assert "@" not in refused.value.message


@pytest.mark.parametrize("text", ["sender: [", "", "plans: {}"])
def test_a_broken_address_book_is_refused(commune: Office, text: str) -> None:
    write(commune, text)
    with pytest.raises(SettingsRefused, match=r"contacts\.yml"):
        read_contacts(commune.settings)


def test_a_missing_address_book_is_told(commune: Office) -> None:
    with pytest.raises(SettingsRefused, match="danh bạ"):
        read_contacts(commune.settings)
