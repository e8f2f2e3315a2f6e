"""Create extract packages: the same accepted data gives the same revision and the same bytes (design 4.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.extracts.manifest import (
    MANIFEST,
    Envelope,
    current_rule_versions,
    data_files,
    data_sha256,
    digest,
    manifest_bytes,
)
from warehouse.extracts.registry import (
    Extract,
    ExtractRecord,
    envelope_of,
    extract_of,
    find_extract,
    register,
    revisions_of,
)
from warehouse.extracts.source import Source, read_source
from warehouse.extracts.store import extract_slot, folder_of, is_package, write_package, write_zip, zip_of
from warehouse.extracts.verify import verify_extract
from warehouse.ledger import audit, transaction
from warehouse.ledger_tables import SNAPSHOTS
from warehouse.publish import current_snapshot, fingerprint
from warehouse.storage import sha256_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from warehouse.settings import Settings


@dataclass(frozen=True)
class Origin:
    """The snapshot that a package is made from; `is_current` when it is the published one."""

    file: Path
    snapshot_id: str
    as_of: str | None
    is_current: bool


@dataclass(frozen=True)
class Content:
    """Rows, flags and plan, and the files made of them."""

    source: Source
    files: Mapping[str, bytes]

    @property
    def data_sha256(self) -> str:
        """Hash of every value."""
        return data_sha256(self.files)


def create_extract(
    settings: Settings,
    ledger: sa.Engine,
    plan_key: str,
    period: str,
    now: dt.datetime,
    *,
    rule_versions: Mapping[str, str] | None = None,
    snapshot_file: Path | None = None,
) -> Extract:
    """Write the package of a plan and period, or return the revision that already holds the same data.

    `snapshot_file` re-creates a package from another file than the published snapshot (built
    `--as-known-at`): any revision with the same data is then returned. `rule_versions` are
    those of this installation by default. Raises UsageError where the plan has no rows in the
    period, NotPublished without a snapshot, WriterBusy while another process writes packages.
    """
    origin = _origin(settings, ledger, snapshot_file)
    source = read_source(origin.file, plan_key, period)
    content = Content(source, data_files(source))
    with extract_slot(settings):
        revisions = revisions_of(ledger, plan_key, period)
        candidates = revisions[-1:] if origin.is_current else reversed(revisions)
        same = next((record for record in candidates if record.data_sha256 == content.data_sha256), None)
        if same and _is_kept(settings, ledger, same, content, now):
            return extract_of(settings, same)
        envelope = Envelope(
            export_id="",
            revision=revisions[-1].revision + 1 if revisions else 1,
            previous_export_id=revisions[-1].export_id if revisions else None,
            previous_manifest_sha256=revisions[-1].manifest_sha256 if revisions else None,
            snapshot_id=origin.snapshot_id,
            as_of=origin.as_of,
            plan_file_sha256=source.plan.file_sha256,
            rule_versions=rule_versions if rule_versions is not None else current_rule_versions(),
        )
        return _write_revision(settings, ledger, envelope, content, now)


def _origin(settings: Settings, ledger: sa.Engine, snapshot_file: Path | None) -> Origin:
    if snapshot_file is None:
        current = current_snapshot(settings)
        return Origin(settings.published / current.file, current.snapshot_id, current.as_of, is_current=True)
    query = sa.select(SNAPSHOTS).where(SNAPSHOTS.c.file_sha256 == sha256_of(snapshot_file))
    with ledger.connect() as connection:
        known = connection.execute(query).first()
    if known:
        return Origin(snapshot_file, known.snapshot_id, known.as_of, is_current=False)
    return Origin(snapshot_file, f"recreated-{fingerprint(snapshot_file)}", None, is_current=False)


def _is_kept(settings: Settings, ledger: sa.Engine, record: ExtractRecord, content: Content, now: dt.datetime) -> bool:
    """See that a revision is whole on disk, and write it again from the same data where it is not.

    False when it cannot be written again byte for byte (another version of the program): a
    new revision then takes its place, nothing is passed off as what was approved.
    """
    folder = folder_of(settings, record.export_id)
    if not _is_whole(folder, record.manifest_sha256):
        envelope = envelope_of(ledger, record.export_id)
        manifest = manifest_bytes(envelope, content.source, content.files)
        if digest(manifest) != record.manifest_sha256:
            return False
        write_package(folder, content.files, manifest)
        with transaction(ledger) as connection:
            audit(connection, at=now, actor="thuocdo", action="restore_extract", subject=record.export_id)
    write_zip(folder, zip_of(settings, record.export_id))
    return True


def _is_whole(folder: Path, manifest_sha256: str) -> bool:
    return (
        is_package(folder)
        and sha256_of(folder / MANIFEST) == manifest_sha256
        and not verify_extract(folder, is_zip_checked=False)
    )


def _write_revision(
    settings: Settings, ledger: sa.Engine, envelope: Envelope, content: Content, now: dt.datetime
) -> Extract:
    plan_key, period = content.source.plan.plan_key, content.source.period
    envelope = _numbered(envelope, plan_key, period)
    manifest = manifest_bytes(envelope, content.source, content.files)
    while _is_number_used(settings, envelope.export_id, manifest):
        envelope = _numbered(replace(envelope, revision=envelope.revision + 1), plan_key, period)
        manifest = manifest_bytes(envelope, content.source, content.files)
    folder = folder_of(settings, envelope.export_id)
    if not _is_whole(folder, digest(manifest)):
        write_package(folder, content.files, manifest)
    write_zip(folder, zip_of(settings, envelope.export_id))
    register(ledger, envelope, (plan_key, period), (digest(manifest), content.data_sha256), now)
    return extract_of(settings, find_extract(ledger, envelope.export_id), is_new=True)


def _numbered(envelope: Envelope, plan_key: str, period: str) -> Envelope:
    return replace(envelope, export_id=f"extract-{plan_key}-{period}-r{envelope.revision}")


def _is_number_used(settings: Settings, export_id: str, manifest: bytes) -> bool:
    """Tell whether a number that the ledger does not know was given out before (ledger restored from a backup).

    A folder with exactly this manifest is this very package, left by a run that was killed
    before its ledger row (reliability F60): it is completed, not numbered anew. Numbers are
    never used twice (F68).
    """
    folder = folder_of(settings, export_id)
    left_by_other = is_package(folder) and (folder / MANIFEST).read_bytes() != manifest
    return left_by_other or settings.path("outbox", f"{export_id}.zip").exists()
