"""What of a portal page is landed, and how a landed page becomes rows of `raw.dossiers`.

A landed page is canonical JSON of minimised records: the same records give the same bytes, so
its sha256 names both the landed file and the raw batch. It holds codes and instants as the
portal wrote them; maps and arithmetic are applied on the way to raw, so a raw batch can be made
again from landing and ledger.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from ingestion.landing import landed_path
from ingestion.portal.minimise import MinimisedDossier
from ingestion.portal.records import wall_clock
from warehouse.errors import ReconciliationFailed
from warehouse.storage import sha256_of, write_durably

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from ingestion.portal.records import Portal
    from warehouse.settings import Settings

Row = dict[str, Any]
KEPT_AS_IT_IS = tuple(
    name
    for name in MinimisedDossier.__struct_fields__
    if name in {"dossier_code", "procedure_code", "field_code"} or name.startswith(("is_", "has_"))
)
MOMENTS = ("submitted_at", "received_at", "resolved_at", "returned_at", "updated_at")


class LandedPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a landed file holds: dossiers of one commune, as one pull found them."""

    portal: str
    commune_code: str
    dossiers: tuple[MinimisedDossier, ...]


def land_page(settings: Settings, portal: Portal, commune_code: str, dossiers: Iterable[MinimisedDossier]) -> str:
    """Write minimised records durably under their sha256, and return it."""
    page = LandedPage(portal=portal.name, commune_code=commune_code, dossiers=tuple(dossiers))
    content = msgspec.json.encode(page, order="sorted")
    sha256 = hashlib.sha256(content).hexdigest()
    target = landed_path(settings, sha256)
    if not target.exists():
        write_durably(target, lambda handle: handle.write(content), mode=0o444)
    return sha256


def landed_rows(settings: Settings, portal: Portal, sha256: str, known_from: dt.datetime) -> list[Row]:
    """Return the rows of `raw.dossiers` that a landed page holds; `known_from` is when it was pulled.

    Raises:
        ReconciliationFailed: the landed bytes are gone or are not the ones that were recorded.
    """
    path = landed_path(settings, sha256)
    if not path.exists() or sha256_of(path) != sha256:
        raise ReconciliationFailed(
            f"Trang hồ sơ {path} đã mất hoặc bị thay đổi. Hãy khôi phục thư mục landing từ bản sao lưu.", path=str(path)
        )
    page = msgspec.json.decode(path.read_bytes(), type=LandedPage)
    origin = {"portal": page.portal, "commune_code": page.commune_code}
    lineage = {"batch_sha256": sha256, "known_from": known_from}
    return [origin | dossier_row(portal, dossier) | lineage for dossier in page.dossiers]


def dossier_row(portal: Portal, dossier: MinimisedDossier) -> Row:
    """Return a dossier's columns: UTC instants, the warehouse's codes, supplements summed up.

    `first_due_at` is the due instant given at receipt; `due_at` the one in force after the last
    supplement (`NgayHenTraMoi`). `paused_days` are the calendar days between each request and its
    receipt; a request that is still open has not ended and adds none. The marks tell what a unit
    counts that trusts the portal's own marks: also a component without a real file, also a result
    that is a submitted file handed back (domain 3.3).
    """
    first_due_at = _instant(portal, dossier.due_at)
    renewed = [_instant(portal, item.new_due_at) for item in dossier.supplements if item.new_due_at]
    return {
        **{name: getattr(dossier, name) for name in KEPT_AS_IT_IS},
        **{name: _instant(portal, getattr(dossier, name)) for name in MOMENTS},
        "first_due_at": first_due_at,
        "due_at": renewed[-1] if renewed else first_due_at,
        "status_code": portal.statuses.get(dossier.status or ""),
        "channel_code": portal.channels.get(dossier.channel or ""),
        "applicant_kind": portal.applicant_kinds.get(dossier.applicant_kind or ""),
        "payment_code": portal.payments.get(dossier.payment or ""),
        "satisfaction_code": dossier.satisfaction if dossier.satisfaction in {"0", "1"} else None,
        **_marks(dossier),
        "supplement_count": len(dossier.supplements),
        "paused_days": sum(_paused_days(item.requested_at, item.received_at) for item in dossier.supplements),
    }


def _marks(dossier: MinimisedDossier) -> Row:
    return {
        "has_component_mark": dossier.has_component_files or "digitised_flag_without_file" in dossier.remarks,
        "has_result_mark": dossier.has_electronic_result or "result_is_submitted_file" in dossier.remarks,
    }


def _instant(portal: Portal, stamp: str | None) -> dt.datetime | None:
    return portal.instant(stamp) if stamp else None


def _paused_days(requested: str | None, received: str | None) -> int:
    if requested is None or received is None:
        return 0
    return max((wall_clock(received).date() - wall_clock(requested).date()).days, 0)
