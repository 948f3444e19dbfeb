"""How long data about people is kept: one rule for each kind of data, and from when on its days count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is forgotten by a rule of its own; each says from when on its days count."""

    REPORTERS = "reporters"
    """Who reported, how to reach them, and what they told staff alone; from the last closing."""
    PRIVATE_ANSWERS = "private_answers"
    """From the last closing."""
    FOLLOWERS = "followers"
    """Of one service request; from the last closing."""
    TOKENS = "tokens"
    """From the last closing."""
    UNCONFIRMED_FOLLOWERS = "unconfirmed_followers"
    """From when an address was asked and nobody said yes."""
    ENDED_FOLLOWERS = "ended_followers"
    MESSAGES = "messages"
    LINKS = "links"
    """In messages; from when they were used or ran out."""
    ACCOUNTS = "accounts"
    """Of residents; from when they were last seen."""
    SESSIONS = "sessions"
    SIGN_IN_LINKS = "sign_in_links"
    COUNTERS = "counters"
    """Of writes and tries, by network address."""
    IDEMPOTENCY_KEYS = "idempotency_keys"
    ORIGINAL_PHOTOS = "original_photos"
    """From when the photo was redacted."""
    HIDDEN_PHOTOS = "hidden_photos"
    UNSENT_PHOTOS = "unsent_photos"
    """Of forms of staff that nobody sent in the end."""
    HELD_CHANGES = "batch_changes"
    """To many cases at once, with what was written; from when they were due."""
    WEBHOOK_CALLS = "webhook_calls"
    JOBS = "jobs"
    """That failed, with what they were to do; those that succeeded are gone at once."""


AFTER_CLOSING = frozenset({Kind.REPORTERS, Kind.PRIVATE_ANSWERS, Kind.FOLLOWERS, Kind.TOKENS})
"""What belongs to a service request: kept while that is open or disputed, however old it is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days; other ones for some services (only of kinds in ``AFTER_CLOSING``)."""

    days: int
    services: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is older than these moments goes."""

    before: datetime
    services: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retention:
    """The city's rules; a kind without one is kept."""

    rules: Mapping[Kind, Rule] = field(default_factory=dict)

    def cut(self, kind: Kind, now: datetime) -> Cut | None:
        """What of a kind goes now; none where it is kept."""
        rule = self.rules.get(kind)
        if rule is None:
            return None
        return Cut(_back(now, rule.days), {code: _back(now, days) for code, days in rule.services.items()})


def _back(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)
