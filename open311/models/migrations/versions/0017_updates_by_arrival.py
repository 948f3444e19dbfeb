"""The list of updates is read by when they were recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_service_request_update_recorded",
        "service_request_update",
        ["jurisdiction", sa.text("recorded_at DESC"), sa.text("key DESC")],
        postgresql_where=sa.text("public"),
    )
