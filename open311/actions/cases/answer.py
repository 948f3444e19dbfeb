"""What reporters do behind links in their letters: answer a question of staff, and say whether it was fixed."""

from __future__ import annotations

from open311.actions.base.actor import REPORTER
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction
from open311.actions.cases.case import aside, locked_key
from open311.actions.cases.progress import step
from open311.actions.telling.links import UsedLink, use
from open311.domain.change import Change
from open311.domain.draft import DESCRIPTION_LIMIT, clean_text
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Status
from open311.domain.link import LinkPurpose
from open311.models.cases.feedback import Feedback
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.relations import canonical_of


@transaction
def answer_question(environment: Environment, token: str, words: str) -> None:
    """Give the reporter's answer to the staff who asked, and the service request back to them.

    The answer is a note for staff, never public text. Where staff no longer wait for it, it is noted all the same.

    :raises UnknownLink: when the link is not valid.
    :raises InvalidArgument: when the answer is empty or too long.
    """
    words = _checked(words)
    if not words:
        raise InvalidArgument("an answer has words")
    case = _worked_on(_case_of(use(token, LinkPurpose.ANSWER)))
    if case.status == Status.WAITING_ON_REPORTER:
        step(environment, case, REPORTER, Change(Status.IN_PROGRESS, note=words))
    else:
        aside(environment, case, "note", REPORTER, words)


@transaction
def say_fixed(environment: Environment, token: str, fixed: bool, words: str) -> None:
    """Note whether the reporter says that it was fixed. A "no" makes the closed case disputed, and staff decide.

    For a duplicate, it is said of the service request that is worked on.

    :raises UnknownLink: when the link is not valid; it is valid for 14 days after closing.
    :raises InvalidArgument: when the words are too many.
    """
    words = _checked(words)
    reported = _case_of(use(token, LinkPurpose.FIXED))
    case = _worked_on(reported)
    add(Feedback, {"service_request": reported, "fixed": fixed, "words": words or None})
    if not fixed and case.status == Status.CLOSED:
        step(environment, case, REPORTER, Change(Status.DISPUTED, note=words))


def _worked_on(key: int) -> ServiceRequest:
    """The service request, or the one that it is a duplicate of, locked."""
    return locked_key(canonical_of(key) or key)


def _case_of(link: UsedLink) -> int:
    """Return the service request of a link; those of these purposes always have one."""
    assert link.service_request is not None
    return link.service_request


def _checked(words: str) -> str:
    words = clean_text(words)
    if len(words) > DESCRIPTION_LIMIT:
        raise InvalidArgument(f"at most {DESCRIPTION_LIMIT} characters")
    return words
