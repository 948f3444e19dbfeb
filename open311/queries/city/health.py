"""Whether the database answers, and which tables it has."""

from __future__ import annotations

from psycopg.errors import UndefinedTable

from open311.queries.reading import Statement, fetch_value

_MIGRATION = Statement("SELECT version_num FROM alembic_version")


def migration() -> str | None:
    """The newest migration that was made; None where none was made."""
    try:
        found: str | None = fetch_value(_MIGRATION)
    except UndefinedTable:
        return None
    return found
