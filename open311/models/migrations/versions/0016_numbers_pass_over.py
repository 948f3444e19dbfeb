"""A function that gives the next number of a service request, and passes over those that an import brought."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NEXT = """
CREATE FUNCTION next_service_request_number(of_jurisdiction text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    number text;
BEGIN
    LOOP
        number := nextval('service_request_number')::text;
        EXIT WHEN NOT EXISTS (
            SELECT FROM service_request WHERE jurisdiction = of_jurisdiction AND service_request_id = number
        );
    END LOOP;
    RETURN number;
END
$$
"""


def upgrade() -> None:
    """Add the function."""
    op.execute(_NEXT)


def downgrade() -> None:
    """Remove the function."""
    op.execute("DROP FUNCTION next_service_request_number(text)")
