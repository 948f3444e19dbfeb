"""Splitting is a kind of its own in the history; until now it was written as a merge."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = (
    *("status", "comment", "note", "assignment", "location", "service"),
    *("merge", "split", "media", "moderation", "system"),
)


def upgrade() -> None:
    """Allow the kind, and write it where a case was split."""
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.drop_constraint(op.f("ck_service_request_update_kind"), "service_request_update")
    op.create_check_constraint(op.f("ck_service_request_update_kind"), "service_request_update", f"kind IN ({listed})")
    op.execute("ALTER TABLE service_request_update DISABLE TRIGGER append_only")
    # The notes of these entries are written by the system, so nothing else begins like this.
    op.execute(
        "UPDATE service_request_update SET kind = 'split'"
        " WHERE kind = 'merge' AND NOT public AND note LIKE 'Split into %'"
    )
    op.execute("ALTER TABLE service_request_update ENABLE TRIGGER append_only")
