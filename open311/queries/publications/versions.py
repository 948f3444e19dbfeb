"""How new the published data is: what makes a conditional GET cheap."""

from __future__ import annotations

from sqlalchemy import select, text

from open311.queries.reading import Statement, fetch_one

VERSION = text(
    """
    (SELECT CASE WHEN newest < pg_snapshot_xmin(pg_current_snapshot()) THEN newest::text END
     FROM greatest(
         coalesce((SELECT written FROM publication
                   WHERE jurisdiction = :jurisdiction ORDER BY written DESC LIMIT 1), '0'),
         coalesce((SELECT written FROM publication_change
                   WHERE jurisdiction = :jurisdiction ORDER BY written DESC LIMIT 1), '0')
     ) AS newest)
    """
)
"""SQL of a word that changes whenever anything published changes; NULL while a change is under way.

It is the number of the newest transaction that published. A transaction that is still running may commit later with a
lower number, so the word holds only when every transaction up to that number has ended.
"""
_VERSION = Statement(select(VERSION))


def version(jurisdiction: str) -> str | None:
    """The word of this moment; none while a change is under way."""
    row = fetch_one(_VERSION, {"jurisdiction": jurisdiction})
    assert row is not None
    return row[0]  # type: ignore[no-any-return]
