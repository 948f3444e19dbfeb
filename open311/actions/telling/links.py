"""Links that only their receiver knows: made when a message leaves, and used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from open311.actions.base.transaction import write_apart, write_returning
from open311.domain.errors import UnknownLink
from open311.domain.link import LinkPurpose
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.queries.reading import Statement

_ADD = Statement(
    """
    INSERT INTO one_time_link (token_hash, purpose, subscription, service_request, expires_at)
    SELECT token_hash, purpose, :subscription, :service_request, expires_at
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:purposes AS text[]), CAST(:expires AS timestamptz[]))
         AS made(token_hash, purpose, expires_at)
    RETURNING 1
    """
)


def make_links(
    public_url: str,
    subscription: int | None,
    service_request: int | None,
    expires: Mapping[LinkPurpose, datetime | None],
) -> dict[str, str]:
    """Make a new link for each purpose, which expires then (None for never), and return their URLs by purpose.

    They are committed at once: they must work when their message has left, whatever happens to the transaction.
    """
    tokens = {purpose: new_secret() for purpose in expires}
    given = {
        "hashes": [hashed(token) for token in tokens.values()],
        "purposes": list(tokens),
        "expires": list(expires.values()),
        "subscription": subscription,
        "service_request": service_request,
    }
    if tokens:
        write_apart(_ADD, given)
    return {purpose: link_url(public_url, purpose, token) for purpose, token in tokens.items()}


def link_url(public_url: str, purpose: LinkPurpose, token: str) -> str:
    """Return the URL of a link."""
    return f"{public_url}/{purpose.kind.path}/{token}"


@dataclass(frozen=True, slots=True)
class UsedLink:
    """What a link that was just used is about."""

    subscription: int
    service_request: int | None


_USE = Statement(
    """
    UPDATE one_time_link SET used_at = coalesce(used_at, :now)
    WHERE token_hash = :token_hash AND purpose = :purpose AND (used_at IS NULL OR :reusable)
      AND coalesce(expires_at > :now, true)
    RETURNING subscription, service_request
    """
)


def use(token: str, purpose: LinkPurpose) -> UsedLink:
    """Use a link. Of two who use it at the same moment, one is refused, unless its purpose is reusable.

    :raises UnknownLink: when there is no such link, or it was used or has expired.
    """
    given = {"token_hash": hashed(token), "purpose": purpose, "reusable": purpose.kind.reusable, "now": now()}
    for subscription, service_request in write_returning(_USE, given):
        return UsedLink(subscription, service_request)
    raise UnknownLink("this link is no longer valid")
