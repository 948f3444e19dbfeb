"""The kinds of message: who gets each, what its words may name, and what it asks of its receiver.

A new kind is a row of ``Event``, and its words in ``config/texts.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from open311.domain.lifecycle import Status
from open311.domain.link import LinkPurpose


class Subject(StrEnum):
    """What a message is about, which decides the placeholders that its words may have."""

    placeholders: frozenset[str]

    def __new__(cls, name: str, *placeholders: str) -> Subject:
        """Make a member whose value is its name; every message may name the city."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.placeholders = frozenset({"city", *placeholders})
        return member

    SERVICE_REQUEST = (
        "service_request",
        "number",
        "service",
        "department",
        "place",
        "text",
        "expected",
        "scheduled",
        "held",
        "photo",
    )
    FOLLOWING = "following", "followed"
    DIGEST = "digest", "followed", "news"
    ACCOUNT = "account"


class Audience(StrEnum):
    """Who gets a kind of message."""

    FOLLOWERS = "followers"
    """Those who asked to be told, among them reporters."""
    STAFF = "staff"
    """Those who work for the city; nobody had to ask for it."""
    ACCOUNT = "account"
    """Whoever owns an account: a link that they asked for, or what was changed. It is sent at once and not stored."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is true of all messages of one kind."""

    subject: Subject = Subject.SERVICE_REQUEST
    audience: Audience = Audience.FOLLOWERS
    wide: bool = False
    """Whether followers of a service or a place hear of it too, and not only those of the one service request."""
    receipt: bool = False
    """Whether the reporter gets it even before the address was confirmed."""
    asks: LinkPurpose | None = None
    """What the reporter (or the owner of the account) is asked to do."""


_PLAIN = Kind()


class Event(StrEnum):
    """A kind of message. Most bear the name of the state that a service request reached."""

    kind: Kind

    def __new__(cls, name: str, kind: Kind = _PLAIN) -> Event:
        """Make a member whose value is its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.kind = kind
        return member

    RECEIVED = "received", Kind(wide=True, receipt=True)
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SCHEDULED = "scheduled"
    WAITING_ON_REPORTER = "waiting_on_reporter", Kind(asks=LinkPurpose.ANSWER)
    REFERRED = "referred"
    CLOSED = "closed", Kind(wide=True, asks=LinkPurpose.FIXED)
    REOPENED = "reopened", Kind(wide=True)
    COMMENT = "comment"
    CONFIRM = "confirm", Kind(Subject.FOLLOWING)
    DIGEST = "digest", Kind(Subject.DIGEST)
    ASSIGNED = "assigned", Kind(audience=Audience.STAFF)
    DUE = "due", Kind(audience=Audience.STAFF)
    ESCALATED = "escalated", Kind(audience=Audience.STAFF)
    SIGN_IN = "sign_in", Kind(Subject.ACCOUNT, Audience.ACCOUNT, asks=LinkPurpose.SIGN_IN)
    STAFF_SIGN_IN = "staff_sign_in", Kind(Subject.ACCOUNT, Audience.ACCOUNT, asks=LinkPurpose.STAFF_SIGN_IN)
    PASSWORD = "password", Kind(Subject.ACCOUNT, Audience.ACCOUNT, asks=LinkPurpose.PASSWORD)
    PASSWORD_CHANGED = "password_changed", Kind(Subject.ACCOUNT, Audience.ACCOUNT)
    SECOND_FACTOR_ADDED = "second_factor_added", Kind(Subject.ACCOUNT, Audience.ACCOUNT)
    SECOND_FACTOR_REMOVED = "second_factor_removed", Kind(Subject.ACCOUNT, Audience.ACCOUNT)
    RECOVERY_CODES_MADE = "recovery_codes_made", Kind(Subject.ACCOUNT, Audience.ACCOUNT)


PUBLIC_EVENTS = tuple(
    event
    for event in Event
    if event.kind.subject is Subject.SERVICE_REQUEST and event.kind.audience is Audience.FOLLOWERS
)
"""What happens to a service request in public: what followers, feeds and webhooks hear of."""


def event_of(
    *, kind: str, changes: Mapping[str, Any] | None, status: str | None, text: str | None, actor: str
) -> Event | None:
    """Return what a public update tells people, or None where it tells them nothing.

    The arguments are columns of the history; ``text`` is the public one. What reporters do themselves later on, through
    a link, is told to nobody.
    """
    if kind == "status" and not changes:
        return Event.RECEIVED  # the filing itself
    if actor == "reporter":
        return None
    stepped = "status" in (changes or {})
    if stepped and status == Status.RECEIVED:
        return Event.REOPENED
    if stepped and status and status != Status.DISPUTED:
        return Event(status)
    return Event.COMMENT if text else None
