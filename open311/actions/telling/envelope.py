"""What every mail of the city has on its outside, whoever it goes to."""

from __future__ import annotations

from urllib.parse import urlsplit

from open311.actions.base.environment import Environment
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from open311.wire.letter import Envelope


def envelope(
    environment: Environment, jurisdiction: Jurisdiction, to: str, uuid: str, first: str | None = None
) -> Envelope:
    """From the jurisdiction; ``uuid`` makes the Message-ID, ``first`` is that of the first mail about the same."""
    host = urlsplit(environment.public_url).hostname or "localhost"
    return Envelope(
        sender=environment.mail_from,
        sender_name=jurisdiction.name,
        reply_to=jurisdiction.email,
        to=to,
        message_id=f"<{uuid}@{host}>",
        thread=f"<{first}@{host}>" if first else None,
        moment=now(),
    )
