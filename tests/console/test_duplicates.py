"""A case that follows another is nobody's work: it leaves the queues, says whose it is, and offers no step."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress
from open311.actions.cases.relate import merge
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.queries.cases.queues import Queue
from tests.accounts.conftest import Browser
from tests.console.acting import Hand
from tests.console.conftest import counted, link, listed, words

BY = Actor("staff:tests")
ACTS = ("Update", "Ask the reporter", "Assign", "Merge", "Split", "Refer", "Not a duplicate", "Comment or note")


@pytest.fixture
def pair(report: Any, environment: Environment) -> tuple[str, str]:
    """A case, and its duplicate."""
    first, later = report(), report()
    merge(environment, CaseRef("phila.gov", later), BY, first)
    return first, later


def offered(desk: Browser) -> list[str]:
    return [each for each in ACTS if link(desk, each)]


STATES = {
    "received": Change(Status.ACKNOWLEDGED),
    "waiting": Change(Status.WAITING_ON_REPORTER, text="Which wall?"),
    "closed": Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("late", [-1, 0, 30])
def test_no_queue_of_work_holds_or_counts_a_duplicate(
    desk: Browser, pair: tuple[str, str], environment: Environment, city: Connection, state: str, late: int
) -> None:
    first, later = pair
    city.execute(text("UPDATE service_request SET expected_datetime = now() + make_interval(days => :d)"), {"d": late})
    progress(environment, CaseRef("phila.gov", first), BY, STATES[state])
    for queue in set(Queue) - {Queue.EVERYTHING, Queue.REVIEW}:
        desk.get(f"/staff?queue={queue}")
        assert later not in listed(desk), queue
        assert counted(desk).get(queue, len(listed(desk))) == len(listed(desk)), queue


def test_where_all_are_listed_a_duplicate_says_whose(desk: Browser, pair: tuple[str, str]) -> None:
    first, later = pair
    desk.get("/staff?queue=everything")
    assert set(listed(desk)) == {first, later}
    assert words(desk).count(f"Duplicate of {first}") == 1


def test_its_page_says_so_and_offers_only_what_makes_sense(desk: Browser, pair: tuple[str, str]) -> None:
    first, later = pair
    desk.get(f"/staff/r/{later}")
    assert f"Duplicate of {first}" in words(desk)
    assert offered(desk) == ["Not a duplicate", "Comment or note"]
    desk.get(f"/staff/r/{first}")
    assert "Duplicate of" not in words(desk)
    assert "Not a duplicate" not in offered(desk)


def test_a_closed_case_offers_no_step_that_it_cannot_take(desk: Browser, report: Any, environment: Environment) -> None:
    number = report()
    progress(environment, CaseRef("phila.gov", number), BY, STATES["closed"])
    desk.get(f"/staff/r/{number}")
    assert offered(desk) == ["Update", "Assign", "Merge"]


def test_staff_can_say_that_it_is_none_after_all(hand: Any, report: Any, environment: Environment) -> None:
    who: Hand = hand()
    merge(environment, CaseRef("phila.gov", who.number), BY, report())
    who.open("unmerge")
    assert who.send("") == 303
    who.browser.get(who.browser.page.headers["Location"])
    assert f"{who.number} is a request of its own again" in words(who.browser)
    who.browser.get("/staff?queue=new")
    assert who.number in listed(who.browser)
