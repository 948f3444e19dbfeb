"""Receivers, and the calls that failed."""

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
_FAILED = """
        SELECT d.uuid::text AS delivery, w.url, d.event, r.service_request_id AS number, d.attempts, d.fault,
               d.state, d.next_at
        FROM webhook_delivery d
        JOIN webhook w ON w.key = d.webhook
        JOIN service_request_update u ON u.key = d.update
        JOIN service_request r ON r.key = u.service_request
        WHERE {} ORDER BY d.key DESC LIMIT 1000
"""
_DEAD = Statement(text(_FAILED.format("d.state = 'dead'")))
_RETRIED = Statement(text(_FAILED.format("d.state = 'waiting' AND d.attempts > 0")))


def all_webhooks() -> list[dict[str, Any]]:
    """Receivers that are called, with how their calls went."""
    return fetch_dicts(_ALL, {})


def dead_deliveries() -> list[dict[str, Any]]:
    """Calls that failed for the last time, newest first."""
    return fetch_dicts(_DEAD, {})


def retried_deliveries() -> list[dict[str, Any]]:
    """Calls that failed and will be made again, newest first."""
    return fetch_dicts(_RETRIED, {})
