"""extensions=true: answers, public history, boundaries, photos; it adds fields and takes none away."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, endorse, progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now
from tests.conftest import API, moment
from tests.georeport.conftest import case

STAFF = Actor("staff:test")
ADDED = ["attributes", "notes", "extended_attributes"]


def photo() -> tuple[io.BytesIO, str]:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, "PNG")
    written.seek(0)
    return written, "a.png"


def read(client: FlaskClient, number: str, query: str = "?extensions=true") -> dict[str, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json{query}").get_json()
    return found


@pytest.fixture
def closed(environment: Environment, report: Any) -> str:
    """A report with answers and a photo that was worked on and closed, and that somebody else has seen too."""
    answers = {"attribute[surface][]": ["brick", "wood"], "attribute[reporter_is_owner]": "yes"}
    number = str(report(media=photo(), **answers))
    progress(environment, CaseRef("phila.gov", number), STAFF, Change(Status.IN_PROGRESS, note="For staff only"))
    comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="We are on our way."))
    comment(environment, CaseRef("phila.gov", number), STAFF, Change(text="Not for everybody"), public=False)
    progress(
        environment,
        CaseRef("phila.gov", number),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="The wall is clean."),
    )
    endorse(CaseRef("phila.gov", number), channel="web")
    endorse(CaseRef("phila.gov", number), channel="phone")
    return number


def test_public_answers_are_told_one_for_each_value(client: FlaskClient, closed: str) -> None:
    assert [(each["name"], each["code"], each["value"]) for each in read(client, closed)["attributes"]] == [
        ("property_type", "public", "City property, such as a park, school or street sign"),
        ("surface", "brick", "Brick"),
        ("surface", "wood", "Wood"),
    ]
    assert read(client, closed)["attributes"][0]["label"] == "What kind of property is the graffiti on?"


def test_the_public_history_is_told_in_its_order(client: FlaskClient, closed: str) -> None:
    notes = [
        tuple(note.get(name) for name in ("type", "status", "outcome", "description"))
        for note in notes_of(client, closed)
    ]
    assert notes == [
        ("status", "received", None, "Received"),
        ("status", "in_progress", None, "In progress"),
        ("comment", None, None, "We are on our way."),
        ("status", "closed", "resolved", "The wall is clean."),
    ]
    assert "For staff" not in client.get(f"{API}/requests.xml?extensions=true").get_data(as_text=True)


def notes_of(client: FlaskClient, number: str) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = read(client, number)["notes"]
    return notes


def test_finer_status_outcome_channel_and_how_many_say_me_too(client: FlaskClient, closed: str) -> None:
    more = read(client, closed)["extended_attributes"]
    expected = {"detailed_status": "closed", "outcome": "resolved", "channel": "api", "me_too": 2, "sample": False}
    assert {name: more[name] for name in expected} == expected


def test_boundaries_and_photos_are_named(client: FlaskClient, closed: str) -> None:
    more = read(client, closed)["extended_attributes"]
    assert more["boundaries"] == [{"layer": "ward", "vintage": "sample", "code": "5", "name": "Sample ward 5"}]
    (picture,) = more["photos"]
    assert picture["media_url"] == picture["url"] == read(client, closed)["media_url"]
    assert more["media_urls"] == [picture["media_url"]]
    assert (picture["title"], picture["width"], picture["height"]) == ("Submitted", 8, 8)
    assert moment(picture["created_at"]) <= now()
    assert picture["kind"] == "submitted"


def test_extensions_take_nothing_away(client: FlaskClient, closed: str, put: Any) -> None:
    put(case("bare", lat=None, long=None))
    plain = client.get(f"{API}/requests.json").get_json()
    extended = client.get(f"{API}/requests.json?extensions=true").get_json()
    assert len(plain) == len(extended) == 2
    for before, after in zip(plain, extended, strict=True):
        assert list(after) == [*before, *ADDED]
        assert {name: after[name] for name in before} == before


def test_xml_has_the_same_extensions_as_json(client: FlaskClient, closed: str) -> None:
    found = read(client, closed)
    (element,) = etree.fromstring(client.get(f"{API}/requests/{closed}.xml?extensions=true").data)
    assert [child.tag for child in element] == list(found)
    for path, rows in (
        ("attributes/attribute", found["attributes"]),
        ("notes/note", found["notes"]),
        ("extended_attributes/boundaries/boundary", found["extended_attributes"]["boundaries"]),
        ("extended_attributes/photos/photo", found["extended_attributes"]["photos"]),
    ):
        told = [{child.tag: child.text or "" for child in row} for row in element.findall(path)]
        assert told == [{name: str(value) for name, value in row.items()} for row in rows]
    assert element.findtext("extended_attributes/me_too") == "2"


def test_extensions_of_a_request_without_anything_are_empty_lists(client: FlaskClient, put: Any) -> None:
    put(case("1", lat=None, long=None))
    found = read(client, "1")
    assert (found["attributes"], found["extended_attributes"]["boundaries"]) == ([], [])
    assert [note["status"] for note in found["notes"]] == ["received"]
    assert found["extended_attributes"]["outcome"] is None


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("true", True), ("TRUE", True), ("True", True), ("1", False), ("yes", False), ("false", False), ("", False)],
)
def test_only_true_asks_for_extensions(client: FlaskClient, put: Any, value: str, wanted: bool) -> None:
    put(case("1"))
    for path in ("requests", "requests/1"):
        (found,) = client.get(f"{API}/{path}.json?extensions={value}").get_json()
        assert ("extended_attributes" in found) is wanted
        (element,) = etree.fromstring(client.get(f"{API}/{path}.xml?extensions={value}").data)
        assert (element.find("extended_attributes") is not None) is wanted


def test_extensions_go_with_filters_and_pages(client: FlaskClient, put: Any) -> None:
    put(case("1"), case("2", status="closed"), case("3"))
    answer = client.get(f"{API}/requests.json?extensions=true&status=open&page_size=1")
    assert [found["service_request_id"] for found in answer.get_json()] == ["3"]
    assert "extensions=true" in answer.headers["Link"]
    assert client.get(f"{API}/requests.json?extensions=true&service_code=SR-NONE").get_json() == []
