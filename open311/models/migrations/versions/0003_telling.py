"""Word to the people: who follows what, messages and the links in them, webhooks, and whether it was fixed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    _subscription()
    _message()
    _one_time_link()
    _feedback()
    _webhook()
    _webhook_delivery()


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=True),
        sa.Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.Column("reporter", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("channel", sa.Text(), server_default="email", nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.Text(), server_default="instant", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "service_request IS NULL OR target = 'service_request:' || service_request",
            name=op.f("ck_subscription_service_request"),
        ),
        sa.CheckConstraint("rhythm IN ('instant', 'daily')", name=op.f("ck_subscription_rhythm")),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_subscription_service_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_subscription")),
    )
    op.create_index(
        "ix_subscription_address", "subscription", ["channel", sa.literal_column("lower(address)")], unique=False
    )
    op.create_index(
        "ix_subscription_area",
        "subscription",
        ["area"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_subscription_daily",
        "subscription",
        ["jurisdiction"],
        unique=False,
        postgresql_where=sa.text("rhythm = 'daily' AND ended_at IS NULL"),
    )
    op.create_index(
        "ix_subscription_service_request",
        "subscription",
        ["service_request"],
        unique=False,
        postgresql_where=sa.text("service_request IS NOT NULL"),
    )
    op.create_index(
        "uq_subscription_target",
        "subscription",
        ["jurisdiction", "target", "channel", sa.literal_column("lower(address)")],
        unique=True,
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("subscription", sa.BigInteger(), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=True),
        sa.Column("update", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'collected', 'sent', 'dropped', 'failed')", name=op.f("ck_message_state")
        ),
        sa.ForeignKeyConstraint(["digest"], ["message.key"], name=op.f("fk_message_digest"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_message_service_request"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.key"], name=op.f("fk_message_subscription"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["update"], ["service_request_update.key"], name=op.f("fk_message_update"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_message")),
    )
    op.create_index(
        "ix_message_before",
        "message",
        ["subscription", "key"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_message_collected",
        "message",
        ["subscription"],
        unique=False,
        postgresql_where=sa.text("state = 'collected'"),
    )
    op.create_index(op.f("ix_message_digest"), "message", ["digest"], unique=False)
    op.create_index(op.f("ix_message_service_request"), "message", ["service_request"], unique=False)
    op.create_index(op.f("ix_message_subscription"), "message", ["subscription"], unique=False)
    op.create_index(op.f("ix_message_update"), "message", ["update"], unique=False)
    op.create_index(
        "ix_message_waiting", "message", ["next_at", "key"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "uq_message_about", "message", ["about", "channel", sa.literal_column("lower(address)")], unique=True
    )


def _one_time_link() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subscription", sa.BigInteger(), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_one_time_link_service_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.key"], name=op.f("fk_one_time_link_subscription"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_index(op.f("ix_one_time_link_service_request"), "one_time_link", ["service_request"], unique=False)
    op.create_index(op.f("ix_one_time_link_subscription"), "one_time_link", ["subscription"], unique=False)


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_feedback_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_service_request"), "feedback", ["service_request"], unique=False)


def _webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_webhook")),
    )


def _webhook_delivery() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("webhook", sa.BigInteger(), nullable=False),
        sa.Column("update", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dead')", name=op.f("ck_webhook_delivery_state")),
        sa.ForeignKeyConstraint(
            ["update"], ["service_request_update.key"], name=op.f("fk_webhook_delivery_update"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.key"], name=op.f("fk_webhook_delivery_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook", "update", name=op.f("uq_webhook_delivery_webhook_update")),
    )
    op.create_index(
        "ix_webhook_delivery_dead",
        "webhook_delivery",
        ["webhook"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(op.f("ix_webhook_delivery_update"), "webhook_delivery", ["update"], unique=False)
    op.create_index(
        "ix_webhook_delivery_waiting",
        "webhook_delivery",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
