"""Photos of the work name the entry of the history that they came with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and find the entries of the photos that are there: both were written in one transaction."""
    op.add_column("media", sa.Column("service_request_update", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_media_service_request_update"),
        "media",
        "service_request_update",
        ["service_request_update"],
        ["key"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_media_service_request_update"), "media", ["service_request_update"])
    op.execute(
        """
        UPDATE media m SET service_request_update = (
            SELECT u.key FROM service_request_update u
            WHERE u.service_request = m.service_request AND u.kind = 'status'
              AND u.recorded_at BETWEEN m.created_at AND m.created_at + interval '10 seconds'
            ORDER BY u.key LIMIT 1)
        WHERE m.kind = 'after'
        """
    )
