"""GET requests/{number}: found whatever its age, with the fields of the specification."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.conftest import API
from tests.georeport.conftest import ago, case, listed

SUFFIXES = ("json", "xml")
both_formats = pytest.mark.parametrize("suffix", SUFFIXES)
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@both_formats
def test_one_request_is_a_list_of_one_whatever_its_age(client: FlaskClient, put: Any, suffix: str) -> None:
    put(case("1", ago(days=3000)), case("2"))
    answer = client.get(f"{API}/requests/1.{suffix}")
    if suffix == "json":
        assert [found["service_request_id"] for found in answer.get_json()] == ["1"]
    else:
        assert etree.fromstring(answer.data).xpath("request/service_request_id/text()") == ["1"]


@pytest.mark.parametrize("query", ["", "?extensions=true", "?status=nonsense&page=0&start_date=x&bbox=1"])
def test_one_request_is_the_same_document_as_in_the_list(client: FlaskClient, put: Any, query: str) -> None:
    put(case("1"))
    for suffix in SUFFIXES:
        extensions = query if "extensions" in query else ""
        one = client.get(f"{API}/requests/1.{suffix}{query}")
        assert one.status_code == 200
        assert one.data == client.get(f"{API}/requests.{suffix}{extensions}").data


@both_formats
@pytest.mark.parametrize("number", ["nobody", "0", "1.0", "%00", "1%00", "%27", "-1", "9" * 400, "1,2", "%F0%9F%8E%A8"])
def test_an_unknown_number_is_not_found(client: FlaskClient, put: Any, number: str, suffix: str) -> None:
    put(case("1"), case("2"))
    assert client.get(f"{API}/requests/{number}.{suffix}").status_code == 404
    assert client.get(f"{API}/requests/{number}.{suffix}?extensions=true").status_code == 404


@both_formats
@pytest.mark.parametrize(
    "number",
    ["23-0001.2", "a.json", "x.xml", "No 7", "Ü&<7>", "50%", "it's", 'say "hi"', "a+b", "#7", "a;b?"],
)
def test_numbers_of_other_systems_are_found_as_they_are(
    client: FlaskClient, put: Any, number: str, suffix: str
) -> None:
    put(case(number), case("1"))
    answer = client.get(f"{API}/requests/{quote(number, safe='')}.{suffix}")
    assert answer.status_code == 200
    if suffix == "json":
        assert answer.get_json()[0]["service_request_id"] == number
    else:
        assert etree.fromstring(answer.data).findtext("request/service_request_id") == number
    assert listed(client, f"service_request_id={quote(number, safe='')}", suffix) == [number]


# Fields

FIELDS = (
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
    *("agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime"),
    *("address", "address_id", "zipcode", "lat", "long", "media_url"),
)
"""Of a service request, in the order of GeoReport v2."""
WHOLE = case(
    "1",
    NOON,
    updated_datetime=NOON + timedelta(seconds=1),
    expected_datetime=NOON + timedelta(days=90),
    status="closed",
    description="A <wall> & a door\n",
    address="1 N Broad St",
    address_id="007",
    zipcode="01907",
    media_url="https://example.org/a.jpg?b=1&c=2",
    service_notice="Soon",
)


def elements(client: FlaskClient, number: str, query: str = "") -> list[tuple[str, str | None]]:
    (found,) = etree.fromstring(client.get(f"{API}/requests/{number}.xml{query}").data)
    return [(element.tag, element.text) for element in found]


def read(client: FlaskClient, number: str, query: str = "") -> dict[str, Any]:
    (found,) = client.get(f"{API}/requests/{number}.json{query}").get_json()
    return found


def test_a_request_has_the_fields_of_the_specification_and_no_others(client: FlaskClient, put: Any) -> None:
    put(WHOLE)
    expected = {
        "service_request_id": "1",
        "status": "closed",
        "status_notes": "Done.",
        "service_name": "Graffiti Removal",
        "service_code": "SR-CL01",
        "description": "A <wall> & a door\n",
        "agency_responsible": "Community Life Improvement Program",
        "service_notice": "Soon",
        "requested_datetime": "2025-03-01T12:00:00Z",
        "updated_datetime": "2025-03-01T12:00:01Z",
        "expected_datetime": "2025-05-30T12:00:00Z",
        "address": "1 N Broad St",
        "address_id": "007",
        "zipcode": "01907",
        "lat": 39.9526,
        "long": -75.1652,
        "media_url": "https://example.org/a.jpg?b=1&c=2",
    }
    found = read(client, "1")
    assert found == expected
    assert tuple(found) == FIELDS
    assert elements(client, "1") == [(name, str(value)) for name, value in expected.items()]


def test_what_is_unknown_is_null_or_an_empty_element_and_no_promise_is_left_out(client: FlaskClient, put: Any) -> None:
    put(case("1", lat=None, long=None))
    unknown = {"status_notes", "description", "service_notice", "address", "address_id", "zipcode", "media_url"}
    unknown |= {"lat", "long"}
    found = read(client, "1")
    assert tuple(found) == tuple(name for name in FIELDS if name != "expected_datetime")
    assert {name for name, value in found.items() if value is None} == unknown
    assert [name for name, _ in elements(client, "1")] == list(found)
    assert {name for name, text in elements(client, "1") if text is None} == unknown


@pytest.mark.parametrize(
    ("lat", "long", "expected"),
    [
        (40.0, -75.0, ("40.0", "-75.0")),
        (39.952612, -75.165234, ("39.952612", "-75.165234")),
        (0.000001, -0.00001, ("0.000001", "-0.00001")),
        (0.0, 0.0, ("0.0", "0.0")),
    ],
)
def test_degrees_are_numbers_in_json_and_plain_decimals_in_xml(
    client: FlaskClient, put: Any, lat: float, long: float, expected: tuple[str, str]
) -> None:
    put(case("1", lat=lat, long=long))
    assert (read(client, "1")["lat"], read(client, "1")["long"]) == (lat, long)
    found = dict(elements(client, "1"))
    assert (found["lat"], found["long"]) == expected
