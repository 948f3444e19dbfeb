"""How Alembic reaches the database: on the connection that ``models/schema.py`` hands it."""

from __future__ import annotations

from alembic import context

from open311.models.base import database
from open311.models.schema import is_ours, know_types, spell_type

connection = context.config.attributes["connection"]
know_types(connection)
context.configure(
    connection=connection,
    target_metadata=database.metadata,
    include_object=is_ours,
    render_item=spell_type,
    compare_server_default=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
