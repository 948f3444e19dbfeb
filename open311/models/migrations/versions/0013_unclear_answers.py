"""What another server may have is never filed again; a webhook may be ended by its receiver."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when it was sent, and when a receiver said that it is gone."""
    op.add_column("referral", sa.Column("unclear_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
