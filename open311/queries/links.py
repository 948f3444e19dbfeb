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
               r.status, r.status_notes
        FROM one_time_link l
        JOIN subscription s ON s.key = l.subscription
        LEFT JOIN service_request r ON r.key = coalesce(l.service_request, s.service_request)
        WHERE l.token_hash = :token_hash AND l.purpose = :purpose AND coalesce(l.expires_at > now(), true)
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


def public_request(number: str, jurisdictions: list[str]) -> dict[str, Any] | None:
    """A public service request of the first of these jurisdictions that has this number."""
    rows = fetch_dicts(_NUMBER, {"number": number, "jurisdictions": jurisdictions})
    return rows[0] if rows else None
