"""What follows when a receiver is refused for good: nothing more is sent there, it is marked, and staff are told."""

from __future__ import annotations

from open311.actions.base.transaction import add, write, write_returning
from open311.domain.moment import now
from open311.models.cases.update import Update
from open311.queries.reading import Statement
from open311.queries.telling.messages import Message

REPORTER_NOTE = "The reporter gets no more letters: mail to the address they gave is refused ({})."
"""What the history of a service request says to staff when a letter to its reporter bounced."""
STAFF_NOTE = "A letter to staff about this was refused ({}): check the address of its receiver."
"""What it says when a letter to staff bounced."""

_END = Statement(
    """
    UPDATE subscription SET ended_at = :now, bounced_at = :now
    WHERE channel = :channel AND lower(address) = lower(:address) AND ended_at IS NULL
    RETURNING reporter, service_request, jurisdiction
    """
)
_MARK = Statement("UPDATE contact_point SET bounced_at = coalesce(bounced_at, :now) WHERE normal = lower(:address)")


def bounced(message: Message, said: str) -> None:
    """End every subscription of the address of a message, mark the address, and tell staff on its cases.

    ``said`` is why it was refused; an address in it is left out, as who reported is read behind a button only.
    """
    given = {"now": now(), "channel": message.channel, "address": message.address}
    ended = write_returning(_END, given)
    write(_MARK, given)
    why = said.replace(message.address, "the address")[:200]
    for reporter, service_request, jurisdiction in ended:
        if reporter and service_request:
            _note(service_request, jurisdiction, REPORTER_NOTE.format(why))
    if message.subscription is None and message.service_request:
        _note(message.service_request, message.jurisdiction, STAFF_NOTE.format(why))


def _note(service_request: int, jurisdiction: str, note: str) -> None:
    row = {
        "service_request": service_request,
        "jurisdiction": jurisdiction,
        "kind": "system",
        "public": False,
        "note": note,
        "actor": "system",
        "occurred_at": now().replace(microsecond=0),
    }
    add(Update, row)
