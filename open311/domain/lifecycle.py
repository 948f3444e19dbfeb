"""The eight states of a service request and every step between them: one table."""

from __future__ import annotations

from enum import StrEnum

from open311.domain.errors import StepRefused


class Status(StrEnum):
    """Where a service request stands inside the city."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SCHEDULED = "scheduled"
    WAITING_ON_REPORTER = "waiting_on_reporter"
    REFERRED = "referred"
    CLOSED = "closed"
    DISPUTED = "disputed"


class Outcome(StrEnum):
    """How a service request ended."""

    RESOLVED = "resolved"
    NO_ACTION_NEEDED = "no_action_needed"
    NOT_FOUND = "not_found"
    NOT_RESPONSIBLE = "not_responsible"
    DUPLICATE = "duplicate"
    REFERRED_OUT = "referred_out"
    UNABLE = "unable"
    WITHDRAWN = "withdrawn"
    INVALID = "invalid"
    INFORMATION_GIVEN = "information_given"


_S = Status
STEPS: dict[Status, frozenset[Status]] = {
    _S.RECEIVED: frozenset(
        {_S.ACKNOWLEDGED, _S.IN_PROGRESS, _S.SCHEDULED, _S.WAITING_ON_REPORTER, _S.REFERRED, _S.CLOSED}
    ),
    _S.ACKNOWLEDGED: frozenset({_S.IN_PROGRESS, _S.SCHEDULED, _S.WAITING_ON_REPORTER, _S.REFERRED, _S.CLOSED}),
    _S.IN_PROGRESS: frozenset({_S.SCHEDULED, _S.WAITING_ON_REPORTER, _S.REFERRED, _S.CLOSED}),
    _S.SCHEDULED: frozenset({_S.IN_PROGRESS, _S.WAITING_ON_REPORTER, _S.CLOSED}),
    _S.WAITING_ON_REPORTER: frozenset({_S.IN_PROGRESS, _S.CLOSED}),
    _S.REFERRED: frozenset({_S.IN_PROGRESS, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.DISPUTED, _S.RECEIVED}),
    _S.DISPUTED: frozenset({_S.RECEIVED, _S.CLOSED}),
}

PUBLISHED: dict[Status, str] = {
    status: "closed" if status in (Status.CLOSED, Status.DISPUTED) else "open" for status in Status
}
"""What GeoReport v2 calls each state: ``open`` or ``closed``, nothing else."""

PAUSED = frozenset({Status.WAITING_ON_REPORTER, Status.REFERRED})
"""States in which the clock of the SLA stands still."""


def check_step(old: Status, new: Status, outcome: Outcome | None, text: str, scheduled: object | None = None) -> None:
    """Refuse what the table does not have, closing without outcome and public text, scheduling without a date.

    :raises StepRefused: with a sentence for the person who tried.
    """
    if new not in STEPS[old]:
        allowed = ", ".join(sorted(STEPS[old]))
        raise StepRefused(f"a service request that is {old} cannot become {new}; it can become {allowed}")
    if new is Status.CLOSED and (outcome is None or not text.strip()):
        raise StepRefused("closing needs an outcome and a public text")
    if new is not Status.CLOSED and outcome is not None:
        raise StepRefused("only a closed service request has an outcome")
    if new is Status.SCHEDULED and scheduled is None:
        raise StepRefused("scheduling needs a date")
    if new is not Status.SCHEDULED and scheduled is not None:
        raise StepRefused("only a scheduled service request has a date")
