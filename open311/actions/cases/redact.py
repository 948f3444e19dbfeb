"""Replace words by a tombstone: the one way in which history changes, and only its words."""

from __future__ import annotations

from collections.abc import Sequence

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.case import aside, locked, locked_key
from open311.actions.cases.relate import merged_with
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

    Duplicates, which took the words over, lose them too.

    :raises InvalidArgument: no such entry, one that is redacted already, or no reason.
    """
    if not reason.strip():
        raise InvalidArgument("redacting needs a reason")
    case = locked(jurisdiction, number, actor, Act.REDACT)
    entry = (
        connection()
        .execute(
            "SELECT key, kind, description FROM service_request_update"
            " WHERE service_request = %s AND uuid::text = %s AND redacted_at IS NULL",
            (case.key, update_id),
        )
        .fetchone()
    )
    if entry is None:
        raise InvalidArgument(f"{number} has no entry {update_id!r} that could be redacted")
    key, kind, words = entry
    # A copy alone leaves the words to who may redact them where they were written.
    others = merged_with([case.key]) if kind != "merge" else []
    copied = copies([key], others)
    having = connection().execute(
        "SELECT key FROM service_request WHERE key = ANY(%s) AND status_notes = %s", (others, words)
    )
    duplicates = sorted({*copied.values(), *(row[0] for row in having)})
    entomb([key, *copied])
    if case.status_notes is not None:
        case.status_notes = newest_words(case.key)
    aside(environment, case, "moderation", actor, reason)
    for other in map(locked_key, duplicates):
        if other.status_notes == words:
            other.status_notes = newest_words(other.key)
        aside(environment, other, "moderation", actor, reason)


_COPIES = """
SELECT copy.key, copy.service_request FROM service_request_update entry
JOIN service_request_update copy ON copy.service_request = ANY(%(cases)s) AND copy.description = entry.description
WHERE entry.key = ANY(%(entries)s) AND 'merge' IN (copy.kind, entry.kind) AND copy.redacted_at IS NULL
"""


def copies(entries: Sequence[int], cases: Sequence[int]) -> dict[int, int]:
    """Entries of these cases that have the words of others because the cases are merged, and of which case each is."""
    rows = connection().execute(_COPIES, {"entries": list(entries), "cases": list(cases)})
    return dict(rows.fetchall())


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
            "SELECT description FROM service_request_update WHERE service_request = %s AND status IS NOT NULL"
            " AND public AND description IS NOT NULL ORDER BY occurred_at DESC, key DESC LIMIT 1",
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
