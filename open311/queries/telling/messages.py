"""Messages as they are when they leave: with what is true by then of their receiver and their subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from open311.domain.event import Audience, Event
from open311.domain.link import LinkPurpose
from open311.queries.reading import Statement, fetch, fetch_as, fetch_value
from open311.wire.facts import CaseFacts

MESSAGE = """
SELECT m.key, m.uuid::text, m.event AS event_name, m.channel, m.address, m.attempts, m.subscription,
       coalesce(s.jurisdiction, r.jurisdiction) AS jurisdiction, s.target, coalesce(s.reporter, false) AS reporter,
       s.language, s.rhythm, s.push_key, s.push_secret, s.ended_at, s.confirmed_at, m.service_request,
       r.service_request_id AS number, r.service_code, r.service_name, r.agency_responsible, r.expected_datetime,
       r.scheduled_datetime, r.closed_datetime,
       coalesce(cardinality(r.withheld) > 0, false) AS withheld,
       CASE WHEN m.subscription IS NULL THEN u.note ELSE u.description END AS text, u.outcome,
       CASE WHEN EXISTS (SELECT FROM media x WHERE x.service_request_update = u.key AND x.moderation = 'approved'
                         AND right(u.media_url, length(x.file)) = x.file) THEN u.media_url END AS photo,
       m.service_request IS NULL OR p.service_request IS NOT NULL AS public,
       convert_from(p.json, 'UTF8')::json ->> 'address' AS place
FROM message m
LEFT JOIN subscription s ON s.key = m.subscription
LEFT JOIN service_request r ON r.key = coalesce(m.service_request, s.service_request)
LEFT JOIN publication p ON p.service_request = r.key
LEFT JOIN service_request_update u ON u.key = m.update
"""
"""SQL of a ``Message``; ``m`` is the row of ``message`` and ``s`` its subscription, where it has one."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, its receiver, and the service request that it is about, if any."""

    key: int
    uuid: str
    event_name: str
    channel: str
    address: str
    attempts: int
    subscription: int | None
    jurisdiction: str
    target: str | None
    reporter: bool
    language: str | None
    rhythm: str | None
    push_key: str | None
    push_secret: str | None
    ended_at: datetime | None
    confirmed_at: datetime | None
    service_request: int | None
    number: str | None
    service_code: str | None
    service_name: str | None
    agency_responsible: str | None
    expected_datetime: datetime | None
    scheduled_datetime: datetime | None
    closed_datetime: datetime | None
    withheld: bool
    """Whether some of what was reported looks like personal data, and waits for staff."""
    text: str | None
    outcome: str | None
    photo: str | None
    """The URL of a photo of the work, while everybody may see it."""
    public: bool
    """Whether everybody may know what it is about."""
    place: str | None

    @property
    def event(self) -> Event:
        """What kind of message it is."""
        return Event(self.event_name)

    @property
    def facts(self) -> CaseFacts:
        """What it may say of the service request."""
        return CaseFacts(
            number=self.number,
            service=self.service_name or "",
            department=self.agency_responsible or "",
            place=self.place,
            text=self.text,
            expected=self.expected_datetime,
            scheduled=self.scheduled_datetime,
            photo=self.photo,
        )

    @property
    def is_wanted(self) -> bool:
        """Whether the receiver still wants it, and may still have it. Staff are not asked."""
        kind = self.event.kind
        if kind.audience is Audience.STAFF:
            return True
        if self.event is Event.CONFIRM:
            return self.ended_at is None and self.confirmed_at is None
        agreed = self.confirmed_at is not None or (self.reporter and kind.receipt)
        return self.ended_at is None and agreed and (self.public or self.reporter)

    def links(self, moment: datetime) -> dict[LinkPurpose, datetime | None]:
        """Return the links that it offers if it leaves now, and when each expires (None for never)."""
        if self.subscription is None:
            return {}
        offered: dict[LinkPurpose, datetime | None] = {LinkPurpose.END: None}
        asks = LinkPurpose.CONFIRM if self.confirmed_at is None else self.event.kind.asks if self.reporter else None
        since = self.closed_datetime if asks is LinkPurpose.FIXED else moment
        if asks and since:
            offered[asks] = since + asks.kind.valid_for if asks.kind.valid_for else None
        return offered


_OF_UPDATES = Statement(
    f"{MESSAGE} WHERE u.uuid::text = ANY(:updates) AND m.subscription IS NOT NULL ORDER BY s.reporter DESC, m.key"
)


def messages_about(updates: Sequence[str]) -> list[Message]:
    """Return the messages to followers about these updates (UUIDs), those to reporters first."""
    return fetch_as(Message, _OF_UPDATES, {"updates": list(updates)})


_FIRST_MAIL = Statement(
    """
    SELECT uuid::text FROM message
    WHERE service_request = :service_request AND channel = 'email' AND lower(address) = lower(:address)
    ORDER BY key LIMIT 1
    """
)


def first_mail(service_request: int | None, address: str) -> str | None:
    """Return the UUID of the first mail to an address about a service request: mail programs thread the rest to it."""
    found: str | None = fetch_value(_FIRST_MAIL, {"service_request": service_request, "address": address})
    return found


_OF_DIGEST = Statement(
    f"""
    {MESSAGE}
    WHERE m.digest = :digest AND (m.service_request IS NULL OR p.service_request IS NOT NULL) ORDER BY m.key
    """
)


def messages_of_digest(digest: int) -> list[Message]:
    """Return what a digest (the key of its message) is made of, in the order in which it happened.

    What is no longer public is left out.
    """
    return fetch_as(Message, _OF_DIGEST, {"digest": digest})


_STRANGERS_LETTERS = Statement(
    """
    SELECT count(*) FILTER (WHERE m.sent_at > now() - interval '1 hour'), count(*)
    FROM subscription s JOIN message m ON m.subscription = s.key
    WHERE s.channel = :channel AND lower(s.address) = lower(:address) AND s.confirmed_at IS NULL
      AND m.state = 'sent' AND m.sent_at > now() - interval '1 day'
    """
)


def strangers_letters(channel: str, address: str) -> tuple[int, int]:
    """Count what was sent to an address that nobody has confirmed: in the last hour, and in the last day."""
    [(hour, day)] = fetch(_STRANGERS_LETTERS, {"channel": channel, "address": address})
    return int(hour), int(day)
