"""Remove words from a service request, leaving a tombstone: the only change that is ever made to its history."""

from __future__ import annotations

from collections.abc import Sequence

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write
from open311.actions.cases.case import aside, locked, locked_key
from open311.domain.case_ref import CaseRef
from open311.domain.errors import InvalidArgument
from open311.domain.roles import Act
from open311.queries.cases.history import cases_with_status_notes, copies, newest_text, redactable_entry
from open311.queries.cases.relations import merged_with
from open311.queries.reading import Statement

TOMBSTONE = "[removed]"
"""The text that replaces words that were removed."""

_REDACTING = {flag: Statement(f"SET LOCAL open311.redact = '{flag}'") for flag in ("on", "off")}
_REDACT = Statement(
    """
    UPDATE service_request_update
    SET description = CASE WHEN description IS NULL THEN NULL ELSE :tombstone END,
        note = CASE WHEN note IS NULL THEN NULL ELSE :tombstone END, media_url = NULL, redacted_at = clock_timestamp()
    WHERE key = ANY(:keys) AND redacted_at IS NULL
    """
)
_REDACT_ANSWERS = Statement(
    """
    UPDATE answer SET values = ARRAY[CAST(:tombstone AS text)], names = ARRAY[CAST(:tombstone AS text)]
    WHERE service_request = :key AND datatype IN ('string', 'text')
    """
)

_FORGET_ORIGINALS = Statement("DELETE FROM original_words WHERE service_request = :key AND field <> 'address'")


@transaction
def redact_update(environment: Environment, ref: CaseRef, actor: Actor, update_id: str, *, reason: str) -> None:
    """Remove the words of one entry of the history. That it happened, when, and who did it stay.

    Copies of the words in duplicates are removed too.

    :raises InvalidArgument: when there is no such entry, it is redacted already, or no reason is given.
    """
    if not reason.strip():
        raise InvalidArgument("redacting needs a reason")
    case = locked(ref, actor, Act.REDACT)
    entry = redactable_entry(case.key, update_id)
    if entry is None:
        raise InvalidArgument(f"{ref.number} has no entry {update_id!r} that could be redacted")
    # If the entry is itself a copy, the original words stay: whoever may redact them there has to.
    others = merged_with([case.key]) if entry.kind != "merge" else []
    copied = copies([entry.key], others)
    duplicates = sorted({*copied.values(), *cases_with_status_notes(others, entry.description)})
    entomb([entry.key, *copied])
    if case.status_notes is not None:
        case.status_notes = newest_text(case.key)
    aside(environment, case, "moderation", actor, reason)
    for other in map(locked_key, duplicates):
        if other.status_notes == entry.description:
            other.status_notes = newest_text(other.key)
        aside(environment, other, "moderation", actor, reason)


def entomb(updates: Sequence[int]) -> int:
    """Remove the words of rows of the history, given by primary key, inside an action; return how many were changed."""
    write(_REDACTING["on"])
    done = write(_REDACT, {"keys": list(updates), "tombstone": TOMBSTONE})
    write(_REDACTING["off"])
    return done


@transaction
def redact_description(environment: Environment, ref: CaseRef, actor: Actor, *, reason: str) -> None:
    """Remove the reporter's own words from a service request: the description, and answers in free text.

    :raises InvalidArgument: when no reason is given.
    """
    if not reason.strip():
        raise InvalidArgument("redacting needs a reason")
    case = locked(ref, actor, Act.REDACT)
    if case.description:
        case.description = TOMBSTONE
    write(_REDACT_ANSWERS, {"tombstone": TOMBSTONE, "key": case.key})
    write(_FORGET_ORIGINALS, {"key": case.key})
    case.withheld = [field for field in case.withheld if field == "address"]
    aside(environment, case, "moderation", actor, reason)
