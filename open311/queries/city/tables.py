"""Which migration the tables are at."""

from __future__ import annotations

from psycopg.errors import UndefinedTable

from open311.queries.reading import Statement, fetch_value

_REVISION = Statement("SELECT version_num FROM alembic_version")


def revision_of_tables() -> str | None:
    """Return the number of the last migration that the tables went through, or None if there are no tables."""
    try:
        found: str | None = fetch_value(_REVISION)
    except UndefinedTable:
        return None
    return found
