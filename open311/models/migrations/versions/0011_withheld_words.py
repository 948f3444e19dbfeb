"""Words that look like personal data wait for staff; what was removed from them is kept for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is withheld and the words as they were; nothing that is there has to change."""
    op.add_column(
        "service_request",
        sa.Column("withheld", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.drop_index("ix_service_request_pending", "service_request")
    op.create_index(
        "ix_service_request_pending",
        "service_request",
        ["jurisdiction", "department"],
        postgresql_where=sa.text("(moderation = 'pending' OR withheld <> '{}') AND status <> 'closed'"),
    )
    op.create_table(
        "original_words",
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_original_words_service_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_request", "field", name=op.f("pk_original_words")),
    )
