"""The lifecycle of a service request: its eight states, and a table of every step between them."""

from __future__ import annotations

from enum import StrEnum

from open311.domain.errors import StepRefused


class Status(StrEnum):
    """The state of a service request inside the city."""

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
"""The states that can follow each state."""

PUBLISHED: dict[Status, str] = {
    status: "closed" if status in (Status.CLOSED, Status.DISPUTED) else "open" for status in Status
}
"""What GeoReport v2 calls each state: ``open`` or ``closed``."""

PAUSED = frozenset({Status.WAITING_ON_REPORTER, Status.REFERRED})
"""The states in which the clock of the promise stands still."""


class Lack(StrEnum):
    """What a step needs but was not given; the values are names of form fields."""

    OUTCOME = "outcome"
    TEXT = "text"
    SCHEDULED = "scheduled"


def lacks(new: Status, outcome: Outcome | None, text: str, scheduled: object | None = None) -> list[Lack]:
    """Return what is missing for a step: closing needs an outcome and a public text, scheduling needs a day.

    Every form asks this rule before it sends anything, and :func:`check_step` asks it again.
    """
    needed = {
        Lack.OUTCOME: new is Status.CLOSED and outcome is None,
        Lack.TEXT: new is Status.CLOSED and not text.strip(),
        Lack.SCHEDULED: new is Status.SCHEDULED and scheduled is None,
    }
    return [each for each, missing in needed.items() if missing]


def check_step(old: Status, new: Status, outcome: Outcome | None, text: str, scheduled: object | None = None) -> None:
    """Check a step of the lifecycle before it is taken.

    :raises StepRefused: when the table has no such step, or the step lacks what it needs or has what it cannot have.
    """
    if new not in STEPS[old]:
        allowed = ", ".join(sorted(STEPS[old]))
        message = f"a service request that is {old} cannot become {new}; it can become {allowed}"
        raise StepRefused(message, code="no_such_step", old=old, new=new)
    if lacking := lacks(new, outcome, text, scheduled):
        said = "scheduling needs a date" if Lack.SCHEDULED in lacking else "closing needs an outcome and a public text"
        raise StepRefused(said, code=f"{new}_lacks_{lacking[0]}")
    if new is not Status.CLOSED and outcome is not None:
        raise StepRefused("only a closed service request has an outcome", code="outcome_without_closing")
    if new is not Status.SCHEDULED and scheduled is not None:
        raise StepRefused("only a scheduled service request has a date", code="day_without_scheduling")
