"""What stands behind a link of a message, for the page that asks before anything is changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from open311.queries.reading import Statement, fetch_dicts

_LINK = Statement(
    text(
        """
        SELECT l.used_at IS NOT NULL AS used, s.jurisdiction, s.followed, s.reporter, s.language,
               s.service_code AS followed_service, s.boundary, r.service_request_id AS number, r.service_name,
               r.status, r.status_notes, s.uuid::text, s.ended_at IS NOT NULL AS ended
        FROM one_time_link l
        JOIN subscription s ON s.key = l.subscription
        LEFT JOIN service_request r ON r.key = coalesce(l.service_request, s.service_request)
        WHERE l.token_hash = :token_hash AND l.purpose = :purpose AND coalesce(l.expires_at > now(), true)
        """
    )
)
_FOLLOWED = Statement(
    text(
        """
        SELECT s.uuid::text, s.jurisdiction, s.followed, s.language, s.rhythm, s.service_code AS followed_service,
               s.boundary, r.service_request_id AS number
        FROM one_time_link l
        JOIN subscription mine ON mine.key = l.subscription
        JOIN subscription s ON s.channel = mine.channel AND lower(s.address) = lower(mine.address)
        LEFT JOIN service_request r ON r.key = s.service_request
        WHERE l.token_hash = :token_hash AND l.purpose = 'end' AND s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
          AND s.key <> mine.key
        ORDER BY s.key
        """
    )
)
_NUMBER = Statement(
    text(
        """
        SELECT p.jurisdiction, p.service_request_id AS number, r.service_name
        FROM publication p JOIN service_request r ON r.key = p.service_request
        WHERE p.service_request_id = :number AND p.jurisdiction = ANY(:jurisdictions)
        ORDER BY array_position(:jurisdictions, p.jurisdiction) LIMIT 1
        """
    )
)


def link(token_hash: bytes, purpose: str) -> dict[str, Any] | None:
    """What a link is about, whether used or not; none where it is unknown or its time has passed."""
    rows = fetch_dicts(_LINK, {"token_hash": token_hash, "purpose": purpose})
    return rows[0] if rows else None


def also_followed(token_hash: bytes) -> list[dict[str, Any]]:
    """What else the address follows that has a link with which it can end one thing: who has a letter has them all."""
    return fetch_dicts(_FOLLOWED, {"token_hash": token_hash})


def public_request(number: str, jurisdictions: list[str]) -> dict[str, Any] | None:
    """A public service request of the first of these jurisdictions that has this number."""
    rows = fetch_dicts(_NUMBER, {"number": number, "jurisdictions": jurisdictions})
    return rows[0] if rows else None
