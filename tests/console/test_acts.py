"""Asking, assigning, putting together, taking apart, passing on: each by its page, each in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import prioritise
from open311.actions.cases.progress import progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.priority import Priority
from open311.domain.roles import Role
from tests.accounts.conftest import log
from tests.console.acting import REPORTER, Hand
from tests.mailbox import Mailbox, link, words

OTHER = Actor("staff")
Make = Callable[..., Hand]


def last_acts(city: Connection) -> list[str]:
    """What the audit log says of cases."""
    return [act for _, act, target in log(city) if target.startswith("service_request:")]


def test_a_question_is_seen_asked_and_answered_once(
    hand: Make, confirmed: Any, run_jobs: Any, mailbox: Mailbox, case: Any, client: Any, city: Connection
) -> None:
    at = hand()
    confirmed()
    seen = at.act("ask", text="Which wall is it?", note="The file has two")
    assert "Which wall is it?" in seen
    assert case(at.number).status == "waiting_on_reporter"
    run_jobs()
    run_jobs()
    letter = mailbox.to(REPORTER)[-1]
    assert letter["Subject"] in seen
    assert "The file has two" not in words(letter)
    client.post(link(letter, "answer"), data={"words": "The northern one"})
    assert case(at.number).status == "in_progress"
    assert last_acts(city) == ["progress"]


def test_that_no_letter_reaches_the_reporter_is_said_before_asking(hand: Make) -> None:
    assert "no letter reaches them" in hand(email=None).open("ask").words


def test_a_question_has_words(hand: Make, case: Any) -> None:
    at = hand().open("ask")
    assert at.send("preview", text=" ") == 422
    assert "Write the question" in at.words
    assert at.send("fill", reply="Where exactly|es") == 200
    assert "¿Dónde está exactamente?" in at.words


def test_a_hand_over_says_why(hand: Make, case: Any, city: Connection) -> None:
    at = hand().open("assign")
    assert at.send("assign", desk="parks-recreation/trees") == 422
    assert "Say why another department is to have it" in at.words
    assert at.send("assign", desk="parks-recreation/trees", reason="It is on a tree") == 303
    row = case(at.number)
    assert (row.department, row.team, row.assignee) == ("parks-recreation", "trees", None)
    assert last_acts(city) == ["assign"]


def test_one_takes_it_oneself(hand: Make, case: Any, city: Connection) -> None:
    at = hand(Role.DEPARTMENT_WORKER).open("assign")
    assert at.send("me", desk="clip") == 303
    assert case(at.number).assignee == city.scalar(text("SELECT key FROM account"))


@pytest.mark.parametrize("role", [None, Role.EDITOR, Role.CREW])
def test_only_who_may_work_it_there_can_be_given_it(
    hand: Make, staff: Any, case: Any, role: Role | None, city: Connection
) -> None:
    at = hand()
    given = {"department": "streets"} if role is Role.CREW else {}
    other = staff(role, "other@phila.example", **given) if role else 999_999
    at.open("assign")
    assert at.send("assign", desk="clip", person=str(other)) == 422
    assert "has no role" in at.words
    assert case(at.number).assignee is None


def test_who_assigns_an_older_version_is_told(hand: Make, environment: Environment, case: Any) -> None:
    at = hand().open("assign")
    prioritise(environment, CaseRef("phila.gov", at.number), OTHER, Priority.HIGH, reason="I am on it")
    assert at.send("assign", desk="clip") == 409
    assert "I am on it" in at.words


def test_a_duplicate_is_seen_beside_the_other_before_it_follows(hand: Make, report: Any, city: Connection) -> None:
    near = report(description="The same tag", address_string="1 N Broad St")
    far = report(description="Far away", lat="40.05")
    at = hand().open("merge")
    assert (near in at.words, far in at.words) == (True, False)
    assert at.send("preview", near=near) == 200
    assert "A tag on the wall" in at.words
    assert "The same tag" in at.words
    assert f"This is the same as {near}." not in at.words  # nobody has confirmed an address
    assert at.send("send", number=near) == 303
    assert city.scalar(text("SELECT count(*) FROM relation WHERE kind = 'duplicate_of'")) == 1
    assert set(last_acts(city)) == {"merge"}


@pytest.mark.parametrize(
    ("number", "status", "fault"),
    [("", 422, "Choose one of these"), ("4711", 404, "There is no service request 4711"), ("itself", 422, "of itself")],
)
def test_what_is_no_duplicate_is_told_at_the_field(hand: Make, number: str, status: int, fault: str) -> None:
    at = hand().open("merge")
    assert at.send("preview", number=at.number if number == "itself" else number) == status
    assert fault in at.words


def test_a_case_becomes_several(hand: Make, city: Connection) -> None:
    at = hand().open("split")
    assert at.send("split", service1="SR-ST02") == 422
    assert "Say what part 1 is about" in at.words
    assert at.send("split", service1="SR-ST02", text1="Tires", service2="SR-ST03", text2="Bags") == 303
    assert city.scalar(text("SELECT count(*) FROM relation WHERE kind = 'part_of'")) == 2
    assert last_acts(city) == ["split"]


def test_parts_are_filed_once_however_often_the_button_is_pressed(hand: Make, city: Connection) -> None:
    at = hand().open("split")
    page, hidden, parts = at.browser.page, at.hidden, {"service1": "SR-ST02", "text1": "Tires"}
    for _ in range(2):
        at.browser.page = page
        assert at.send("split", **hidden, **parts) == 303
    assert city.scalar(text("SELECT count(*) FROM relation WHERE kind = 'part_of'")) == 1
    (part,) = city.scalars(text("SELECT service_request_id FROM service_request WHERE channel = 'split'")).all()
    at.browser.get(at.browser.page.headers["Location"])
    assert f"{at.number} is split into {part}" in at.browser.text
    assert at.open("split").send("split", **parts) == 303  # asked for anew, there is one more
    assert city.scalar(text("SELECT count(*) FROM relation WHERE kind = 'part_of'")) == 2


def test_what_is_closed_is_not_split(hand: Make, environment: Environment) -> None:
    at = hand()
    progress(
        environment,
        CaseRef("phila.gov", at.number),
        OTHER,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."),
    )
    assert at.open("split").send("split", service1="SR-ST02", text1="Tires") == 422
    assert "open it again before it is split" in at.words


def test_a_case_is_passed_on_to_a_body_outside(hand: Make, confirmed: Any, case: Any, city: Connection) -> None:
    at = hand()
    confirmed()
    at.open("refer")
    assert at.send("preview", body="clip") == 422
    seen = at.act("refer", body="peco", note="Pole 17")
    assert "We passed this on to PECO, who answers for it." in seen
    assert case(at.number).status == "referred"
    assert last_acts(city) == ["refer"]


@pytest.mark.parametrize("page", ["update", "ask", "assign", "merge", "split", "refer"])
def test_a_grant_for_elsewhere_opens_no_case(signed_in: Any, report: Any, page: str) -> None:
    number = report()
    browser = signed_in(Role.ADMINISTRATOR, department="parks-recreation")
    assert browser.get(f"/staff/r/{number}/{page}").status_code == 403
    assert browser.get(f"/staff/r/4711/{page}").status_code == 404
