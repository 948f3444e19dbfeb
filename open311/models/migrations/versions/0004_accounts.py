"""Accounts: ways to sign in, sessions, grants of roles, and the audit log, which only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AUDIT = """
CREATE FUNCTION refuse_rewriting_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_audit();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_audit();
"""


def upgrade() -> None:
    """Add tables, columns and triggers."""
    op.add_column("account", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("openid_issuer", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("openid_subject", sa.Text(), nullable=True))
    op.create_index("uq_account_openid", "account", ["openid_issuer", "openid_subject"], unique=True)
    _ways_in()
    _session()
    _grant()
    _audit()


def _recorded(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False)


def _ways_in() -> None:
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        _recorded("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('sign_in', 'password')", name=op.f("ck_account_link_purpose")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_expires_at"), "account_link", ["expires_at"])
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.key"], name=op.f("fk_recovery_code_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", "code_hash", name=op.f("pk_recovery_code")),
    )


def _session() -> None:
    op.create_table(
        "account_session",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        _recorded("created_at"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("method IN ('password', 'link', 'openid')", name=op.f("ck_account_session_method")),
        sa.ForeignKeyConstraint(
            ["account"], ["account.key"], name=op.f("fk_account_session_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    op.create_index(
        "ix_account_session_account", "account_session", ["account"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(op.f("ix_account_session_ends_at"), "account_session", ["ends_at"])


def _grant() -> None:
    scopes = ("jurisdiction", "department", "boundary", "service")
    op.create_table(
        "role_grant",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        *(sa.Column(scope, sa.Text(), nullable=True) for scope in scopes),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        _recorded("granted_at"),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('resident', 'liaison', 'agent', 'crew', 'department_worker', 'supervisor', 'moderator', 'editor',"
            " 'analyst', 'administrator', 'auditor')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.CheckConstraint("boundary ~ '^[^:]+:[^:]'", name=op.f("ck_role_grant_boundary")),
        *(
            sa.ForeignKeyConstraint([column], ["account.key"], name=op.f(f"fk_role_grant_{column}"))
            for column in ("account", "granted_by", "revoked_by")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_role_grant")),
    )
    op.create_index(
        "uq_role_grant_active",
        "role_grant",
        ["account", "role", *scopes],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def _audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _recorded("at"),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.CheckConstraint("target ~ '^[a-z_]+:[^\\s@]*$'", name=op.f("ck_audit_log_target")),
        sa.CheckConstraint("act ~ '^[a-z_]+$'", name=op.f("ck_audit_log_act")),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name=op.f("fk_audit_log_account")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_log")),
    )
    for column in ("account", "act", "target"):
        op.create_index(f"ix_audit_log_{column}", "audit_log", [column, "key"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.execute(AUDIT)
