"""Agree to be told, or stop it, through a link in a message. Doing either again changes nothing."""

from __future__ import annotations

from open311.actions.base.transaction import transaction, write
from open311.actions.telling.links import use
from open311.domain.link import LinkPurpose
from open311.domain.moment import now
from open311.queries.reading import Statement

_CONFIRM = Statement(
    """
    UPDATE subscription SET confirmed_at = coalesce(confirmed_at, :now), ended_at = NULL, bounced_at = NULL
    WHERE key = :subscription
    """
)
_VERIFY = Statement(
    """
    UPDATE contact_point c SET verified_at = coalesce(c.verified_at, :now)
    FROM subscription s JOIN reporter_link l ON l.service_request = s.service_request
    WHERE s.key = :subscription AND s.reporter AND c.person = l.person AND c.normal = lower(s.address)
    """
)
_END = Statement("UPDATE subscription SET ended_at = coalesce(ended_at, :now) WHERE key = :subscription")
_END_OTHER = Statement(
    """
    UPDATE subscription s SET ended_at = coalesce(s.ended_at, :now)
    FROM subscription mine
    WHERE mine.key = :subscription AND s.channel = mine.channel AND lower(s.address) = lower(mine.address)
      AND :what IN ('all', s.uuid::text)
    """
)


@transaction
def confirm(token: str) -> None:
    """Agree to be told. If a reporter does, their address is known to be theirs from then on.

    :raises UnknownLink: when the link is not valid.
    """
    given = {"subscription": use(token, LinkPurpose.CONFIRM).subscription, "now": now()}
    write(_CONFIRM, given)
    write(_VERIFY, given)


@transaction
def end(token: str) -> None:
    """Stop writing to the address about what the link is about.

    :raises UnknownLink: when the link is not valid.
    """
    write(_END, {"subscription": use(token, LinkPurpose.END).subscription, "now": now()})


@transaction
def end_other(token: str, what: str) -> None:
    """Stop writing to the address about something else (the UUID of a subscription), or about everything (``all``).

    :raises UnknownLink: when the link is not valid.
    """
    write(_END_OTHER, {"subscription": use(token, LinkPurpose.END).subscription, "what": what, "now": now()})
