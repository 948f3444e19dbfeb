"""The staff's list: saved filters, and indexes on what is not closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LIVE = "status <> 'closed'"


def upgrade() -> None:
    """Add the table and the indexes."""
    op.create_table(
        "saved_filter",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name=op.f("fk_saved_filter_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_saved_filter")),
    )
    op.create_index(
        "uq_saved_filter_name", "saved_filter", ["account", "jurisdiction", sa.text("lower(name)")], unique=True
    )
    op.create_index("ix_saved_filter_department", "saved_filter", ["jurisdiction", "department"])
    due, requested = sa.text("coalesce(expected_datetime, 'infinity')"), "requested_datetime"
    indexes: tuple[tuple[str, list[sa.TextClause | str], str | None], ...] = (
        ("live_due", ["jurisdiction", due, "key"], LIVE),
        ("live_requested", ["jurisdiction", requested, "key"], LIVE),
        ("requested", ["jurisdiction", requested, "key"], None),
        ("new", ["jurisdiction", "department"], "status = 'received' AND assignee IS NULL"),
        ("paused", ["jurisdiction", "department"], "paused_at IS NOT NULL"),
        ("disputed", ["jurisdiction", "department"], "status = 'disputed'"),
        ("pending", ["jurisdiction", "department"], f"moderation = 'pending' AND {LIVE}"),
    )
    for name, columns, condition in indexes:
        where = sa.text(condition) if condition else None
        op.create_index(f"ix_service_request_{name}", "service_request", columns, postgresql_where=where)
    op.create_index(
        "ix_service_request_live_place",
        "service_request",
        ["point"],
        postgresql_using="gist",
        postgresql_where=sa.text(LIVE),
    )
