"""More word to the people: letters to staff, push messages, calls of webhooks that somebody gave up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen what may be; nothing that is there has to change."""
    op.alter_column("message", "subscription", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("subscription", sa.Column("push_key", sa.Text(), nullable=True))
    op.add_column("subscription", sa.Column("push_secret", sa.Text(), nullable=True))
    _check("subscription", "push", "(push_key IS NULL) = (push_secret IS NULL)", new=True)
    _check("webhook_delivery", "state", "state IN ('waiting', 'done', 'dead', 'given_up')")


def _check(table: str, name: str, condition: str, *, new: bool = False) -> None:
    if not new:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
