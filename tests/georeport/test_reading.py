"""GET requests: which are listed, in which order."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.conftest import API, SANDBOX
from tests.georeport.conftest import ago, case, listed, refused

SUFFIXES = ("json", "xml")


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
        ("1", ["2"]),
        ("7+broad", ["2"]),
        ("1-7 N Broad St", ["2"]),
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
    put(case("1", description="Red paint on a wall, Größe 3"), case("2", description="wall", address="1-7 N Broad St"))
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
    query = f"q=wall&status=open&service_code=SR-CL01&start_date={ago(days=1):%Y-%m-%dT%H:%M:%SZ}"
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
