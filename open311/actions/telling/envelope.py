"""The outside of a mail, which is the same whomever it goes to and whatever it says."""

from __future__ import annotations

from urllib.parse import urlsplit

from open311.actions.base.environment import Environment
from open311.catalog.city import Jurisdiction
from open311.domain.contact import ascii_host
from open311.domain.moment import now
from open311.wire.letter import Envelope


def envelope(
    environment: Environment, jurisdiction: Jurisdiction, to: str, uuid: str, first: str | None = None
) -> Envelope:
    """Return the envelope of a mail from a jurisdiction to the address ``to``.

    ``uuid`` makes its Message-ID; ``first`` is the UUID of the first mail about the same thing, for threading.
    """
    host = _message_host(environment.public_url)
    return Envelope(
        sender=environment.mail_from,
        sender_name=jurisdiction.name,
        reply_to=jurisdiction.email,
        to=to,
        message_id=f"<{uuid}@{host}>",
        thread=f"<{first}@{host}>" if first else None,
        moment=now(),
    )


def _message_host(public_url: str) -> str:
    """Return the right half of Message-IDs: our host in ASCII, an address of the network in brackets (RFC 5322)."""
    host = urlsplit(public_url).hostname or "localhost"
    return f"[{host}]" if ":" in host else ascii_host(host) or "localhost"
