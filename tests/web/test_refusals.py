"""Refusals have a family, a code and facts."""

from __future__ import annotations

import pytest

from open311.api import problems
from open311.domain import errors
from open311.domain.errors import FAMILIES, Mendable, NotPermitted, Refusal, StepRefused, TooManyRequests
from open311.web import failures

REFUSALS = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, Refusal) and each not in (Refusal, *FAMILIES)
]


@pytest.mark.parametrize("kind", REFUSALS)
def test_every_refusal_belongs_to_a_family_with_a_status(kind: type[Refusal]) -> None:
    assert {400, 403, 404, 409, 422, 429, 503} >= {problems.status_of(kind)}
    assert any(each in failures.STATUS for each in kind.__mro__)


def test_a_new_refusal_needs_no_line_in_a_table() -> None:
    class GroupIsFull(errors.Conflicting):
        """There is no room for another member."""

    assert GroupIsFull.code == "group_is_full"
    assert problems.status_of(GroupIsFull) == failures.status_of(GroupIsFull("full")) == 409


def test_a_code_is_the_name_of_the_class_unless_a_more_exact_one_is_given() -> None:
    assert StepRefused("no").code == "step_refused"
    assert StepRefused("no", code="no_such_step", old="closed").facts == {"old": "closed"}
    assert StepRefused("no", code="no_such_step").code == "no_such_step"
    assert TooManyRequests("wait", 7).retry_after == 7


def test_codes_are_distinct() -> None:
    assert len({each.code for each in REFUSALS}) == len(REFUSALS)


def test_what_is_not_permitted_is_not_mended_in_a_form_but_a_wrong_password_is() -> None:
    assert not issubclass(errors.NotAllowed, Mendable)
    assert issubclass(errors.SignInRefused, Mendable)
    assert issubclass(errors.SignInRefused, NotPermitted)
