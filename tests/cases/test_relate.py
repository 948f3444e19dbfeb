"""Duplicates mirror what they are duplicates of; parts are requests of their own."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import endorse, moderate, progress, set_visibility
from open311.actions.cases.relate import merge, unmerge
from open311.actions.cases.split import Part, split
from open311.actions.intake.submit import give_number
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument, StepRefused, UnknownService
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from tests.conftest import API

STAFF = Actor("staff")


def read(client: FlaskClient, number: str) -> dict[str, Any]:
    (case,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    return case


def test_a_duplicate_mirrors_the_state_and_keeps_its_number(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    first, second = report(), report()
    progress(environment, CaseRef("phila.gov", first), STAFF, Change(Status.IN_PROGRESS, text="A crew is on its way."))
    merge(environment, CaseRef("phila.gov", second), STAFF, first)
    assert read(client, second)["extended_attributes"]["detailed_status"] == "in_progress"
    assert read(client, first)["extended_attributes"]["me_too"] == 1
    progress(
        environment,
        CaseRef("phila.gov", first),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over."),
    )
    case = read(client, second)
    assert (case["status"], case["status_notes"]) == ("closed", "Painted over.")
    assert [note["status"] for note in case["notes"]] == ["received", "in_progress", "closed"]


def test_duplicates_of_a_duplicate_follow_the_one_at_the_top(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    top, middle, low, late = report(), report(), report(), report()
    merge(environment, CaseRef("phila.gov", low), STAFF, middle)
    merge(environment, CaseRef("phila.gov", middle), STAFF, top)
    merge(environment, CaseRef("phila.gov", late), STAFF, middle)
    progress(environment, CaseRef("phila.gov", top), STAFF, Change(Status.ACKNOWLEDGED))
    states = [read(client, each)["extended_attributes"]["detailed_status"] for each in (top, middle, low, late)]
    assert states == ["acknowledged"] * 4


def test_duplicates_of_a_duplicate_follow_from_the_moment_on(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    top, middle, low = report(), report(), report()
    merge(environment, CaseRef("phila.gov", low), STAFF, middle)
    progress(
        environment,
        CaseRef("phila.gov", top),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over."),
    )
    merge(environment, CaseRef("phila.gov", middle), STAFF, top)
    cases = [read(client, each) for each in (top, middle, low)]
    assert [(case["status"], case["status_notes"]) for case in cases] == [("closed", "Painted over.")] * 3
    assert cases[2]["notes"][-1]["description"] == f"This is the same as {top}."


def test_each_duplicate_is_one_me_too_while_it_is_one(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    top, middle, low = report(), report(), report()

    def me_too() -> list[int]:
        return [read(client, each)["extended_attributes"]["me_too"] for each in (top, middle, low)]

    endorse(CaseRef("phila.gov", top), channel="app")
    endorse(CaseRef("phila.gov", middle), channel="app")
    merge(environment, CaseRef("phila.gov", low), STAFF, middle)
    assert me_too() == [1, 2, 0]
    merge(environment, CaseRef("phila.gov", middle), STAFF, top)
    assert me_too() == [3, 1, 0]
    unmerge(environment, CaseRef("phila.gov", low), STAFF)
    assert me_too() == [2, 1, 0]
    unmerge(environment, CaseRef("phila.gov", middle), STAFF)
    assert me_too() == [1, 1, 0]


def test_a_duplicate_is_not_worked_itself(environment: Environment, report: Any) -> None:
    first, second = report(), report()
    merge(environment, CaseRef("phila.gov", second), STAFF, first)
    with pytest.raises(StepRefused, match="follows another"):
        progress(environment, CaseRef("phila.gov", second), STAFF, Change(Status.ACKNOWLEDGED))
    unmerge(environment, CaseRef("phila.gov", second), STAFF)
    progress(environment, CaseRef("phila.gov", second), STAFF, Change(Status.ACKNOWLEDGED))


def test_what_is_no_duplicate_is_refused(environment: Environment, report: Any) -> None:
    first, second = report(), report()
    merge(environment, CaseRef("phila.gov", second), STAFF, first)
    for (number, canonical), fault in (
        ((first, first), "of itself"),
        ((second, first), "a duplicate already"),
        ((first, second), "is a duplicate of"),
    ):
        with pytest.raises(InvalidArgument, match=fault):
            merge(environment, CaseRef("phila.gov", number), STAFF, canonical)
    with pytest.raises(InvalidArgument, match="is no duplicate"):
        unmerge(environment, CaseRef("phila.gov", first), STAFF)


def test_parts_have_the_place_and_the_reporter_of_the_whole(
    city: Connection, client: FlaskClient, environment: Environment, report: Any
) -> None:
    whole = report(email="a@example.org", address_string="1 N Broad St")
    numbers = split(
        environment, CaseRef("phila.gov", whole), STAFF, [Part("SR-ST02", "The trash"), Part("SR-ST03", "The hole")]
    )
    for number, service_code in zip(numbers, ("SR-ST02", "SR-ST03"), strict=True):
        assert number
        case = read(client, number)
        assert (case["service_code"], case["address"], case["lat"]) == (service_code, "1 N Broad St", 39.9526)
    assert city.scalar(text("SELECT count(DISTINCT person) FROM reporter_link")) == 1
    assert city.scalar(text("SELECT count(*) FROM relation WHERE kind = 'part_of'")) == 2


def _hide(environment: Environment, number: str) -> None:
    moderate(environment, CaseRef("phila.gov", number), STAFF, Moderation.HIDDEN)


def _take_out(environment: Environment, number: str) -> None:
    set_visibility(environment, CaseRef("phila.gov", number), STAFF, True)


@pytest.mark.parametrize("take_away", [_hide, _take_out])
def test_parts_of_what_is_not_public_are_not_public(
    city: Connection, client: FlaskClient, environment: Environment, report: Any, take_away: Any
) -> None:
    whole = report(address_string="1 N Broad St")
    take_away(environment, whole)
    for number in split(
        environment, CaseRef("phila.gov", whole), STAFF, [Part("SR-ST02", "The trash"), Part("SR-WD01", "The drain")]
    ):
        assert number is None or client.get(f"{API}/requests/{number}.json").status_code == 404
    give_number(environment, city.scalar(text("SELECT key FROM service_request WHERE service_request_id IS NULL")))
    assert city.scalar(text("SELECT count(*) FROM publication")) == 0


def test_the_place_of_a_part_waits_for_review_as_that_of_the_whole_does(
    city: Connection, client: FlaskClient, environment: Environment, report: Any
) -> None:
    whole = report(service_code="SR-MI01", address_string="1 N Broad St")
    assert city.scalar(text("SELECT moderation FROM service_request")) == "pending"
    (part,) = split(environment, CaseRef("phila.gov", whole), STAFF, [Part("SR-ST02", "The trash")])
    case = read(client, str(part))
    assert (case["lat"], case["address"], case["description"]) == (None, None, None)
    moderate(environment, CaseRef("phila.gov", str(part)), STAFF, Moderation.APPROVED)
    assert read(client, str(part))["address"] == "1 N Broad St"


def test_a_browser_that_follows_the_whole_follows_its_parts(
    city: Connection, environment: Environment, report: Any
) -> None:
    whole = report()
    city.execute(
        text(
            "INSERT INTO subscription (jurisdiction, target, service_request, channel, address, push_key,"
            " push_secret, confirmed_at) SELECT jurisdiction, 'service_request:' || key, key, 'push', 'https://push.example/1',"
            " 'its key', 'its secret', now() FROM service_request"
        )
    )
    split(environment, CaseRef("phila.gov", whole), STAFF, [Part("SR-ST02", "The trash")])
    rows = city.execute(text("SELECT channel, address, push_key, push_secret FROM subscription")).all()
    assert [tuple(row) for row in rows] == [("push", "https://push.example/1", "its key", "its secret")] * 2


def test_a_split_that_cannot_be_done_leaves_nothing(city: Connection, environment: Environment, report: Any) -> None:
    whole = report()
    with pytest.raises(UnknownService):
        split(environment, CaseRef("phila.gov", whole), STAFF, [Part("SR-ST02", "The trash"), Part("SR-NONE", "?")])
    assert city.scalar(text("SELECT count(*) FROM service_request")) == 1
