"""The code-level traps seen in public dossier code (domain of `DongBoHoSoMC`), counted in what the portal shows.

The truth that quality remarks are held against. It reads the portal's own records, never the client's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ingestion.portal.simulator import canaries
from ingestion.portal.simulator.papers import DEFAULT_FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Record = dict[str, Any]
RESOLVED = {"9", "10"}


def _file_ids(record: Record) -> set[str]:
    return {file["TepDinhKemId"] for file in record["TaiLieuNop"]}


TRAPS: dict[str, Callable[[Record], bool]] = {
    # status 5 overwritten by 9 before the dossier is told
    "open_supplement_when_resolved": lambda record: (
        record["TrangThaiHoSo"] in RESOLVED
        and any(not item["NgayTiepNhanBoSung"] for item in record["DanhSachHoSoBoSung"])
    ),
    # a missing id replaced by a placeholder
    "placeholder_id": lambda record: record["MaDoiTuong"] == canaries.PLACEHOLDER_ID,
    # a missing due date told as the literal 9
    "due_at_not_an_instant": lambda record: record["NgayHenTra"] == "9",
    # every file bears the default name: digitisation is inflated
    "default_file_names_only": lambda record: (
        record["HoSoCoThanhPhanSoHoa"] == "1"
        and all(file["TenTepDinhKem"] == DEFAULT_FILE_NAME for file in record["TaiLieuNop"])
    ),
    # the first submitted file handed back as the result
    "result_is_submitted_file": lambda record: any(
        result["GiayToId"] in _file_ids(record) for result in record["DanhSachGiayToKetQua"]
    ),
    "resolved_before_received": lambda record: "" < record["NgayKetThucXuLy"] < record["NgayTiepNhan"],
    "returned_without_instant": lambda record: record["TrangThaiHoSo"] == "10" and not record["NgayTra"],
}
"""By the name of the remark that each should leave; ids are not read by the client, so they leave none."""
CODE_TWICE = "told_under_two_codes"
"""A dossier code made anew: same procedure, agency and instant of submission under two codes."""


def count_traps(records: Iterable[Record]) -> dict[str, int]:
    """Count the dossiers that carry each trap."""
    found: Counter[str] = Counter(dict.fromkeys((*TRAPS, CODE_TWICE), 0))
    told: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        found.update(name for name, is_hit in TRAPS.items() if is_hit(record))
        told[record["MaTTHC"], record["ChuHoSo"], record["NgayNopHoSo"]] += 1
    found[CODE_TWICE] = sum(times - 1 for times in told.values())
    return dict(found)
