"""Privacy: photos are reviewed and redacted, accounts can be erased."""

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
    op.add_column("account", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
