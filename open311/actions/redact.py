"""Replace words by a tombstone: the one way in which history changes, and only its words."""

from __future__ import annotations

from collections.abc import Sequence

from open311.actions.acts import Actor
from open311.actions.case import aside, locked
from open311.actions.environment import Environment, connection, transaction
from open311.domain.errors import InvalidArgument
from open311.domain.roles import Act

TOMBSTONE = "[removed]"

_REDACT = """
UPDATE service_request_update
SET description = CASE WHEN description IS NULL THEN NULL ELSE %(tombstone)s END,
    note = CASE WHEN note IS NULL THEN NULL ELSE %(tombstone)s END, media_url = NULL, redacted_at = clock_timestamp()
WHERE key = ANY(%(keys)s) AND redacted_at IS NULL
"""


@transaction
def redact_update(
    environment: Environment, jurisdiction: str, number: str, update_id: str, actor: Actor, reason: str
) -> None:
    """Take the words out of one entry of the history; that, when, who and why stays.

    :raises InvalidArgument: no such entry, one that is redacted already, or no reason.
    """
    if not reason.strip():
        raise InvalidArgument("redacting needs a reason")
    case = locked(jurisdiction, number, actor, Act.REDACT)
    entry = connection().execute(
        "SELECT key FROM service_request_update WHERE service_request = %s AND uuid::text = %s", (case.key, update_id)
    )
    if not entomb([row[0] for row in entry]):
        raise InvalidArgument(f"{number} has no entry {update_id!r} that could be redacted")
    if case.status_notes is not None:
        case.status_notes = newest_words(case.key)
    aside(environment, case, "moderation", actor, reason)


def entomb(updates: Sequence[int]) -> int:
    """Take the words out of entries of the history, inside the transaction of an action; answers of how many."""
    connection().execute("SET LOCAL open311.redact = 'on'")
    done = connection().execute(_REDACT, {"keys": list(updates), "tombstone": TOMBSTONE})
    connection().execute("SET LOCAL open311.redact = 'off'")
    return done.rowcount


def newest_words(key: int) -> str | None:
    """What was said in public at the newest step of a case: its ``status_notes``."""
    row = (
        connection()
        .execute(
            "SELECT description FROM service_request_update WHERE service_request = %s AND kind = 'status' AND public"
            " AND description IS NOT NULL ORDER BY occurred_at DESC, key DESC LIMIT 1",
            (key,),
        )
        .fetchone()
    )
    return row[0] if row else None


@transaction
def redact_description(environment: Environment, jurisdiction: str, number: str, actor: Actor, reason: str) -> None:
    """Take the reporter's words, and the answers that anybody could read, out of a service request.

    :raises InvalidArgument: no reason.
    """
    if not reason.strip():
        raise InvalidArgument("redacting needs a reason")
    case = locked(jurisdiction, number, actor, Act.REDACT)
    if case.description:
        case.description = TOMBSTONE
    connection().execute(
        "UPDATE answer SET values = ARRAY[%(it)s], names = ARRAY[%(it)s]"
        " WHERE service_request = %(key)s AND datatype IN ('string', 'text')",
        {"it": TOMBSTONE, "key": case.key},
    )
    aside(environment, case, "moderation", actor, reason)
