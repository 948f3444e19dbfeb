"""What reporters do behind links: answer a question of staff, and say whether it was fixed."""

from __future__ import annotations

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction
from open311.actions.cases.case import aside, locked_key
from open311.actions.cases.progress import step
from open311.actions.cases.relate import canonical_of
from open311.actions.telling.links import use
from open311.domain.draft import DESCRIPTION_LIMIT, clean_text
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import Status
from open311.models.cases.feedback import Feedback

REPORTER = Actor("reporter")


@transaction
def answer_question(environment: Environment, token: str, words: str) -> None:
    """Give the answer to those who work on it, and the case back to them. It is for staff, so it is no public text.

    Where they did not wait, the answer is noted all the same.

    :raises UnknownLink: the link is not valid.
    :raises InvalidArgument: there are no words, or too many.
    """
    words = _checked(words)
    if not words:
        raise InvalidArgument("an answer has words")
    link = use(token, "answer")
    case = locked_key(canonical_of(link["service_request"]) or link["service_request"])
    if case.status == Status.WAITING_ON_REPORTER:
        step(environment, case, Status.IN_PROGRESS, REPORTER, note=words)
    else:
        aside(environment, case, "note", REPORTER, words)


@transaction
def say_fixed(environment: Environment, token: str, fixed: bool, words: str) -> None:
    """Note whether it was fixed; ``no`` makes the closed case disputed, and staff decide.

    Of a duplicate, it is said of the one that is worked on.

    :raises UnknownLink: the link is not valid; it is so for 14 days after closing.
    :raises InvalidArgument: there are too many words.
    """
    words = _checked(words)
    link = use(token, "fixed")
    case = locked_key(canonical_of(link["service_request"]) or link["service_request"])
    add(Feedback, {"service_request": link["service_request"], "fixed": fixed, "words": words or None})
    if not fixed and case.status == Status.CLOSED:
        step(environment, case, Status.DISPUTED, REPORTER, note=words)


def _checked(words: str) -> str:
    words = clean_text(words)
    if len(words) > DESCRIPTION_LIMIT:
        raise InvalidArgument(f"at most {DESCRIPTION_LIMIT} characters")
    return words
