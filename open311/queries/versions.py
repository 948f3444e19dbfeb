"""How new the published data is: what makes a conditional GET cheap."""

from __future__ import annotations

from sqlalchemy import text

from open311.queries.reading import Statement, fetch_one

_VERSION = Statement(
    text(
        """
        SELECT greatest(
            coalesce((SELECT written FROM publication
                      WHERE jurisdiction = :jurisdiction ORDER BY written DESC LIMIT 1), '0'),
            coalesce((SELECT written FROM publication_change
                      WHERE jurisdiction = :jurisdiction ORDER BY written DESC LIMIT 1), '0')
        )::text, pg_snapshot_xmin(pg_current_snapshot())::text
        """
    )
)


def version(jurisdiction: str) -> str | None:
    """A word that changes whenever anything published changes; none while a change is under way.

    It is the number of the newest transaction that published. A transaction that is still running may commit later
    with a lower number, so the word holds only when every transaction up to that number has ended.
    """
    row = fetch_one(_VERSION, {"jurisdiction": jurisdiction})
    assert row is not None
    newest, running = int(row[0]), int(row[1])
    return str(newest) if newest < running else None
