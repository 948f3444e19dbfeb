"""Vintages of layers begin and end on the city's days; layers know what publications were last made with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LAYER_IN_FORCE = """
CREATE OR REPLACE VIEW layer_in_force AS
SELECT l.key, l.jurisdiction, l.layer, l.name, l.vintage, l.valid_from FROM boundary_layer l
WHERE l.key = (
    SELECT n.key FROM boundary_layer n LEFT JOIN city_zone z ON z.jurisdiction = n.jurisdiction
    WHERE n.jurisdiction = l.jurisdiction AND n.layer = l.layer
      AND CAST(now() AT TIME ZONE coalesce(z.timezone, 'UTC') AS date)
          BETWEEN coalesce(n.valid_from, '-infinity') AND coalesce(n.valid_to, 'infinity')
    ORDER BY n.valid_from DESC NULLS LAST, n.key DESC LIMIT 1)
"""


def upgrade() -> None:
    """Ask the city's day; what is in force now counts as followed already."""
    op.create_table(
        "city_zone",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", name=op.f("pk_city_zone")),
    )
    op.add_column(
        "boundary_layer", sa.Column("followed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("UPDATE boundary_layer SET followed = true WHERE key IN (SELECT key FROM layer_in_force)")
    op.execute(LAYER_IN_FORCE)
