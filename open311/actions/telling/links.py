"""Links that only their receiver knows: made when a message leaves, used once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row
from sqlalchemy import text

from open311.actions.base.transaction import connection, write_apart
from open311.domain.errors import UnknownLink
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.queries.reading import Statement

PATHS = {"confirm": "follow/confirm", "end": "follow/end", "answer": "answer", "fixed": "fixed"}
"""Where each purpose is served."""

_ADD = Statement(
    text(
        """
        INSERT INTO one_time_link (token_hash, purpose, subscription, service_request, expires_at)
        SELECT token_hash, purpose, :subscription, :service_request, expires_at
        FROM unnest(CAST(:hashes AS bytea[]), CAST(:purposes AS text[]), CAST(:expires AS timestamptz[]))
             AS made(token_hash, purpose, expires_at)
        RETURNING 1
        """
    )
)


def make_links(
    public_url: str, subscription: int, service_request: int | None, expires: Mapping[str, datetime | None]
) -> dict[str, str]:
    """A new link for each purpose, with when it expires (none: never).

    They commit by themselves: they must hold when their message has left, come what may.
    """
    tokens = {purpose: new_secret() for purpose in expires}
    given = {
        "hashes": [hashed(token) for token in tokens.values()],
        "purposes": list(tokens),
        "expires": list(expires.values()),
        "subscription": subscription,
        "service_request": service_request,
    }
    write_apart(_ADD, given)
    return {purpose: f"{public_url}/{PATHS[purpose]}/{token}" for purpose, token in tokens.items()}


_USE = """
UPDATE one_time_link SET used_at = coalesce(used_at, %(now)s)
WHERE token_hash = %(token_hash)s AND purpose = %(purpose)s AND (used_at IS NULL OR purpose IN ('end', 'confirm'))
  AND coalesce(expires_at > %(now)s, true)
RETURNING subscription, service_request
"""


def use(token: str, purpose: str) -> dict[str, Any]:
    """Take a link's one use; who comes second, also at the same moment, is refused.

    :raises UnknownLink: it does not exist, was used, or its time has passed.
    """
    with connection().cursor(row_factory=dict_row) as cursor:
        given = {"token_hash": hashed(token), "purpose": purpose, "now": now()}
        row = cursor.execute(_USE, given).fetchone()
    if row is None:
        raise UnknownLink("this link is no longer valid")
    return row
