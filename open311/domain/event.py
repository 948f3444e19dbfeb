"""What people are told of: the events in the life of a service request, and what they asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from open311.domain.lifecycle import Status


class Event(StrEnum):
    """Something that is told. Most bear the name of the state that was reached."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SCHEDULED = "scheduled"
    WAITING_ON_REPORTER = "waiting_on_reporter"
    REFERRED = "referred"
    CLOSED = "closed"
    REOPENED = "reopened"
    COMMENT = "comment"
    CONFIRM = "confirm"
    DIGEST = "digest"
    ASSIGNED = "assigned"
    DUE = "due"
    ESCALATED = "escalated"
    SIGN_IN = "sign_in"
    STAFF_SIGN_IN = "staff_sign_in"
    PASSWORD = "password"


OF_ACCOUNTS = frozenset({Event.SIGN_IN, Event.STAFF_SIGN_IN, Event.PASSWORD})
"""Letters that somebody asks for about their own account. What is in them is soon worth nothing: no row keeps them."""

OF_STAFF = frozenset({Event.ASSIGNED, Event.DUE, Event.ESCALATED})
"""What those are told who work for the city, and nobody else."""

OF_CASES = frozenset(Event) - OF_ACCOUNTS - OF_STAFF - {Event.CONFIRM, Event.DIGEST}
"""What happens to a service request."""


WIDE = frozenset({Event.RECEIVED, Event.CLOSED, Event.REOPENED})
"""What those hear who follow a service or a place and not one service request: more would be a flood."""


def event_of(update: Mapping[str, Any]) -> Event | None:
    """What a public update tells people; none where there is nothing to tell.

    A row of the history: ``kind``, ``changes``, ``status``, ``text``, ``actor``. What reporters do themselves later on,
    behind a link, is told to nobody.
    """
    changes, status, text = update["changes"] or {}, update["status"], update["text"]
    if update["kind"] == "status" and not changes:
        return Event.RECEIVED  # the filing itself
    if update["actor"] == "reporter":
        return None
    stepped = "status" in changes
    if stepped and status == Status.RECEIVED:
        return Event.REOPENED
    if stepped and status and status != Status.DISPUTED:
        return Event(status)
    return Event.COMMENT if text else None
