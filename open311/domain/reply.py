"""Ready sentences for staff to tell residents with: which of them fit a step, the nearest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from open311.domain.lifecycle import Outcome, Status

KNOWN = frozenset({"city", "number", "service", "department", "place", "expected"})
"""Placeholders that a reply may have; staff see and change the filled text before it is sent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text for one state, and perhaps one outcome and some services only; ``texts`` by language."""

    name: str
    status: Status
    texts: Mapping[str, str]
    outcome: Outcome | None = None
    services: frozenset[str] = frozenset()

    @property
    def particular(self) -> int:
        """How closely it names what it is for: a service says more than an outcome."""
        return 2 * bool(self.services) + bool(self.outcome)


def fitting(replies: Iterable[Reply], statuses: Iterable[Status], service_code: str) -> list[Reply]:
    """The replies for one of these states and for this service: the states in their order, the most particular first.

    Those that are equally near stay in the order of the file.
    """
    order = {status: place for place, status in enumerate(statuses)}
    found = (each for each in replies if each.status in order and service_code in (each.services or {service_code}))
    return sorted(found, key=lambda each: (order[each.status], -each.particular))
