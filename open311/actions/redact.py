"""Replace words by a tombstone: the one way in which history changes, and only its words."""

from __future__ import annotations

from open311.actions.case import Actor, aside, locked
from open311.actions.environment import Environment, connection, transaction
from open311.domain.errors import InvalidArgument
from open311.domain.roles import Act

TOMBSTONE = "[removed]"

_REDACT = """
UPDATE service_request_update
SET description = CASE WHEN description IS NULL THEN NULL ELSE %(tombstone)s END,
    note = CASE WHEN note IS NULL THEN NULL ELSE %(tombstone)s END, media_url = NULL, redacted_at = clock_timestamp()
WHERE service_request = %(key)s AND uuid::text = %(update_id)s AND redacted_at IS NULL
RETURNING description
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
    connection().execute("SET LOCAL open311.redact = 'on'")
    done = connection().execute(_REDACT, {"key": case.key, "update_id": update_id, "tombstone": TOMBSTONE})
    connection().execute("SET LOCAL open311.redact = 'off'")
    if done.rowcount != 1:
        raise InvalidArgument(f"{number} has no entry {update_id!r} that could be redacted")
    newest = connection().execute(
        "SELECT description FROM service_request_update WHERE service_request = %s AND kind = 'status' AND public"
        " AND description IS NOT NULL ORDER BY occurred_at DESC, key DESC LIMIT 1",
        (case.key,),
    )
    row = newest.fetchone()
    if case.status_notes is not None:
        case.status_notes = row[0] if row else None
    aside(environment, case, "moderation", actor, reason)


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
