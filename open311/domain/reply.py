"""Canned replies: sentences that staff choose, edit and send, and which of them fit a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from open311.domain.event import Subject
from open311.domain.lifecycle import Outcome, Status

PLACEHOLDERS = Subject.SERVICE_REQUEST.placeholders - {"text", "scheduled", "photo", "held"}
"""What a reply may name: what a message may, except for what is still being written when a reply is chosen."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A canned reply for one state, optionally for one outcome or some services only; ``texts`` are by language."""

    name: str
    status: Status
    texts: Mapping[str, str]
    outcome: Outcome | None = None
    services: frozenset[str] = frozenset()

    @property
    def specificity(self) -> int:
        """How closely the reply names what it is for: naming a service counts more than naming an outcome."""
        return 2 * bool(self.services) + bool(self.outcome)


def fitting(replies: Iterable[Reply], statuses: Iterable[Status], service_code: str) -> list[Reply]:
    """Return the replies for these states and this service: in the order of the states, the most specific first.

    Replies that are equally specific stay in the order of the file.
    """
    order = {status: place for place, status in enumerate(statuses)}
    found = (each for each in replies if each.status in order and service_code in (each.services or {service_code}))
    return sorted(found, key=lambda each: (order[each.status], -each.specificity))
