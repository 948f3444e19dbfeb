"""GET requests and GET requests/{number}: which are listed, in which order, with which fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from lxml import etree

from open311.actions.acts import Actor
from open311.actions.progress import annotate, moderate, set_visibility
from open311.actions.redact import redact_description
from open311.api.arguments import PARAMETERS
from open311.api.installation import Installation
from open311.domain.privacy import Moderation
from tests.conftest import API, SANDBOX
from tests.georeport.conftest import ago, case, listed, refused

SUFFIXES = ("json", "xml")
STAFF = Actor("staff")
both_formats = pytest.mark.parametrize("suffix", SUFFIXES)
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
SECOND, QUARTER = timedelta(seconds=1), timedelta(days=90)


def w3c(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# By number


def test_numbers_are_listed_in_both_formats(client: FlaskClient, put: Any) -> None:
    put(case("1"), case("2"), case("3"))
    for suffix in SUFFIXES:
        assert set(listed(client, "service_request_id=3,1", suffix)) == {"1", "3"}


@pytest.mark.parametrize(
    "numbers", ["1,3", "1,%203", "+1+,+3+,", "1,1,3,3,3", "1,nobody,3,2000000", ",,3,1", "3&service_request_id=1"]
)
def test_spaces_repeats_and_unknown_numbers_do_not_matter(client: FlaskClient, put: Any, numbers: str) -> None:
    put(case("1"), case("2"), case("3"))
    found = listed(client, f"service_request_id={numbers}")
    assert sorted(found) == ["1", "3"]


def test_only_unknown_numbers_are_an_empty_list(client: FlaskClient, put: Any) -> None:
    put(case("1"))
    assert listed(client, "service_request_id=2,3") == listed(client, "service_request_id=2") == []


def test_more_numbers_than_a_page_holds_are_all_listed(client: FlaskClient, put: Any) -> None:
    numbers = [str(5_000_000 + each) for each in range(1100)]
    put(*map(case, numbers))
    query = f"service_request_id={','.join(numbers)}"
    assert set(listed(client, query, "xml")) == set(numbers)
    assert "Link" not in client.get(f"{API}/requests.xml?{query}").headers


@pytest.mark.parametrize(
    "beside",
    [
        "status=closed",
        "status=nonsense",
        "service_code=SR-NONE",
        "start_date=2020-01-01&end_date=2020-02-01",
        "start_date=2020-01-01&end_date=2024-01-01",
        "start_date=yesterday",
        "updated_after=2099-01-01",
        "updated_before=x",
        "page=2",
        "page=0&page_size=99999",
        "page_size=1",
        "cursor=!",
        "ward=99",
        "boundary=nonsense",
        "bbox=0,0,1,1",
        "bbox=x",
        "lat=0",
        "lat=0&long=0&radius=10",
        "sort=up",
        "q=elephant",
    ],
)
def test_numbers_override_every_other_parameter_even_a_wrong_one(client: FlaskClient, put: Any, beside: str) -> None:
    put(case("1", ago(days=900)), case("2"), case("3"))
    for suffix in SUFFIXES:
        assert listed(client, f"{beside}&service_request_id=1,2", suffix) == ["2", "1"]


def test_an_empty_list_of_numbers_is_as_if_it_were_not_given(client: FlaskClient, put: Any) -> None:
    put(case("1"), case("2", status="closed"))
    assert listed(client, "service_request_id=&status=open") == ["1"]


def test_numbers_of_another_jurisdiction_are_unknown(client: FlaskClient, put: Any) -> None:
    put(case("1"), jurisdiction="sandbox.phila.gov")
    assert listed(client, "service_request_id=1") == listed(client) == []
    assert client.get(f"{API}/requests/1.json").status_code == 404
    assert client.get(f"{SANDBOX}/requests/1.json").status_code == 200


# Status and service


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("open", ["2", "1"]),
        ("closed", ["4", "3"]),
        ("OPEN", ["2", "1"]),
        ("+closed+", ["4", "3"]),
        ("open,closed", ["4", "3", "2", "1"]),
        ("closed,%20open", ["4", "3", "2", "1"]),
        ("open&status=closed", ["4", "3", "2", "1"]),
        ("open,open", ["2", "1"]),
        ("", ["4", "3", "2", "1"]),
    ],
)
def test_status_is_open_closed_or_both(client: FlaskClient, put: Any, status: str, expected: list[str]) -> None:
    put(case("1"), case("2", status="in_progress"), case("3", status="closed"), case("4", status="disputed"))
    assert listed(client, f"status={status}") == expected


@pytest.mark.parametrize("status", ["nonsense", "received", "in_progress", "open,fixed", "open;closed", "true"])
def test_another_status_is_refused_and_never_lists_everything(client: FlaskClient, put: Any, status: str) -> None:
    put(case("1"))
    assert refused(client, f"status={status}").startswith("status")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("SR-CL01", ["1"]),
        ("SR-CL01,SR-ST01", ["2", "1"]),
        ("SR-ST01,%20SR-CL01,SR-NONE", ["2", "1"]),
        ("SR-CL01&service_code=SR-ST01", ["2", "1"]),
        ("SR-NONE", []),
        ("sr-cl01", []),
        ("SR-CL01'--", []),
        ("", ["3", "2", "1"]),
    ],
)
def test_services_are_listed_by_code_and_unknown_ones_find_nothing(
    client: FlaskClient, put: Any, codes: str, expected: list[str]
) -> None:
    put(case("1"), case("2", service_code="SR-ST01"), case("3", service_code="SR-ST02"))
    for suffix in SUFFIXES:
        assert listed(client, f"service_code={codes}", suffix) == expected


# The window of requested times


def test_without_dates_the_last_90_days_are_listed(client: FlaskClient, put: Any) -> None:
    put(case("old", ago(days=90, minutes=2)), case("in", ago(days=89, hours=23)), case("new", ago()))
    assert listed(client) == listed(client, "start_date=&end_date=") == ["new", "in"]


@pytest.fixture
def around(put: Any) -> None:
    """Requests at both ends of the 90 days from noon, and one second beyond."""
    put(
        case("before", NOON - SECOND),
        case("first", NOON),
        case("last", NOON + QUARTER),
        case("after", NOON + QUARTER + SECOND),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"start_date={w3c(NOON)}", ["last", "first"]),
        (f"end_date={w3c(NOON + QUARTER)}", ["last", "first"]),
        (f"start_date={w3c(NOON)}&end_date={w3c(NOON + QUARTER)}", ["last", "first"]),
        (f"start_date={w3c(NOON)}&end_date={w3c(NOON)}", ["first"]),
        (f"start_date={w3c(NOON + SECOND)}&end_date={w3c(NOON + QUARTER - SECOND)}", []),
        (f"start_date={w3c(NOON)}&end_date={w3c(NOON - QUARTER)}", []),
        (f"start_date={w3c(NOON - SECOND)}", ["first", "before"]),
    ],
)
def test_both_ends_belong_to_the_window_and_one_end_makes_90_days(
    client: FlaskClient, around: None, query: str, expected: list[str]
) -> None:
    for suffix in SUFFIXES:
        assert listed(client, query, suffix) == expected


def test_more_than_90_days_are_refused_with_the_limit(client: FlaskClient, around: None) -> None:
    assert "90 days" in refused(client, f"start_date={w3c(NOON)}&end_date={w3c(NOON + QUARTER + SECOND)}")


def test_90_days_of_the_city_may_have_an_hour_more(client: FlaskClient) -> None:
    autumn = "start_date=2026-08-15&end_date=2026-11-13"
    assert listed(client, autumn) == []
    assert "90 days" in refused(client, f"{autumn}T00:00:01")
    assert client.get(f"{API}/servicerequestupdates.json?{autumn}").status_code == 200
    assert client.get(f"{API}/servicerequestupdates.json?{autumn}T00:00:01").status_code == 400
    assert "90 days" in refused(client, "start_date=0001-01-01T00:00:00Z&end_date=0001-04-01T00:30:00Z")


@pytest.mark.parametrize("query", ["start_date=9999-12-31T23:59:59Z", "end_date=0001-01-01T00:00:00Z"])
def test_a_window_beyond_the_calendar_is_empty(client: FlaskClient, around: None, query: str) -> None:
    assert listed(client, query) == []


FORMS = [
    "2025-03-01T12:00:00Z",
    "2025-03-01T12:00:00z",
    "2025-03-01T12:00Z",
    "2025-03-01%2012:00:00Z",
    "2025-03-01+12:00:00Z",
    "2025-03-01T12:00:00.000000Z",
    "2025-03-01T12:00:00.0%2B00:00",
    "2025-03-01T12:00:00%2B00:00",
    "2025-03-01T12:00:00%2B0000",
    "2025-03-01T12:00:00+00:00",  # a plus sign that was not encoded arrives as a space
    "2025-03-01T14:00:00+0200",
    "2025-03-01T07:00:00-05:00",
    "2025-03-01T07:00:00-0500",
    "2025-03-01+07:00:00-05:00",
    "2025-03-01T07:00:00.000000-05:00",
    "2025-03-01T07:00:00",
    "2025-03-01T07:00",
    "2025-03-01+07:00",
    "++2025-03-01T12:00:00Z%20",
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_moment_that_clients_send_is_read(client: FlaskClient, put: Any, form: str) -> None:
    put(case("before", NOON - SECOND), case("then", NOON), case("after", NOON + SECOND))
    assert listed(client, f"start_date={form}&end_date={form}") == ["then"]
    assert listed(client, f"updated_after={form}&updated_before={form}") == ["then"]


def test_a_date_alone_is_its_midnight_in_the_city(client: FlaskClient, put: Any) -> None:
    midnight = datetime(2025, 7, 4, 4, tzinfo=UTC)
    put(case("before", midnight - SECOND), case("then", midnight))
    assert listed(client, "start_date=2025-07-04") == ["then"]
    assert listed(client, "end_date=2025-07-04") == ["then", "before"]


@pytest.mark.parametrize("name", ["start_date", "end_date", "updated_after", "updated_before"])
@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2025",
        "2025-03",
        "20250301",
        "01/03/2025",
        "2025-02-30",
        "2025-13-01T00:00:00Z",
        "2025-03-01T25:00:00Z",
        "2025-03-01T12:00:00%2B99:00",
        "2025-03-01T12:00:00Zulu",
        "2025-03-01T12",
        "1740830400",
        "0000-00-00",
        "-1",
        "NaN",
        "9" * 500,
    ],
)
def test_anything_else_is_refused_by_name_and_never_ignored(client: FlaskClient, name: str, text: str) -> None:
    assert refused(client, f"{name}={text}").startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["service_request_id", "service_code", "status"])
def test_commas_alone_are_no_words_and_never_everything(client: FlaskClient, put: Any, name: str) -> None:
    put(case("1"))
    for commas in (",", ",,,", "+,+", "%00,%00"):
        assert refused(client, f"{name}={commas}") == f"{name}: nothing stands between the commas"
    assert listed(client, f"{name}=") == listed(client, f"{name}=+") == ["1"]


@pytest.mark.parametrize("name", ["service_request_id", "service_code", "ward", "q"])
def test_nul_is_a_word_that_nothing_has(client: FlaskClient, put: Any, name: str) -> None:
    put(case("1"))
    assert listed(client, f"{name}=%00") == listed(client, f"{name}=%00%00") == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("status=x", "status: open or closed expected, not 'x'"),
        ("boundary=x", "boundary: layer:code or layer@vintage:code expected, not 'x'"),
        ("lat=1&long=1&radius=0", "radius must be more than 0 and at most 50000 metres"),
        ("lat=91&long=1&radius=1", "lat must be between -90 and 90, not 91.0"),
        ("lat=x&long=1&radius=1", "long,lat,radius as decimal numbers expected, not '1,x,1'"),
        ("start_date=%D9%A2%D9%A0%D9%A2%D9%A6-11-01", "start_date: '٢٠٢٦-11-01' is not a date and time"),
    ],
)
def test_the_reason_names_the_parameter_once(client: FlaskClient, query: str, reason: str) -> None:
    assert refused(client, query).startswith(reason)


# Changes


@pytest.fixture
def changed(put: Any) -> None:
    """An old request that was closed at noon, and one of today."""
    put(case("old", NOON - 5 * QUARTER, updated_datetime=NOON, status="closed"), case("today"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"updated_after={w3c(NOON)}", ["today", "old"]),
        (f"updated_after={w3c(NOON + SECOND)}", ["today"]),
        (f"updated_before={w3c(NOON)}", ["old"]),
        (f"updated_before={w3c(NOON - SECOND)}", []),
        (f"updated_after={w3c(NOON)}&updated_before={w3c(NOON)}", ["old"]),
        (f"updated_after={w3c(NOON)}&status=closed", ["old"]),
    ],
)
def test_times_of_change_count_instead_of_the_last_90_days(
    client: FlaskClient, changed: None, query: str, expected: list[str]
) -> None:
    for suffix in SUFFIXES:
        assert listed(client, query, suffix) == expected


def test_beside_dates_times_of_change_only_narrow(client: FlaskClient, changed: None) -> None:
    start = f"start_date={w3c(ago(days=2))}"
    assert listed(client, f"{start}&updated_after={w3c(NOON)}") == ["today"]
    assert listed(client, f"{start}&updated_before={w3c(NOON)}") == []


@pytest.mark.parametrize(
    "act",
    [
        lambda *here: moderate(*here, Moderation.APPROVED, STAFF),
        lambda *here: redact_description(*here, STAFF, "a name"),
        lambda *here: (set_visibility(*here, True, STAFF), set_visibility(*here, False, STAFF)),
    ],
)
def test_what_staff_let_everybody_see_or_not_is_a_change(
    client: FlaskClient, installation: Installation, put: Any, act: Any
) -> None:
    waits = {"service_code": "SR-MI01", "moderation": "pending", "description": "Mine"}
    put(case("1", ago(days=2), **waits), case("2", ago(days=2), **waits))
    since = f"updated_after={w3c(ago(days=1))}"
    assert listed(client, since) == []
    act(installation.environment, "phila.gov", "1")
    assert listed(client, since) == ["1"]


def test_a_note_for_staff_is_no_change(client: FlaskClient, installation: Installation, put: Any) -> None:
    put(case("1", ago(days=2)))
    annotate(installation.environment, "phila.gov", "1", STAFF, "Ask the neighbour")
    assert listed(client, f"updated_after={w3c(ago(days=1))}") == []


# Words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("wall", ["2", "1"]),
        ("WALL", ["2", "1"]),
        ("red+wall", ["1"]),
        ("wall&q=red", ["1"]),
        ("red+elephant", []),
        ("broad", ["2"]),
        ("graffiti", ["2", "1"]),
        ("größe", ["1"]),
        ("wal", []),
        ("red'%20|%20!wall", ["1"]),
        ("!!!", []),
        ("", ["2", "1"]),
    ],
)
def test_all_words_must_occur_in_service_description_or_address(
    client: FlaskClient, put: Any, words: str, expected: list[str]
) -> None:
    put(case("1", description="Red paint on a wall, Größe 3"), case("2", description="wall", address="1 N Broad St"))
    for suffix in SUFFIXES:
        assert listed(client, f"q={words}", suffix) == expected


def test_filters_narrow_together(client: FlaskClient, put: Any) -> None:
    put(
        case("1", description="wall"),
        case("2", description="wall", status="closed"),
        case("3", description="wall", service_code="SR-ST01"),
        case("4", description="door"),
        case("5", ago(days=3), description="wall"),
    )
    query = f"q=wall&status=open&service_code=SR-CL01&start_date={w3c(ago(days=1))}"
    assert listed(client, query) == listed(client, query, "xml") == ["1"]


# Order


def test_the_newest_come_first_and_of_one_second_the_last_filed(client: FlaskClient, put: Any) -> None:
    moment = ago(hours=2)
    put(case("b", moment), case("new", ago()), case("a", moment))
    put(case("c", moment), case("old", ago(days=3)))
    for suffix in SUFFIXES:
        assert listed(client, "", suffix) == ["new", "c", "a", "b", "old"]
        assert listed(client, "service_request_id=old,a,b,c,new", suffix) == ["new", "c", "a", "b", "old"]


# Nothing


def test_nothing_found_is_an_empty_list_and_no_error(client: FlaskClient) -> None:
    answer = client.get(f"{API}/requests.json")
    assert (answer.status_code, answer.get_json()) == (200, [])
    answer = client.get(f"{API}/requests.xml")
    root = etree.fromstring(answer.data)
    assert (answer.status_code, root.tag, len(root), root.text) == (200, "service_requests", 0, None)


# One request


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
    updated_datetime=NOON + SECOND,
    expected_datetime=NOON + QUARTER,
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


# Garbage

GARBAGE = [
    *("", "%00", "a%00b", "%00,%00", "%01", "%0b%0c", "%ff%fe", "%ED%A0%80", "%EF%BF%BE", "%F0%9F%8E%A8", "%D9%A3"),
    *(
        ",",
        ",,,",
        "'",
        '"',
        "\\",
        "%25",
        "%",
        "$1",
        "{}",
        "[]",
        "()",
        "*",
        "%3Cscript%3E",
        "-",
        "--",
        "1e400",
        "-1e400",
    ),
    *(
        "nan",
        "inf",
        "-inf",
        "NaN,NaN,NaN,NaN",
        "1,2,3,4",
        "0",
        "-1",
        "1",
        "1.5",
        "999999999999999999999",
        "0x10",
        "1_0",
    ),
    *("-180,-90,180,90", "180,90,180,90", "50000", "ward:", ":5", "ward@:5", "ward:%00", "ward@%00:5", "ward@x:y:z"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31", "true", "distance"),
    *("x" * 3000, "1," * 3000, "9" * 3000, "%C3%A9" * 1000, "a+" * 2000),
]
"""What no client should send."""
CIRCLE = {"lat": "39.9526", "long": "-75.1652", "radius": "100", "sort": "distance"}


@pytest.mark.parametrize("name", sorted({*PARAMETERS, "jurisdiction_id", "api_key", "unknown", "%00"}))
def test_garbage_is_answered_or_refused_and_never_breaks_the_server(client: FlaskClient, put: Any, name: str) -> None:
    put(case("1"))
    beside = "&".join(f"{each}={value}" for each, value in CIRCLE.items() if name in CIRCLE and each != name)
    expected = {200, 400, 404} if name == "jurisdiction_id" else {200, 400}
    for place, garbage in enumerate(GARBAGE):
        query = f"{name}={garbage}&{beside}"
        assert client.get(f"{API}/requests.{SUFFIXES[place % 2]}?{query}").status_code in expected, query


def test_a_query_without_any_sense_is_answered(client: FlaskClient) -> None:
    for query in ("&&&", "=", "=1", "%", "?", "a=b=c", ";", "service_request_id", "status", "page", "%00=%00"):
        assert client.get(f"{API}/requests.json?{query}").status_code == 200, query
