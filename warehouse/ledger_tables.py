"""Tables of the ledger: evidence that outlives any warehouse file (design 2.2).

SQLAlchemy Core; Alembic migrations in `warehouse/migrations` make and change them.
Instants are ISO 8601 UTC text with microseconds: SQLite keeps no time zone, PostgreSQL
would; as text both sort, compare and hash alike.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

INSTANT = sa.String(32)
CODE = sa.String(60)
SHA256 = sa.String(64)

FORM_ISSUES = sa.Table(
    "form_issues",
    METADATA,
    sa.Column("form_id", CODE, primary_key=True),
    sa.Column("plan_key", CODE, nullable=False),
    sa.Column("unit_code", CODE, nullable=False),
    sa.Column("form_code", CODE, nullable=False),
    sa.Column("period", sa.String(10), nullable=False),
    sa.Column("template_version", sa.String(20), nullable=False),
    sa.Column("cells_expected", sa.Integer, nullable=False),
    sa.Column("due_at", INSTANT, nullable=False),
    sa.Column("issued_at", INSTANT, nullable=False),
    sa.UniqueConstraint("plan_key", "unit_code", "form_code", "period", "template_version"),
)

REMINDERS = sa.Table(
    "reminders",
    METADATA,
    sa.Column("form_id", CODE, sa.ForeignKey("form_issues.form_id"), primary_key=True),
    sa.Column("step", sa.String(10), primary_key=True),
    sa.Column("audience", sa.Text, nullable=False),  # roles, never addresses
    sa.Column("cells_outstanding", sa.Integer, nullable=False),
    sa.Column("message_sha256", SHA256, nullable=False),
    sa.Column("sent_at", INSTANT, nullable=False),
)

FILES = sa.Table(
    "files",
    METADATA,
    sa.Column("sha256", SHA256, primary_key=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("landed_at", INSTANT, nullable=False),
)

RECEIPTS = sa.Table(
    "receipts",
    METADATA,
    sa.Column("receipt_id", CODE, primary_key=True),
    sa.Column("sha256", SHA256, sa.ForeignKey("files.sha256"), nullable=False, index=True),
    sa.Column("original_name", sa.Text, nullable=False),  # escaped, for people; never a path
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("sender_plan_key", CODE),
    sa.Column("sender_unit_code", CODE),
    sa.Column("received_at", INSTANT, nullable=False),
    sa.Column("outcome", sa.String(30), nullable=False),  # contracted outcomes, or `received` while open
    sa.Column("duplicate_of", CODE),
    sa.Column("plan_key", CODE),
    sa.Column("unit_code", CODE),
    sa.Column("form_code", CODE),
    sa.Column("period", sa.String(10)),
    sa.Column("revision", sa.Integer),
    sa.Column("decided_at", INSTANT),
)

FINDINGS = sa.Table(
    "findings",
    METADATA,
    sa.Column("receipt_id", CODE, sa.ForeignKey("receipts.receipt_id"), primary_key=True),
    sa.Column("finding_no", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(20), nullable=False, index=True),
    sa.Column("severity", sa.String(10), nullable=False),
    sa.Column("sheet", sa.Text),
    sa.Column("cell", sa.String(12)),
    sa.Column("found", sa.Text),
    sa.Column("expected", sa.Text),
    sa.Column("message", sa.Text, nullable=False),
)

ERASURES = sa.Table(
    "erasures",
    METADATA,
    sa.Column("sha256", SHA256, sa.ForeignKey("files.sha256"), primary_key=True),
    sa.Column("reason", sa.String(20), nullable=False),  # code of the finding that asks for it
    sa.Column("erased_at", INSTANT, nullable=False),
)

UNSETTLED_FILES = sa.Table(
    "unsettled_files",
    METADATA,
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("place_sha256", SHA256, primary_key=True),  # of its place in the channel: names may tell of persons
    sa.Column("first_seen_at", INSTANT, nullable=False),
)

SUBMISSIONS = sa.Table(
    "submissions",
    METADATA,
    sa.Column("submission_id", CODE, primary_key=True),
    sa.Column("receipt_id", CODE, sa.ForeignKey("receipts.receipt_id"), nullable=False, unique=True),
    sa.Column("sha256", SHA256, sa.ForeignKey("files.sha256"), nullable=False),
    sa.Column("plan_key", CODE, nullable=False),
    sa.Column("unit_code", CODE, nullable=False),
    sa.Column("form_code", CODE, nullable=False),
    sa.Column("period", sa.String(10), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("cells_filled", sa.Integer, nullable=False),
    sa.Column("accepted_at", INSTANT, nullable=False),
    sa.Column("content_hash", SHA256, nullable=False),  # of the parsed rows: reconciled with the warehouse
    sa.UniqueConstraint("plan_key", "unit_code", "form_code", "period", "revision"),
)

PORTAL_CURSORS = sa.Table(
    "portal_cursors",
    METADATA,
    sa.Column("portal", CODE, primary_key=True),
    sa.Column("commune_code", sa.String(5), primary_key=True),
    sa.Column("watermark", sa.String(14), nullable=False),  # yyyyMMddHHmmss, Vietnam, as the portal writes
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("updated_at", INSTANT, nullable=False),
)

PORTAL_BATCHES = sa.Table(
    "portal_batches",
    METADATA,
    sa.Column("sha256", SHA256, primary_key=True),
    sa.Column("portal", CODE, nullable=False),
    sa.Column("commune_code", sa.String(5), nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("pulled_at", INSTANT, nullable=False),
)

FLAGS = sa.Table(
    "flags",
    METADATA,
    sa.Column("flag_id", CODE, primary_key=True),
    sa.Column("plan_key", CODE, nullable=False),
    sa.Column("indicator_code", CODE),
    sa.Column("unit_code", CODE),
    sa.Column("period", sa.String(10)),
    sa.Column("rule_code", sa.String(20), nullable=False),
    sa.Column("severity", sa.String(10), nullable=False),
    sa.Column("observed", sa.Text),
    sa.Column("expected", sa.Text),
    sa.Column("explanation_vi", sa.Text, nullable=False),
    sa.Column("opened_at", INSTANT, nullable=False),
    sa.Column("closed_at", INSTANT),
)

WAIVERS = sa.Table(
    "waivers",
    METADATA,
    sa.Column("waiver_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("flag_id", CODE, sa.ForeignKey("flags.flag_id"), nullable=False),
    sa.Column("observed", sa.Text),  # a waiver speaks of this value; another value opens the flag again
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("waived_by", sa.Text, nullable=False),
    sa.Column("waived_at", INSTANT, nullable=False),
)

EXTRACTS = sa.Table(
    "extracts",
    METADATA,
    sa.Column("export_id", sa.String(120), primary_key=True),
    sa.Column("plan_key", CODE, nullable=False),
    sa.Column("period", sa.String(10), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("manifest_sha256", SHA256, nullable=False),
    sa.Column("data_sha256", SHA256, nullable=False),  # same data, same revision
    sa.Column("snapshot_id", sa.String(40), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # prepared approved sent received refused
    sa.Column("prepared_at", INSTANT, nullable=False),
    sa.Column("approved_at", INSTANT),
    sa.Column("approved_by", sa.Text),
    sa.UniqueConstraint("plan_key", "period", "revision"),
)

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("export_id", sa.String(120), sa.ForeignKey("extracts.export_id"), primary_key=True),
    sa.Column("queued_at", INSTANT, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("sent_at", INSTANT),
    sa.Column("receipt_digest", SHA256),
    sa.Column("received_at", INSTANT),
)

SNAPSHOTS = sa.Table(
    "snapshots",
    METADATA,
    sa.Column("snapshot_id", sa.String(40), primary_key=True),
    sa.Column("file_sha256", SHA256, nullable=False),
    sa.Column("as_of", sa.String(10), nullable=False),
    sa.Column("published_at", INSTANT, nullable=False),
)

PIPELINE_OUTCOMES = sa.Table(
    "pipeline_outcomes",
    METADATA,
    sa.Column("outcome_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("dag_id", CODE, nullable=False),
    sa.Column("step", CODE, nullable=False),
    sa.Column("started_at", INSTANT, nullable=False),
    sa.Column("ended_at", INSTANT, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),  # done, nothing_to_do, failed
    sa.Column("rows_in", sa.BigInteger),
    sa.Column("rows_out", sa.BigInteger),
    sa.Column("message", sa.Text),
)

AUDIT_LOG = sa.Table(
    "audit_log",
    METADATA,
    sa.Column("entry_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("happened_at", INSTANT, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", CODE, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),  # canonical JSON; ids and hashes, never a person's data
    sa.Column("previous_hash", SHA256, nullable=False),
    sa.Column("entry_hash", SHA256, nullable=False),
)
