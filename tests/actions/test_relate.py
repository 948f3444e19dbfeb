"""Duplicates mirror what they are duplicates of; parts are requests of their own."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.acts import Actor
from open311.actions.progress import progress
from open311.actions.relate import merge, unmerge
from open311.actions.split import Part, split
from open311.api.installation import Installation
from open311.domain.errors import InvalidArgument, StepRefused, UnknownService
from open311.domain.lifecycle import Outcome, Status
from tests.conftest import API

STAFF = Actor("staff")


@pytest.fixture
def here(installation: Installation) -> Any:
    return (installation.environment, "phila.gov")


def read(client: FlaskClient, number: str) -> dict[str, Any]:
    (case,) = client.get(f"{API}/requests/{number}.json?extensions=true").get_json()
    return case


def test_a_duplicate_mirrors_the_state_and_keeps_its_number(client: FlaskClient, here: Any, report: Any) -> None:
    first, second = report(), report()
    progress(*here, first, Status.IN_PROGRESS, STAFF, text="A crew is on its way.")
    merge(*here, second, first, STAFF)
    assert read(client, second)["extended_attributes"]["detailed_status"] == "in_progress"
    assert read(client, first)["extended_attributes"]["me_too"] == 1
    progress(*here, first, Status.CLOSED, STAFF, outcome=Outcome.RESOLVED, text="Painted over.")
    case = read(client, second)
    assert (case["status"], case["status_notes"]) == ("closed", "Painted over.")
    assert [note["status"] for note in case["notes"]] == ["received", "in_progress", "closed"]


def test_duplicates_of_a_duplicate_follow_the_one_at_the_top(client: FlaskClient, here: Any, report: Any) -> None:
    top, middle, low, late = report(), report(), report(), report()
    merge(*here, low, middle, STAFF)
    merge(*here, middle, top, STAFF)
    merge(*here, late, middle, STAFF)
    progress(*here, top, Status.ACKNOWLEDGED, STAFF)
    states = [read(client, each)["extended_attributes"]["detailed_status"] for each in (top, middle, low, late)]
    assert states == ["acknowledged"] * 4


def test_a_duplicate_is_not_worked_itself(here: Any, report: Any) -> None:
    first, second = report(), report()
    merge(*here, second, first, STAFF)
    with pytest.raises(StepRefused, match="follows another"):
        progress(*here, second, Status.ACKNOWLEDGED, STAFF)
    unmerge(*here, second, STAFF)
    progress(*here, second, Status.ACKNOWLEDGED, STAFF)


def test_what_is_no_duplicate_is_refused(here: Any, report: Any) -> None:
    first, second = report(), report()
    merge(*here, second, first, STAFF)
    for pair, fault in (
        ((first, first), "of itself"),
        ((second, first), "a duplicate already"),
        ((first, second), "is a duplicate of"),
    ):
        with pytest.raises(InvalidArgument, match=fault):
            merge(*here, *pair, STAFF)
    with pytest.raises(InvalidArgument, match="is no duplicate"):
        unmerge(*here, first, STAFF)


def test_parts_have_the_place_and_the_reporter_of_the_whole(
    city: Connection, client: FlaskClient, here: Any, report: Any
) -> None:
    whole = report(email="a@example.org", address_string="1 N Broad St")
    numbers = split(*here, whole, [Part("SR-ST02", "The trash"), Part("SR-ST03", "The hole")], STAFF)
    for number, service_code in zip(numbers, ("SR-ST02", "SR-ST03"), strict=True):
        assert number
        case = read(client, number)
        assert (case["service_code"], case["address"], case["lat"]) == (service_code, "1 N Broad St", 39.9526)
    assert city.scalar(text("SELECT count(DISTINCT person) FROM reporter_link")) == 1
    assert city.scalar(text("SELECT count(*) FROM relation WHERE kind = 'part_of'")) == 2


def test_a_split_that_cannot_be_done_leaves_nothing(city: Connection, here: Any, report: Any) -> None:
    whole = report()
    with pytest.raises(UnknownService):
        split(*here, whole, [Part("SR-ST02", "The trash"), Part("SR-NONE", "?")], STAFF)
    assert city.scalar(text("SELECT count(*) FROM service_request")) == 1
