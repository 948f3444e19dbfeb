"""Changes to many service requests at once, held back for some seconds so that they can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "batch_change",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name=op.f("fk_batch_change_account")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_batch_change")),
        sa.UniqueConstraint("uuid", name=op.f("uq_batch_change_uuid")),
        sa.CheckConstraint("begun_at IS NULL OR undone_at IS NULL", name=op.f("ck_batch_change_one_of_both")),
    )
    op.create_index(op.f("ix_batch_change_account"), "batch_change", ["account"])
    op.create_table(
        "batch_case",
        sa.Column("batch_change", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_change"], ["batch_change.key"], name=op.f("fk_batch_case_batch_change"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_change", "position", name=op.f("pk_batch_case")),
    )
