"""A number in the search opens its case from anywhere, however it is written; other words say what lies elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import progress
from open311.actions.publications.publish import publish
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.roles import Role
from open311.domain.typed_number import MAX_NUMBERS, typed_numbers
from open311.models.base import database
from tests.accounts.conftest import HOME, Browser
from tests.console.conftest import listed, words

BY = Actor("staff:tests")


def close(environment: Environment, number: str) -> str:
    done = Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done.")
    progress(environment, CaseRef("phila.gov", number), BY, done)
    return number


def search(desk: Browser, q: str, queue: str = "new") -> str:
    """Where a search leads."""
    desk.client.get("/staff", base_url=HOME)
    desk.page = desk.client.get("/staff", query_string={"queue": queue, "q": q}, base_url=HOME, follow_redirects=True)
    return desk.page.request.path


WRITINGS = [
    "{}", "#{}", " {} ", "No. {}", "no.{}", "Nr {}", "Case {}:", "\u200b{}", "№ {}", "{}.", "request #{}",
]  # fmt: skip


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("queue", ["new", "mine", "everything"])
def test_a_number_opens_its_case_in_any_writing_from_any_queue_also_when_it_is_closed(
    desk: Browser, report: Any, environment: Environment, writing: str, queue: str
) -> None:
    number = close(environment, report())
    assert search(desk, writing.format(number), queue) == f"/staff/r/{number}"


@pytest.mark.parametrize("zero", ["\uff10", "\U0001d7ce", "\U0001d7d8"])
def test_a_number_in_other_shapes_of_digits_opens_its_case(desk: Browser, report: Any, zero: str) -> None:
    number = report()
    wide = "".join(chr(ord(zero) + int(digit)) for digit in number)
    assert search(desk, wide) == f"/staff/r/{number}"


@pytest.mark.parametrize("stored", ["S0001654", "s-77", "24_00123", "19-0042a"])
def test_letters_in_a_number_may_be_large_or_small(
    desk: Browser, report: Any, city: Connection, environment: Environment, stored: str
) -> None:
    renamed = text("UPDATE service_request SET service_request_id = :new WHERE service_request_id = :old RETURNING key")
    publish(environment, [city.scalar(renamed, {"new": stored, "old": report()})])
    database.session.commit()
    for typed in (stored, stored.lower(), f"#{stored.upper()}"):
        assert search(desk, typed) == f"/staff/r/{stored}"


def test_digits_with_gaps_are_one_number(desk: Browser, report: Any) -> None:
    number = report()
    assert search(desk, f"{number[:2]} {number[2:5]} {number[5:]}") == f"/staff/r/{number}"


@pytest.mark.parametrize("between", [",", ", ", " ", ";", "\t", " and "])
def test_several_numbers_are_listed_wherever_they_are(
    desk: Browser, report: Any, environment: Environment, between: str
) -> None:
    first, second, _ = report(), close(environment, report()), report()
    assert search(desk, between.join((first, second)), "mine") == "/staff"
    assert set(listed(desk)) == {first, second}


def test_the_way_back_from_a_number_does_not_lead_to_it_again(desk: Browser, report: Any) -> None:
    number = report()
    search(desk, number)
    assert "q%3D" not in desk.text
    assert 'href="/staff?queue=new"' in desk.text


def test_htmx_is_told_to_open_the_case(desk: Browser, report: Any) -> None:
    number = report()
    answer = desk.client.get(f"/staff?q={number}", base_url=HOME, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith(f"/staff/r/{number}")


def test_a_number_beyond_ones_grant_is_not_told_apart_from_none(signed_in: Any, report: Any) -> None:
    parks = signed_in(Role.SUPERVISOR, department="parks-recreation")
    assert search(parks, report()) == search(parks, "99999999") == "/staff"
    assert listed(parks) == []


def test_what_lies_in_other_queues_is_told_where_nothing_is_found(
    desk: Browser, report: Any, environment: Environment
) -> None:
    numbers = {close(environment, report(description="A zebra on the wall")) for _ in range(2)}
    assert search(desk, "zebra") == "/staff"
    assert "In all requests: 0 open, 2 closed. Show them" in words(desk)
    search(desk, "zebra", "everything")
    assert set(listed(desk)) == numbers
    assert "In all requests" not in words(desk)
    search(desk, "giraffe")
    assert "In all requests" not in words(desk)


@pytest.mark.parametrize("typed", ["", "#", "no.", " , ;", ",".join(map(str, range(MAX_NUMBERS + 1)))])
def test_what_is_no_number_names_none(typed: str) -> None:
    assert typed_numbers(typed) == []
