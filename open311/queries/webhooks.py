"""Receivers and the calls that were given up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from open311.queries.reading import Statement, fetch_dicts

_ALL = Statement(
    text(
        """
        SELECT w.key, w.jurisdiction, w.url, w.events, count(*) FILTER (WHERE d.state = 'done') AS done,
               count(*) FILTER (WHERE d.state = 'waiting') AS waiting, count(*) FILTER (WHERE d.state = 'dead') AS dead
        FROM webhook w LEFT JOIN webhook_delivery d ON d.webhook = w.key
        WHERE w.removed_at IS NULL GROUP BY w.key ORDER BY w.key
        """
    )
)
_DEAD = Statement(
    text(
        """
        SELECT d.uuid::text AS delivery, w.url, d.event, r.service_request_id AS number, d.attempts, d.fault
        FROM webhook_delivery d
        JOIN webhook w ON w.key = d.webhook
        JOIN service_request_update u ON u.key = d.update
        JOIN service_request r ON r.key = u.service_request
        WHERE d.state = 'dead' ORDER BY d.key DESC LIMIT 1000
        """
    )
)


def all_webhooks() -> list[dict[str, Any]]:
    """Receivers that are called, with how their calls went."""
    return fetch_dicts(_ALL, {})


def dead_deliveries() -> list[dict[str, Any]]:
    """Calls that were given up, newest first."""
    return fetch_dicts(_DEAD, {})
