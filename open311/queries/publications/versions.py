"""Which state of the published data a reader sees: what makes a conditional GET cheap."""

from __future__ import annotations

from open311.queries.reading import Statement, fetch_value

VERSION = """
    (SELECT CASE WHEN newest < pg_snapshot_xmin(pg_current_snapshot()) THEN newest::text END
     FROM greatest(
         coalesce((SELECT written FROM publication
                   WHERE jurisdiction = :jurisdiction ORDER BY written DESC LIMIT 1), '0'),
         coalesce((SELECT written FROM publication_change
                   WHERE jurisdiction = :jurisdiction ORDER BY written DESC LIMIT 1), '0')
     ) AS newest)
"""
"""SQL of the version of the published data: a text that changes with every change; NULL while one is under way.

It is the number of the newest transaction that published. A transaction that is still running may commit later with a
lower number, so the version is known only when every transaction up to that number has ended.
"""
_VERSION = Statement(f"SELECT {VERSION}")
_SNAPSHOT = Statement("SELECT pg_current_snapshot()::text")


def version(jurisdiction: str) -> str | None:
    """The present version of the published data; None while a change is under way."""
    return fetch_value(_VERSION, {"jurisdiction": jurisdiction})  # type: ignore[no-any-return]


def snapshot() -> str:
    """Which transactions this transaction sees, as PostgreSQL writes a ``pg_snapshot``."""
    return str(fetch_value(_SNAPSHOT))
