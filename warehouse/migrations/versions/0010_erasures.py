"""Erasures of files that hold personal data, and since when a dropped file has been changing."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"


def upgrade() -> None:
    """Add both tables, and the index by which files to erase are found."""
    op.create_table(
        "erasures",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("erased_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["files.sha256"], name=op.f("fk_erasures_sha256_files")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_erasures")),
    )
    op.create_table(
        "unsettled_files",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("place_sha256", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("channel", "place_sha256", name=op.f("pk_unsettled_files")),
    )
    op.create_index(op.f("ix_findings_code"), "findings", ["code"])
