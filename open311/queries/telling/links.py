"""What is behind a link of a message, for the page that asks before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass

from open311.domain.link import LinkPurpose
from open311.queries.reading import Statement, fetch_as, fetch_one_as


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link that has not expired: whether it was used, what its receiver follows, and that service request, if any."""

    used: bool
    jurisdiction: str
    target: str
    reporter: bool
    language: str | None
    number: str | None
    service_name: str | None
    status: str | None
    status_notes: str | None
    uuid: str
    ended: bool


_LINK = Statement(
    """
    SELECT l.used_at IS NOT NULL AS used, s.jurisdiction, s.target, s.reporter, s.language,
           r.service_request_id AS number, r.service_name, r.status, r.status_notes, s.uuid::text,
           s.ended_at IS NOT NULL AS ended
    FROM one_time_link l
    JOIN subscription s ON s.key = l.subscription
    LEFT JOIN service_request r ON r.key = coalesce(l.service_request, s.service_request)
    WHERE l.token_hash = :token_hash AND l.purpose = :purpose AND coalesce(l.expires_at > now(), true)
    """
)


def opened_link(token_hash: bytes, purpose: LinkPurpose) -> OpenedLink | None:
    """Return what a link is about, whether used or not, or None where it is unknown or has expired."""
    return fetch_one_as(OpenedLink, _LINK, {"token_hash": token_hash, "purpose": purpose})


@dataclass(frozen=True, slots=True)
class Followed:
    """One more thing that an address follows."""

    uuid: str
    jurisdiction: str
    target: str
    language: str | None
    rhythm: str
    number: str | None


_FOLLOWED = Statement(
    """
    SELECT s.uuid::text, s.jurisdiction, s.target, s.language, s.rhythm, r.service_request_id AS number
    FROM one_time_link l
    JOIN subscription mine ON mine.key = l.subscription
    JOIN subscription s ON s.channel = mine.channel AND lower(s.address) = lower(mine.address)
    LEFT JOIN service_request r ON r.key = s.service_request
    WHERE l.token_hash = :token_hash AND l.purpose = :purpose AND s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
      AND s.key <> mine.key
    ORDER BY s.key
    """
)


def also_followed(token_hash: bytes) -> list[Followed]:
    """Return what else the address of a link follows; the link must be one that ends something."""
    return fetch_as(Followed, _FOLLOWED, {"token_hash": token_hash, "purpose": LinkPurpose.END})
