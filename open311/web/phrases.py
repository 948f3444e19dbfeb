"""States, outcomes, priorities and what a step needs, in words: the same for residents, staff and every other page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from open311.domain.lifecycle import Lack, Outcome, Status
from open311.domain.priority import Priority
from open311.web.language import N_, gettext, spoken

_STATES: Mapping[Status, str] = {
    Status.RECEIVED: N_("Received"),
    Status.ACKNOWLEDGED: N_("Acknowledged"),
    Status.IN_PROGRESS: N_("In progress"),
    Status.SCHEDULED: N_("Scheduled"),
    Status.WAITING_ON_REPORTER: N_("Waiting on reporter"),
    Status.REFERRED: N_("Referred"),
    Status.CLOSED: N_("Closed"),
    Status.DISPUTED: N_("Disputed"),
}
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.RESOLVED: N_("Resolved"),
    Outcome.NO_ACTION_NEEDED: N_("No action needed"),
    Outcome.NOT_FOUND: N_("Not found"),
    Outcome.NOT_RESPONSIBLE: N_("Not responsible"),
    Outcome.DUPLICATE: N_("Duplicate"),
    Outcome.REFERRED_OUT: N_("Referred out"),
    Outcome.UNABLE: N_("Unable"),
    Outcome.WITHDRAWN: N_("Withdrawn"),
    Outcome.INVALID: N_("Invalid"),
    Outcome.INFORMATION_GIVEN: N_("Information given"),
}
_OUTCOME_CHOICES: Mapping[Outcome, str] = {
    Outcome.RESOLVED: N_("Resolved: it was done"),
    Outcome.NO_ACTION_NEEDED: N_("Nothing needs to be done"),
    Outcome.NOT_FOUND: N_("Not found there"),
    Outcome.NOT_RESPONSIBLE: N_("Not the city's"),
    Outcome.DUPLICATE: N_("A duplicate"),
    Outcome.REFERRED_OUT: N_("Somebody outside does it"),
    Outcome.UNABLE: N_("It cannot be done"),
    Outcome.WITHDRAWN: N_("The reporter withdrew it"),
    Outcome.INVALID: N_("No valid report"),
    Outcome.INFORMATION_GIVEN: N_("Information was given"),
}
_PRIORITIES: Mapping[Priority, str] = {
    Priority.URGENT: N_("Urgent"),
    Priority.HIGH: N_("High"),
    Priority.NORMAL: N_("Normal"),
    Priority.LOW: N_("Low"),
}
_LACKS: Mapping[Lack, str] = {
    Lack.OUTCOME: N_("Choose how it ended"),
    Lack.TEXT: N_("Tell the public why it is closed"),
    Lack.SCHEDULED: N_("Enter the day for which it is planned, today or later"),
}


class Step(NamedTuple):
    """A step of the lifecycle as it is offered in a form: its name, and what it means."""

    name: str
    meaning: str


_STEPS: Mapping[Status, Step] = {
    Status.RECEIVED: Step(N_("Open it again"), N_("It is new again, with its first promise.")),
    Status.ACKNOWLEDGED: Step(N_("Acknowledge"), N_("Somebody has looked at it.")),
    Status.IN_PROGRESS: Step(N_("In progress"), N_("Somebody works on it.")),
    Status.SCHEDULED: Step(N_("Schedule"), N_("It is planned for a day.")),
    Status.CLOSED: Step(N_("Close"), N_("Nothing more is going to be done. It needs an outcome and a public text.")),
}


def state(status: str) -> str:
    """A state of a service request."""
    return gettext(_STATES[Status(status)])


def states() -> dict[str, str]:
    """Every state, in the order of the lifecycle."""
    return {status: gettext(said) for status, said in _STATES.items()}


def outcome(outcome: str) -> str:
    """How a service request ended, as a label."""
    return gettext(_OUTCOMES[Outcome(outcome)])


def outcome_choices(outcomes: tuple[Outcome, ...] = tuple(Outcome)) -> list[tuple[str, str]]:
    """Outcomes to choose from in a form, with their values."""
    return [(str(each), gettext(_OUTCOME_CHOICES[each])) for each in outcomes]


def priority(value: int) -> str:
    """A priority by its number; the number itself if there is no such priority."""
    return gettext(_PRIORITIES[Priority(value)]) if value in set(Priority) else str(value)


def priorities() -> dict[int, str]:
    """Every priority, the highest first."""
    return {int(priority): gettext(said) for priority, said in _PRIORITIES.items()}


def step(status: Status) -> Step:
    """A step as a choice of a form. Steps that have a page of their own are not among them."""
    said = _STEPS[status]
    return Step(gettext(said.name), gettext(said.meaning))


def lack(what: Lack) -> str:
    """What is asked of whoever forgot something that a step needs."""
    return gettext(_LACKS[what])


def language_name(code: str) -> str:
    """A language by its name in the language of the page; the code itself if nobody knows it."""
    try:
        return str(Locale.parse(code, sep="-").get_display_name(spoken().language) or code)
    except (ValueError, UnknownLocaleError):
        return code
