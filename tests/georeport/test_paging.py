"""Pages of GET requests: page, page_size, and Link, which visits every request once while new ones come in."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import moderate
from open311.domain.case_ref import CaseRef
from open311.domain.exposure import Moderation
from tests.conftest import API
from tests.georeport.conftest import ago, case, listed, refused
from tests.georeport.pages import links

HERE = f"https://311.example.org{API}/requests"
MOMENT = ago(hours=2)
PLACE = "lat=39.9526&long=-75.1652&radius=5000"


def numbers(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if answer.content_type.startswith("text/xml"):
        return [str(each) for each in etree.fromstring(answer.data).xpath("request/service_request_id/text()")]
    return [found["service_request_id"] for found in answer.get_json()]


def pages(client: FlaskClient, query: str, suffix: str = "json") -> Iterator[list[str]]:
    """The pages of a listing, following ``next``; endless paging is an error."""
    url: str | None = f"{HERE}.{suffix}?{query}"
    for _ in range(50):
        answer = client.get(url.removeprefix("https://311.example.org"))
        yield numbers(answer)
        url = links(answer).get("next")
        if url is None:
            return
    raise AssertionError("there is no last page")


def visited(client: FlaskClient, query: str, suffix: str = "json") -> list[str]:
    return [number for page in pages(client, query, suffix) for number in page]


@pytest.fixture
def seven(put: Any) -> list[str]:
    """Seven requests, newest first; three of them are of one second."""
    moments = [ago(hours=9), MOMENT, MOMENT, MOMENT, ago(minutes=5), ago(minutes=4), ago(minutes=3)]
    put(*(case(str(place), moment) for place, moment in enumerate(moments, start=1)))
    return ["7", "6", "5", "4", "3", "2", "1"]


both_formats = pytest.mark.parametrize("suffix", ["json", "xml"])


# page and page_size


@both_formats
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("page_size=3", "765"),
        ("page=1&page_size=3", "765"),
        ("page=2&page_size=3", "432"),
        ("page=3&page_size=3", "1"),
        ("page=4&page_size=3", ""),
        ("page=1", "7654321"),
        ("page=2", ""),
        ("page_size=1000", "7654321"),
        ("page=2000000000", ""),
        ("page=99999999999999999999&page_size=1", ""),
        ("page=%202%20&page_size=03", "432"),
        ("page=&page_size=", "7654321"),
    ],
)
def test_a_page_is_a_slice_of_the_list(
    client: FlaskClient, seven: list[str], query: str, expected: str, suffix: str
) -> None:
    assert listed(client, query, suffix) == list(expected)


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "x", "1+1", "%2B1", "1;2", "1,2", "0x1", "%D9%A3", "%C2%B2"])
def test_what_is_no_whole_number_from_1_is_refused(client: FlaskClient, name: str, text: str) -> None:
    assert refused(client, f"{name}={text}").startswith(name)


@pytest.mark.parametrize("size", ["1001", "5000", "999999999999", "9" * 5000])
def test_who_asks_for_more_than_1000_on_a_page_gets_1000(client: FlaskClient, put: Any, size: str) -> None:
    put(*(case(str(number)) for number in range(1001)))
    answer = client.get(f"{API}/requests.json?page_size={size}")
    assert (len(answer.get_json()), 'rel="next"' in answer.headers["Link"]) == (1000, True)


def test_a_page_holds_1000_where_nothing_is_said(client: FlaskClient, put: Any) -> None:
    put(*(case(str(number)) for number in range(1001)))
    first, second = pages(client, "", "xml")
    assert (len(first), len(second)) == (1000, 1)
    assert len({*first, *second}) == 1001


# Link


@both_formats
def test_a_page_links_to_what_lies_around_it(client: FlaskClient, seven: list[str], suffix: str) -> None:
    here = f"{HERE}.{suffix}"
    found = [links(client.get(f"{API}/requests.{suffix}?page_size=3&page={page}")) for page in (1, 2, 3, 4)]
    assert [set(each) for each in found] == [{"next"}, {"next", "first", "prev"}, {"first", "prev"}, {"first", "prev"}]
    assert [each.get("prev") for each in found[1:]] == [f"{here}?page_size=3&page={page}" for page in (1, 2, 3)]
    assert {each["first"] for each in found[1:]} == {f"{here}?page_size=3"}
    assert found[0]["next"].startswith(f"{here}?page_size=3&cursor=")


def test_a_whole_list_has_no_links(client: FlaskClient, seven: list[str]) -> None:
    for query in ("", "page_size=8", "status=closed", "service_request_id=1,2&page_size=1"):
        assert "Link" not in client.get(f"{API}/requests.json?{query}").headers


def test_the_last_page_links_to_the_first(client: FlaskClient, seven: list[str]) -> None:
    answer = client.get(f"{API}/requests.json?page_size=4")
    last = client.get(links(answer)["next"].removeprefix("https://311.example.org"))
    assert links(last) == {"first": f"{HERE}.json?page_size=4"}


@pytest.mark.parametrize(
    "query",
    [
        "status=open&page_size=1",
        "page_size=1&start_date=2020-01-01T00:00:00%2B00:00&end_date=2020-02-01+00:00",
        "bbox=-76,39,-75,40&page_size=1&q=a%26b%20%C3%BC",
        "page_size=1&boundary=ward:5&boundary=ward@sample:5&extensions=true",
        "api_key=secret&page_size=1&jurisdiction_id=phila.gov",
    ],
)
def test_links_repeat_the_question_as_it_was_sent(client: FlaskClient, put: Any, query: str) -> None:
    moment = MOMENT.replace(year=2020, month=1, day=15) if "2020" in query else MOMENT
    put(*(case(number, moment, description="a&b ü") for number in "12"))
    answer = client.get(f"{API}/requests.json?{query}")
    assert numbers(answer) == ["2"]
    assert links(answer)["next"].startswith(f"{HERE}.json?{query}&cursor=")
    assert visited(client, query) == ["2", "1"]


def test_a_question_that_no_address_can_hold_is_encoded(client: FlaskClient, put: Any) -> None:
    put(*(case(number, description="grün <b>") for number in "12"))
    raw = 'q=grün <b>&page_size=1&x="'.encode().decode("latin-1")
    answer = client.get(f"{API}/requests.json", environ_overrides={"QUERY_STRING": raw})
    assert "<" not in links(answer)["next"]
    assert '"' not in links(answer)["next"]
    assert visited(client, "q=gr%C3%BCn+<b>&page_size=1") == ["2", "1"]


def test_without_a_public_address_links_go_where_the_client_asked(
    app: Flask, client: FlaskClient, seven: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "api", replace(app.extensions["api"], public_url=None))
    answer = client.get(f"{API}/requests.json?page_size=3", base_url="http://10.0.0.7:8311")
    assert links(answer)["next"].startswith(f"http://10.0.0.7:8311{API}/requests.json?page_size=3&cursor=")


# Following


@both_formats
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_following_the_links_visits_every_request_once(
    client: FlaskClient, seven: list[str], size: int, suffix: str
) -> None:
    assert visited(client, f"page_size={size}", suffix) == seven


@pytest.mark.parametrize(
    "query", ["ward=5", "bbox=-76,39,-75,40", PLACE, "status=open&q=graffiti", "extensions=true", "page=1"]
)
def test_links_are_followed_with_every_filter(client: FlaskClient, seven: list[str], query: str) -> None:
    assert visited(client, f"{query}&page_size=2") == seven


@pytest.mark.parametrize("size", [1, 2, 3])
def test_nothing_is_skipped_or_repeated_while_requests_come_in(
    client: FlaskClient, put: Any, seven: list[str], size: int
) -> None:
    seen: list[str] = []
    for place, page in enumerate(pages(client, f"page_size={size}")):
        seen += page
        put(case(f"new{place}", ago()), case(f"same second {place}", MOMENT))
    assert [number for number in seen if number.isdigit()] == seven
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_nothing_is_skipped_or_repeated_while_requests_are_taken_back(
    client: FlaskClient, environment: Environment, seven: list[str], size: int
) -> None:
    seen: list[str] = []
    for page in pages(client, f"page_size={size}"):
        seen += page
        for number in page[-1:]:
            moderate(environment, CaseRef("phila.gov", number), Actor("staff:test"), Moderation.HIDDEN)
    assert seen == seven


def test_pages_by_distance_are_followed_by_page(client: FlaskClient, put: Any) -> None:
    metres = {"a": 9, "b": 3, "c": 3, "d": 0, "e": 800, "f": 50, "g": 51}
    put(*(case(number, lat=39.9526 + away / 111_000) for number, away in metres.items()))
    query = f"{PLACE}&sort=distance"
    whole = listed(client, query)
    assert whole == ["d", "c", "b", "a", "f", "g", "e"]
    for size in (1, 3, 7):
        assert visited(client, f"{query}&page_size={size}") == whole
    answer = client.get(f"{API}/requests.json?{query}&page=2&page_size=3")
    assert {rel: url.rpartition("&")[2] for rel, url in links(answer).items()} == {
        "next": "page=3",
        "first": "page_size=3",
        "prev": "page=1",
    }


# Cursors


def word(plain: str | bytes) -> str:
    return urlsafe_b64encode(plain if isinstance(plain, bytes) else plain.encode()).decode().rstrip("=")


FOREIGN = [
    "!",
    "x",
    "abc",
    "%C3%A9",
    "=",
    "null",
    "9" * 2000,
    word("7"),
    word("2026-01-01T00:00:00Z"),
    word("2026-01-01T00:00:00Z "),
    word("2026-01-01T00:00:00 7"),
    word("2026-01-01 7"),
    word("2026-01-01T00:00:00+01:00 7"),
    word("2026-01-01T00:00:00.5Z 7"),
    word("0001-01-01T00:00:00+14:00 7"),
    word("2026-01-01T00:00:00Z \0"),
    word(b"2026-01-01T00:00:00Z \xff"),
    word("2026-01-01T00:00:00Z 7") + "!",
]


@pytest.mark.parametrize("cursor", FOREIGN)
def test_a_cursor_of_somebody_elses_making_is_refused(client: FlaskClient, seven: list[str], cursor: str) -> None:
    assert refused(client, f"cursor={cursor}").startswith("cursor")


def test_a_cursor_goes_with_no_order_by_distance(client: FlaskClient, seven: list[str]) -> None:
    cursor = links(client.get(f"{API}/requests.json?page_size=3"))["next"].rpartition("=")[2]
    assert listed(client, f"cursor={cursor}") == seven[3:]
    assert refused(client, f"cursor={cursor}&{PLACE}&sort=distance").startswith("cursor")
