"""What reporters do through links in their letters: answer a question of staff, and say whether it was fixed."""

from __future__ import annotations

from open311.actions.base.actor import REPORTER
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction
from open311.actions.cases.case import aside, locked_key
from open311.actions.cases.progress import step
from open311.actions.telling.links import UsedLink, use
from open311.domain.change import Change
from open311.domain.draft import MAX_TEXT_CHARACTERS, clean_text
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Status
from open311.domain.link import LinkPurpose
from open311.models.cases.feedback import Feedback
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.relations import canonical_of


@transaction
def answer_question(environment: Environment, token: str, words: str) -> None:
    """Pass the reporter's answer to the staff who asked, and give the service request back to them.

    The answer is a note for staff, never public text. It is noted even if staff no longer wait for it.

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
    """Note whether the reporter says that it was fixed. A "no" makes a closed case disputed, and staff decide.

    What is said of a duplicate counts for the service request that it is a duplicate of.

    :raises UnknownLink: when the link is not valid; it is valid for 14 days after closing.
    :raises InvalidArgument: when the text is too long.
    """
    words = _checked(words)
    reported = _case_of(use(token, LinkPurpose.FIXED))
    case = _worked_on(reported)
    add(Feedback, {"service_request": reported, "fixed": fixed, "words": words or None})
    if not fixed and case.status == Status.CLOSED:
        step(environment, case, REPORTER, Change(Status.DISPUTED, note=words))


def _worked_on(key: int) -> ServiceRequest:
    """Lock a service request, or the one that it is a duplicate of."""
    return locked_key(canonical_of(key) or key)


def _case_of(link: UsedLink) -> int:
    """Return the primary key of a link's service request; links for these purposes always have one."""
    assert link.service_request is not None
    return link.service_request


def _checked(words: str) -> str:
    words = clean_text(words)
    if len(words) > MAX_TEXT_CHARACTERS:
        raise InvalidArgument(f"at most {MAX_TEXT_CHARACTERS} characters")
    return words
