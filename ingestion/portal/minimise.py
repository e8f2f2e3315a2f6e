"""Reduce a portal's record to the allow-list of columns, before anything is stored or logged.

Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15: what is never kept needs no protection. Names, ids,
contacts, free text, file names and addresses are read only where a yes/no is derived from them
(is the file's name the default one, is there a result address) and are then forgotten. A text
is kept only where it looks like a code or a 14-digit instant, so that a name typed into the
wrong field does not slip through. Messages name fields, never values.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from ingestion.portal.records import wall_clock
from warehouse.errors import SourceContractBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.portal.records import Portal

CODE = re.compile(r"(?!.*[0-9]{9})[A-Za-z0-9]+(?:[._/-][A-Za-z0-9]+)*")
"""Any code, whatever the portal file's own pattern allows: no spaces, no marks, no run of 9 digits (ids, phones)."""
NOT_OF_A_PLAIN_NAME = re.compile(r"[^a-z0-9]+")
UNKNOWN_CODE = re.compile(r"[0-9]{1,2}")
"""What a code may look like that is kept though the portal file does not list it: letters may be a name."""
LONGEST_CODE = 60
YES = "1"
RESOLVED = frozenset({"9", "10"})
RETURNED = "10"


class MinimisedSupplement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One supplement request; 14-digit instants of the portal, or none."""

    requested_at: str | None
    received_at: str | None
    new_due_at: str | None


class MinimisedDossier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is kept of a dossier, as the portal wrote it (codes and 14-digit instants).

    `remarks` are quality remarks: codes of what was odd in the source record.
    """

    dossier_code: str
    procedure_code: str | None
    field_code: str | None
    submitted_at: str | None
    received_at: str | None
    due_at: str | None
    resolved_at: str | None
    returned_at: str | None
    updated_at: str
    status: str | None
    channel: str | None
    applicant_kind: str | None
    payment: str | None
    satisfaction: str | None
    is_fee_bearing: bool
    is_full_online: bool | None
    is_boundary_free: bool | None
    is_reused: bool
    has_component_files: bool
    has_electronic_result: bool
    supplements: tuple[MinimisedSupplement, ...]
    remarks: tuple[str, ...]


def minimise(portal: Portal, record: Mapping[str, object]) -> MinimisedDossier:
    """Keep the allow-listed part of one record of the portal.

    Raises:
        SourceContractBroken: a documented key is absent, a value is not text, or the dossier
            code or the update instant is unusable. The message names the key, not the value.
    """
    reader = _Reader(portal, record)
    keys = portal.fields
    components = _Components(reader)
    status = reader.short_code("status", keys.status, portal.statuses)
    stage = portal.statuses.get(status or "")
    supplements = _supplements(reader)
    if stage in RESOLVED and any(item.received_at is None for item in supplements):
        reader.remark("open_supplement_when_resolved")
    received_at = reader.stamp("received_at", keys.received_at)
    resolved_at = reader.stamp("resolved_at", keys.resolved_at)
    returned_at = reader.stamp("returned_at", keys.returned_at)
    if received_at and resolved_at and resolved_at < received_at:
        reader.remark("resolved_before_received")
    if stage == RETURNED and returned_at is None:
        reader.remark("returned_without_instant")
    return MinimisedDossier(
        dossier_code=reader.required_code(keys.dossier_code),
        procedure_code=reader.code("procedure_code", keys.procedure_code, portal.code_patterns.procedure_code),
        field_code=reader.code("field_code", keys.field_code, portal.code_patterns.field_code),
        submitted_at=reader.stamp("submitted_at", keys.submitted_at),
        received_at=received_at,
        due_at=reader.stamp("due_at", keys.due_at),
        resolved_at=resolved_at,
        returned_at=returned_at,
        updated_at=reader.required_stamp(keys.updated_at),
        status=status,
        channel=reader.short_code("channel", keys.channel, portal.channels),
        applicant_kind=reader.short_code("applicant_kind", keys.applicant_kind, portal.applicant_kinds),
        payment=reader.short_code("payment", keys.payment, portal.payments),
        satisfaction=reader.short_code("satisfaction", keys.satisfaction, {"0": "0", "1": "1"}),
        is_fee_bearing=_is_fee_bearing(reader),
        is_full_online=_is_full_online(reader),
        is_boundary_free=_is_boundary_free(reader),
        is_reused=components.is_reused(),
        has_component_files=components.has_real_files(),
        has_electronic_result=components.has_own_result(),
        supplements=supplements,
        remarks=tuple(sorted(reader.remarks)),
    )


