"""Reminders: which step of the ladder was sent for which form."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of reminders that were sent."""
    op.create_table(
        "reminders",
        sa.Column("form_id", sa.String(length=60), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("cells_outstanding", sa.Integer(), nullable=False),
        sa.Column("message_sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form_issues.form_id"], name=op.f("fk_reminders_form_id_form_issues")),
        sa.PrimaryKeyConstraint("form_id", "step", name=op.f("pk_reminders")),
    )
