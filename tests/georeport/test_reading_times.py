"""GET requests by time: when they were requested, and when they changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import annotate, moderate, set_visibility
from open311.actions.cases.redact import redact_description
from open311.domain.case_ref import CaseRef
from open311.domain.exposure import Moderation
from tests.conftest import API
from tests.georeport.conftest import ago, case, listed, refused

SUFFIXES = ("json", "xml")
STAFF = Actor("staff")
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
SECOND, QUARTER = timedelta(seconds=1), timedelta(days=90)


def w3c(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


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


@pytest.mark.parametrize("name", ["service_request_id", "service_code", "q"])
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
        lambda environment, ref: moderate(environment, ref, STAFF, Moderation.APPROVED),
        lambda environment, ref: redact_description(environment, ref, STAFF, reason="a name"),
        lambda environment, ref: (
            set_visibility(environment, ref, STAFF, True),
            set_visibility(environment, ref, STAFF, False),
        ),
    ],
)
def test_what_staff_let_everybody_see_or_not_is_a_change(
    client: FlaskClient, environment: Environment, put: Any, act: Any
) -> None:
    waits = {"service_code": "SR-MI01", "moderation": "pending", "description": "Mine"}
    put(case("1", ago(days=2), **waits), case("2", ago(days=2), **waits))
    since = f"updated_after={w3c(ago(days=1))}"
    assert listed(client, since) == []
    act(environment, CaseRef("phila.gov", "1"))
    assert listed(client, since) == ["1"]


def test_a_note_for_staff_is_no_change(client: FlaskClient, environment: Environment, put: Any) -> None:
    put(case("1", ago(days=2)))
    annotate(environment, CaseRef("phila.gov", "1"), STAFF, "Ask the neighbour")
    assert listed(client, f"updated_after={w3c(ago(days=1))}") == []
