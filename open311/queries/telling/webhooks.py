"""Webhooks and the calls that failed, for those who look after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open311.queries.reading import Statement, fetch_as

MAX_DELIVERIES = 1000
"""The most failed calls that are listed."""


@dataclass(frozen=True, slots=True)
class WebhookSummary:
    """A receiver, and how many of its calls ended how."""

    key: int
    jurisdiction: str
    url: str
    events: list[str]
    done: int
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A call that failed: for the last time (``dead``), or to be made again (``waiting``)."""

    delivery: str
    url: str
    event: str
    number: str
    attempts: int
    fault: str | None
    state: str
    next_at: datetime


_ALL = Statement(
    """
    SELECT w.key, w.jurisdiction, w.url, w.events, count(*) FILTER (WHERE d.state = 'done') AS done,
           count(*) FILTER (WHERE d.state = 'waiting') AS waiting, count(*) FILTER (WHERE d.state = 'dead') AS dead
    FROM webhook w LEFT JOIN webhook_delivery d ON d.webhook = w.key
    WHERE w.removed_at IS NULL GROUP BY w.key ORDER BY w.key
    """
)
_FAILED = """
    SELECT d.uuid::text AS delivery, w.url, d.event, r.service_request_id AS number, d.attempts, d.fault, d.state,
           d.next_at
    FROM webhook_delivery d
    JOIN webhook w ON w.key = d.webhook
    JOIN service_request_update u ON u.key = d.update
    JOIN service_request r ON r.key = u.service_request
    WHERE {} ORDER BY d.key DESC LIMIT :most
"""
_DEAD = Statement(_FAILED.format("d.state = 'dead'"))
_RETRIED = Statement(_FAILED.format("d.state = 'waiting' AND d.attempts > 0"))


_ENDED = Statement(
    """
    SELECT key, url, gone_at FROM webhook WHERE gone_at > now() - interval '90 days' ORDER BY gone_at DESC, key DESC
    """
)


@dataclass(frozen=True, slots=True)
class EndedWebhook:
    """A receiver that said that it wants no more calls."""

    key: int
    url: str
    gone_at: datetime


def ended_webhooks() -> list[EndedWebhook]:
    """Return the receivers that answered 410 in the last 90 days, newest first."""
    return fetch_as(EndedWebhook, _ENDED)


def all_webhooks() -> list[WebhookSummary]:
    """Return the receivers that are called."""
    return fetch_as(WebhookSummary, _ALL)


def dead_deliveries() -> list[FailedDelivery]:
    """Return the calls that failed for the last time, newest first."""
    return fetch_as(FailedDelivery, _DEAD, {"most": MAX_DELIVERIES})


def retried_deliveries() -> list[FailedDelivery]:
    """Return the calls that failed and will be made again, newest first."""
    return fetch_as(FailedDelivery, _RETRIED, {"most": MAX_DELIVERIES})