class _Reader:
    """Reads one record by key; collects remarks; never puts a value into a message."""

    def __init__(self, portal: Portal, record: Mapping[str, object]) -> None:
        self.portal = portal
        self.remarks: set[str] = set()
        self._record = record

    def remark(self, code: str) -> None:
        self.remarks.add(code)

    def text(self, key: str) -> str:
        return self.text_of(self._record, key)

    def text_of(self, record: Mapping[str, object], key: str) -> str:
        """Return a value as trimmed text, '' where it is empty or null."""
        if key not in record:
            raise self._broken(f"thiếu trường '{key}'", key)
        value = record[key]
        if value is not None and not isinstance(value, str):
            raise self._broken(f"trường '{key}' không phải chuỗi", key)
        return (value or "").strip()

    def items(self, key: str) -> list[Mapping[str, object]]:
        """Return a list of objects; an empty or null list is empty."""
        if key not in self._record:
            raise self._broken(f"thiếu danh sách '{key}'", key)
        value = self._record[key] or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._broken(f"'{key}' không phải danh sách đối tượng", key)
        return value

    def required_code(self, key: str) -> str:
        text = self.text(key)
        if not _is_code(text, self.portal.code_patterns.dossier_code):
            raise self._broken(f"'{key}' rỗng hoặc không có dạng mã (code_patterns)", key)
        return text

    def required_stamp(self, key: str) -> str:
        text = self.text(key)
        if not self._is_instant(text):
            raise self._broken(f"'{key}' không phải thời điểm 14 chữ số", key)
        return text

    def code(self, name: str, key: str, pattern: str) -> str | None:
        """Keep a code; anything else becomes none and a remark."""
        text = self.text(key)
        if not text or _is_code(text, pattern):
            return text or None
        self.remark(f"{name}_not_a_code")
        return None

    def short_code(self, name: str, key: str, known: Mapping[str, str]) -> str | None:
        """Keep a code of a list, also one that the portal file does not know (with a remark)."""
        text = self.text(key)
        if text and text not in known:
            self.remark(f"{name}_unknown")
        return text if text in known or UNKNOWN_CODE.fullmatch(text) else None

    def stamp(self, name: str, key: str) -> str | None:
        return self.stamp_of(name, self._record, key)

    def stamp_of(self, name: str, record: Mapping[str, object], key: str) -> str | None:
        """Keep a 14-digit instant; anything else (a due date '9' was seen) becomes none and a remark."""
        text = self.text_of(record, key)
        if not text:
            return None
        if self._is_instant(text):
            return text
        self.remark(f"{name}_not_an_instant")
        return None

    def _is_instant(self, text: str) -> bool:
        try:
            wall_clock(text)
        except ValueError:
            return False
        return True

    def _broken(self, what: str, key: str) -> SourceContractBroken:
        return SourceContractBroken(
            f"Cổng '{self.portal.name}' trả một hồ sơ sai hợp đồng: {what}. Dữ liệu đã công bố giữ nguyên; "
            f"hãy hỏi bên quản trị cổng hoặc sửa portals/{self.portal.name}.yml nếu cổng đã đổi tên trường.",
            portal=self.portal.name,
            field=key,
        )


