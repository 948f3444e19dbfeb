"""Render publications anew, in steps small enough to commit as it goes."""

from __future__ import annotations

from collections.abc import Iterator

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.publications.publish import publish

STEP = 2_000
"""Service requests rendered in one transaction."""

_NEXT = """
SELECT array_agg(key) FROM (
    SELECT key FROM service_request
    WHERE key > %(after)s AND (%(jurisdiction)s::text IS NULL OR jurisdiction = %(jurisdiction)s)
      AND (%(service_code)s::text IS NULL OR service_code = %(service_code)s)
    ORDER BY key LIMIT %(step)s
) AS step
"""


def republish(
    environment: Environment, jurisdiction: str | None = None, service_code: str | None = None
) -> Iterator[int]:
    """Publish anew everything (or one jurisdiction, one service); yields how many are done. Safe to repeat."""
    after = done = 0
    while keys := _step(environment, jurisdiction, service_code, after):
        after = max(keys)
        done += len(keys)
        yield done


@transaction
def _step(environment: Environment, jurisdiction: str | None, service_code: str | None, after: int) -> list[int]:
    row = (
        connection()
        .execute(_NEXT, {"after": after, "jurisdiction": jurisdiction, "service_code": service_code, "step": STEP})
        .fetchone()
    )
    keys: list[int] = (row[0] if row else None) or []
    if keys:
        publish(environment, keys)
    return keys
