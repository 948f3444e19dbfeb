"""The workflow of staff: assignment, pauses, relations, referrals, promises; steps held by the database too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = "status NOT IN ('closed', 'disputed')"

# The table of domain/lifecycle.py as it was when this was written; a test compares. An import brings states, not steps,
# and says so: SET LOCAL open311.any_step = 'on'.
STEPS = """
CREATE TABLE lifecycle_step (
    from_status text NOT NULL, to_status text NOT NULL, CONSTRAINT pk_lifecycle_step PRIMARY KEY (from_status, to_status)
);
INSERT INTO lifecycle_step VALUES
    ('received', 'acknowledged'), ('received', 'in_progress'), ('received', 'scheduled'),
    ('received', 'waiting_on_reporter'), ('received', 'referred'), ('received', 'closed'),
    ('acknowledged', 'in_progress'), ('acknowledged', 'scheduled'), ('acknowledged', 'waiting_on_reporter'),
    ('acknowledged', 'referred'), ('acknowledged', 'closed'),
    ('in_progress', 'scheduled'), ('in_progress', 'waiting_on_reporter'), ('in_progress', 'referred'),
    ('in_progress', 'closed'),
    ('scheduled', 'in_progress'), ('scheduled', 'waiting_on_reporter'), ('scheduled', 'closed'),
    ('waiting_on_reporter', 'in_progress'), ('waiting_on_reporter', 'closed'),
    ('referred', 'in_progress'), ('referred', 'closed'),
    ('closed', 'disputed'), ('closed', 'received'),
    ('disputed', 'received'), ('disputed', 'closed');
CREATE FUNCTION refuse_unknown_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('open311.any_step', true) = 'on'
       OR EXISTS (SELECT FROM lifecycle_step WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a service request that is % cannot become %', OLD.status, NEW.status
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER known_step BEFORE UPDATE OF status ON service_request
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION refuse_unknown_step();
"""

# Rewriting stays refused, but for the words of a row, which the action `redact` may replace by a tombstone:
# SET LOCAL open311.redact = 'on'. Removing samples goes on with open311.rewrite_history.
REDACTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before service_request_update%ROWTYPE;
BEGIN
    IF current_setting('open311.rewrite_history', true) = 'on' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('open311.redact', true) = 'on' THEN
        before := OLD;
        before.description := NEW.description;
        before.note := NEW.note;
        before.media_url := NEW.media_url;
        before.redacted_at := NEW.redacted_at;
        IF before IS NOT DISTINCT FROM NEW AND NEW.redacted_at IS NOT NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the history of service requests is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def upgrade() -> None:
    """Add tables, columns and triggers."""
    op.create_table(
        "account",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account")),
    )
    op.create_index("uq_account_email", "account", [sa.text("lower(email)")], unique=True)
    _service_request()
    _relation()
    _referral()
    _promise()
    op.add_column("service_request_update", sa.Column("account", sa.BigInteger(), nullable=True))
    op.add_column("service_request_update", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_service_request_update_account"), "service_request_update", "account", ["account"], ["key"]
    )
    op.execute(STEPS)
    op.execute(REDACTION)


def _service_request() -> None:
    op.add_column("service_request", sa.Column("team", sa.Text(), nullable=True))
    op.add_column("service_request", sa.Column("assignee", sa.BigInteger(), nullable=True))
    for column in ("acknowledge_by", "paused_at", "look_again_at"):
        op.add_column("service_request", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_service_request_assignee"), "service_request", "account", ["assignee"], ["key"])
    op.create_check_constraint("closed_with_outcome", "service_request", "(status = 'closed') <= (outcome IS NOT NULL)")
    op.create_check_constraint(
        "paused", "service_request", "(status IN ('waiting_on_reporter', 'referred')) = (paused_at IS NOT NULL)"
    )
    for name, columns, condition in (
        ("acknowledge", ["acknowledge_by"], f"{OPEN} AND acknowledged_datetime IS NULL"),
        ("due", ["expected_datetime"], f"{OPEN} AND paused_at IS NULL"),
        ("look_again", ["look_again_at"], "look_again_at IS NOT NULL"),
        ("queue", ["jurisdiction", "department", "expected_datetime"], OPEN),
        ("assignee", ["assignee"], OPEN),
    ):
        op.create_index(f"ix_service_request_{name}", "service_request", columns, postgresql_where=sa.text(condition))


def _relation() -> None:
    op.create_table(
        "relation",
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('duplicate_of', 'part_of', 'related')", name=op.f("ck_relation_kind")),
        sa.CheckConstraint("service_request <> other", name=op.f("ck_relation_itself")),
        sa.ForeignKeyConstraint(["other"], ["service_request.key"], name=op.f("fk_relation_other"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_relation_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_request", "other", "kind", name=op.f("pk_relation")),
    )
    op.create_index(op.f("ix_relation_other"), "relation", ["other"])
    op.create_index(
        "uq_relation_duplicate",
        "relation",
        ["service_request"],
        unique=True,
        postgresql_where=sa.text("kind = 'duplicate_of'"),
    )


def _referral() -> None:
    op.create_table(
        "referral",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("remote_token", sa.Text(), nullable=True),
        sa.Column("remote_status", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_referral_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_service_request"), "referral", ["service_request"])
    op.create_index("ix_referral_open", "referral", ["next_look_at"], postgresql_where=sa.text("ended_at IS NULL"))


def _promise() -> None:
    op.create_table(
        "sla_event",
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind IN ('acknowledge_breached', 'resolve_due', 'resolve_breached', 'waited', 'reminded')",
            name=op.f("ck_sla_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_sla_event_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_request", "kind", "deadline", name=op.f("pk_sla_event")),
    )