class _Components:
    """What the lists of submitted and result files say, without keeping a name or an address."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._keys = reader.portal.components
        self._files = [
            file for file in reader.items(self._keys.list) if reader.text_of(file, self._keys.is_deleted) != YES
        ]

    def has_real_files(self) -> bool:
        """Tell whether a digitised component file is there whose name is not the system's default.

        Files that are all called 'Dinhkem' were seen where digitisation was inflated (domain 3.3):
        they count for nothing here, and leave a remark.
        """
        keys, reader = self._keys, self._reader
        default = _folded_names(keys.default_file_names)
        digitised = [
            reader.text_of(file, keys.file_name)
            for file in self._files
            if reader.text_of(file, keys.file_id) and reader.text_of(file, keys.is_digitised) == YES
        ]
        is_real = any(name and name not in default for name in map(_folded_name, digitised))
        if digitised and not is_real:
            reader.remark("default_file_names_only")
        if reader.text(reader.portal.fields.digitised_flag) == YES and not is_real:
            reader.remark("digitised_flag_without_file")
        return is_real

    def is_reused(self) -> bool:
        """Tell whether at least one component came from data held before."""
        values = [self._reader.text_of(file, self._keys.reuse) for file in self._files]
        return any(value in self._keys.reused_values for value in values)

    def has_own_result(self) -> bool:
        """Tell whether a result file exists that is not a submitted file handed back (domain 3.3)."""
        reader, keys = self._reader, self._reader.portal.results
        submitted = {reader.text_of(file, self._keys.file_id) for file in self._files}
        results = [
            reader.text_of(file, keys.file_id)
            for file in reader.items(keys.list)
            if reader.text_of(file, keys.file_id) and reader.text_of(file, keys.file_address)
        ]
        if any(result in submitted for result in results):
            reader.remark("result_is_submitted_file")
        return any(result not in submitted for result in results)


def _supplements(reader: _Reader) -> tuple[MinimisedSupplement, ...]:
    keys = reader.portal.supplements
    found = [
        MinimisedSupplement(
            requested_at=reader.stamp_of("supplement_requested_at", item, keys.requested_at),
            received_at=reader.stamp_of("supplement_received_at", item, keys.received_at),
            new_due_at=reader.stamp_of("supplement_new_due_at", item, keys.new_due_at),
        )
        for item in reader.items(keys.list)
    ]
    return tuple(sorted(found, key=lambda item: (item.requested_at or "", item.received_at or "")))


def _is_fee_bearing(reader: _Reader) -> bool:
    """Tell whether any fee is above 0 (QĐ 766, 3.6: dossiers where every `Gia` is 0 do not count)."""
    amounts = [reader.text_of(item, reader.portal.fees.amount) for item in reader.items(reader.portal.fees.list)]
    if any(amount and not (amount.isascii() and amount.isdigit()) for amount in amounts):
        reader.remark("fee_not_a_number")
    return any(amount.isascii() and amount.isdigit() and int(amount) > 0 for amount in amounts)


def _is_full_online(reader: _Reader) -> bool | None:
    level = _folded(reader.text(reader.portal.fields.service_level))
    if not level:
        return None
    return level in _folded_texts(reader.portal.full_online_values)


def _is_boundary_free(reader: _Reader) -> bool | None:
    """Tell whether the dossier was handed in elsewhere than where it is processed."""
    submitted_to = _folded(reader.text(reader.portal.fields.submitted_to))
    processed_by = _folded(reader.text(reader.portal.fields.processed_by))
    return submitted_to != processed_by if submitted_to and processed_by else None


def _is_code(text: str, pattern: str) -> bool:
    return len(text) <= LONGEST_CODE and bool(CODE.fullmatch(text)) and bool(re.fullmatch(pattern, text))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _folded_name(name: str) -> str:
    """Return a file name without extension, case, marks and copy number: 'Đính kèm (2).PDF' → 'dinhkem'."""
    stem = name.rsplit(".", 1)[0].replace("đ", "d").replace("Đ", "D")
    plain = NOT_OF_A_PLAIN_NAME.sub("", unicodedata.normalize("NFD", stem).casefold())
    return plain.rstrip("0123456789") or plain


# Of the portal file only: nothing that a portal answers is ever put into a cache.
@lru_cache(maxsize=16)
def _folded_texts(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_folded, texts))


@lru_cache(maxsize=16)
def _folded_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_folded_name, names))
