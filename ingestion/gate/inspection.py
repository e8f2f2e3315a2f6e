"""Inspect one upload by its bytes and its claimed name: let through, or refused with one named reason."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from ingestion.findings import Finding, FindingRefused, finding
from ingestion.gate.archive import END_SIGN, MEGABYTE
from ingestion.gate.parts import inspect_workbook
from ingestion.gate.plain import inspect_csv, inspect_json
from ingestion.gate.signatures import HEAD_LENGTH, PDF_SIGN, PDF_WITHIN, SIGNATURE_TEXT, describe_ole, signature_of
from ingestion.limits import limit_text, limits
from ingestion.opening import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.gate.signatures import Signature

FileKind = Literal["xlsx", "ods", "csv", "json"]

TAIL_LENGTH = 1024
# The signature that each accepted extension must have; .txt and .tsv are delimited text as well.
_KINDS: dict[str, FileKind] = {
    ".xlsx": "xlsx", ".ods": "ods", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json",
}  # fmt: skip
_MACRO_EXTENSIONS = frozenset({".xlsm", ".xltm", ".xlam", ".xla"})
_OLD_EXTENSIONS = frozenset({".xls", ".xlsb", ".xlt", ".et"})


@dataclass(frozen=True)
class GateVerdict:
    """What the gate says: the kind when known, and findings; any error finding refuses the file."""

    kind: FileKind | None
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Tell whether the file must not go on to the cage."""
        return self.kind is None or any(found.severity == "error" for found in self.findings)


def inspect(path: Path, original_name: str) -> GateVerdict:
    """Inspect the bytes at `path`, claimed by its sender to be called `original_name`.

    Nothing is parsed: sizes, signatures, container records, and a search of decoded XML in pieces of
    a few hundred KiB. The first reason to refuse ends the inspection.

    Raises:
        OSError: the file is gone or cannot be read.
    """
    try:
        descriptor = open_regular(path)
    except FindingRefused as refused:
        return GateVerdict(None, (refused.finding,))
    try:
        return _inspect(descriptor, _extension(original_name))
    except FindingRefused as refused:
        return GateVerdict(None, (refused.finding,))
    finally:
        os.close(descriptor)


def claimed_kind(original_name: str) -> FileKind | None:
    """Return the kind that a name claims; of a file that was accepted it is the true one."""
    return _KINDS.get(_extension(original_name))


def _inspect(descriptor: int, extension: str) -> GateVerdict:
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise FindingRefused(finding("ARR-03"))
    if size > limits().file_bytes:
        told = f"{size / MEGABYTE:.1f} MB".replace(".", ",")
        raise FindingRefused(finding("ARR-04", found=told, expected=limit_text("file_bytes")))
    head = os.pread(descriptor, HEAD_LENGTH, 0)
    signature = signature_of(head)
    claimed = _KINDS.get(extension)
    if signature == "ole":
        raise FindingRefused(finding("FMT-11", found=describe_ole(os.pread(descriptor, size, 0))))
    if claimed in {"xlsx", "ods"}:
        return _workbook(descriptor, size, signature, claimed, extension)
    if claimed in {"csv", "json"} and signature in {"text", "binary"}:  # what is no text is named there, with its place
        return GateVerdict(claimed, inspect_csv(descriptor) if claimed == "csv" else inspect_json(descriptor))
    if signature == "zip" and extension in _MACRO_EXTENSIONS | _OLD_EXTENSIONS:
        inspect_workbook(descriptor, size)
    raise _mismatch(extension, signature)


def _workbook(descriptor: int, size: int, signature: Signature, claimed: FileKind, extension: str) -> GateVerdict:
    if signature != "zip":
        if END_SIGN in os.pread(descriptor, TAIL_LENGTH, max(0, size - TAIL_LENGTH)):
            raise FindingRefused(finding("SEC-18", found=f"trước phần nén: {SIGNATURE_TEXT[signature]}"))
        raise _mismatch(extension, signature)
    if PDF_SIGN in os.pread(descriptor, PDF_WITHIN, 0):
        raise FindingRefused(finding("SEC-18", found=SIGNATURE_TEXT["pdf"]))
    kind = inspect_workbook(descriptor, size)
    if kind != claimed:
        raise FindingRefused(finding("FMT-12", found=f"bảng tính .{kind}", expected=extension))
    return GateVerdict(kind)


def _mismatch(extension: str, signature: Signature) -> FindingRefused:
    return FindingRefused(finding("FMT-12", found=SIGNATURE_TEXT[signature], expected=extension or "(không có)"))


def _extension(original_name: str) -> str:
    name = original_name.replace("\\", "/").replace("\0", "").rstrip(" .")
    return PurePosixPath(name).suffix.casefold()
