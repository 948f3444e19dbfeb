"""Privacy: photos are reviewed and redacted, accounts can be erased, photos of unsent forms are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Photos that are there were shown until now, so they go on being shown."""
    op.add_column("media", sa.Column("moderation", sa.Text(), server_default="approved", nullable=False))
    op.add_column("media", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("media", sa.Column("original", sa.Text(), nullable=True))
    op.add_column("media", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint("moderation", "media", "moderation IN ('pending', 'approved', 'hidden')")
    op.create_check_constraint("original", "media", "(original IS NULL) OR (redacted_at IS NOT NULL)")
    op.create_index("ix_media_pending", "media", ["key"], postgresql_where=sa.text("moderation = 'pending'"))
    op.create_table(
        "unsent_photo",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("thumbnail", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_unsent_photo")),
    )
    op.add_column("account", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
