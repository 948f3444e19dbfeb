"""Feeds: what is published, as feed readers read it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress, set_visibility
from open311.actions.cases.redact import TOMBSTONE, redact_update
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now, write_moment
from open311.domain.place import Point
from open311.wire.atom import Entry, Feed, Link, write
from tests.conftest import PLACE
from tests.georeport.conftest import ago, case

STAFF = Actor("staff")
HERE = "phila.gov"
FEED = "/feeds/requests.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client: FlaskClient, path: str = FEED, **headers: str) -> Any:
    """A feed, as feedparser has it; it is well-formed, and has what RFC 4287 asks for."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    for thing in etree.fromstring(answer.data).iter(f"{ATOM}feed", f"{ATOM}entry"):
        for name in ("id", "title", "updated"):
            assert len(thing.findall(f"{ATOM}{name}")) == 1
    found = feedparser.parse(answer.data)
    assert not found.bozo, found.bozo_exception
    assert found.version == "atom10"
    return found


def link(thing: Any, rel: str) -> str | None:
    """The path and query that a link leads to."""
    hrefs = [each.href for each in thing.links if each.rel == rel]
    return hrefs[0].removeprefix("https://311.example.org") if hrefs else None


def numbers(found: Any) -> list[str]:
    return [entry.id.rpartition("/")[2] for entry in found.entries]


def test_a_report_is_an_entry(client: FlaskClient, report: Any) -> None:
    number = report(description='"Tag" & <3', address_string="1415 E PASSYUNK AVE")
    found = read(client)
    assert found.feed.title == "City of Philadelphia: reports"
    (entry,) = found.entries
    assert entry.title == f"Graffiti Removal, report {number}: open"
    assert entry.id == f"tag:phila.gov,2011-03-07:requests/{number}"
    assert entry.content[0].value == '"Tag" & <3\n1415 E PASSYUNK AVE'
    assert entry.content[0].type == "text/plain"
    assert entry.author == "Community Life Improvement Program"
    assert {tag.term for tag in entry.tags} == {"SR-CL01", "open"}
    assert entry.where.coordinates == (float(PLACE["long"]), float(PLACE["lat"]))
    (published,) = client.get(str(link(entry, "alternate"))).get_json()
    assert published["service_request_id"] == number
    assert entry.updated == published["updated_datetime"]
    assert entry.published == published["requested_datetime"]


def test_an_entry_keeps_its_id_and_says_what_became_of_it(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    number = report()
    (before,) = read(client).entries
    progress(
        environment, CaseRef(HERE, number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over.")
    )
    (after,) = read(client).entries
    assert after.id == before.id
    assert after.title.endswith(": closed")
    assert "Painted over." in after.content[0].value
    set_visibility(environment, CaseRef(HERE, number), STAFF, True)
    assert read(client).entries == []


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("service_code=SR-ST02", {"1"}),
        ("status=closed", {"2"}),
        ("status=open", {"1", "3"}),
        ("bbox=-75.2,39.9,-75.1,40.0", {"1", "2"}),
        ("lat=40.05&long=-75.0&radius=500", {"3"}),
        ("q=dumping", {"1"}),
        ("service_request_id=2,3", {"2", "3"}),
        (f"end_date={ago(days=400):%Y-%m-%d}", {"3"}),
        (f"updated_after={ago(days=400):%Y-%m-%d}", {"1", "2"}),
        ("page_size=1&utm_source=somewhere", {"1", "2", "3"}),
    ],
)
def test_a_feed_takes_the_filters_of_the_list(client: FlaskClient, put: Any, query: str, kept: set[str]) -> None:
    put(
        case("1", service_code="SR-ST02", service_name="Illegal Dumping"),
        case("2", status="closed"),
        case("3", ago(days=800), lat=40.05, long=-75.0),
    )
    assert set(numbers(read(client, f"{FEED}?{query}"))) == kept


def test_a_ward_has_a_feed(client: FlaskClient, report: Any) -> None:
    number = report()
    wards = [str(code) for code in range(1, 13)]
    with_it = [ward for ward in wards if numbers(read(client, f"{FEED}?ward={ward}")) == [number]]
    assert len(with_it) == 1
    assert numbers(read(client, f"{FEED}?boundary=ward:{with_it[0]}")) == [number]


@pytest.mark.parametrize("query", ["status=x", "bbox=1,2", "radius=5", "boundary=moon:1", "cursor=x"])
def test_what_cannot_be_read_is_refused_as_the_api_does(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{FEED}?{query}")
    assert answer.status_code == 400
    assert etree.fromstring(answer.data).tag == "errors"


def test_older_entries_are_on_the_next_page(client: FlaskClient, put: Any) -> None:
    put(*(case(str(each), ago(minutes=each)) for each in range(1, 121)))
    seen: list[str] = []
    path: str | None = f"{FEED}?status=open"
    pages = []
    while path:
        found = read(client, path)
        assert link(found.feed, "self") == path
        assert link(found.feed, "first") == f"{FEED}?status=open"
        pages.append(found.feed.id)
        seen += numbers(found)
        path = link(found.feed, "next")
    assert seen == [str(each) for each in range(1, 121)]
    assert len(pages) == 3
    assert set(pages) == {"tag:phila.gov,2011-03-07:requests?status=open"}


def test_a_feed_speaks_the_readers_language(client: FlaskClient, report: Any) -> None:
    report()
    found = read(client, FEED, **{"Accept-Language": "es-MX, en;q=0.5"})
    assert found.feed.title == "City of Philadelphia: reportes"
    assert found.entries[0].title.endswith(": abierto")
    answer = client.get(FEED, headers={"Accept-Language": "es"})
    assert 'xml:lang="es"' in answer.text
    assert "Accept-Language" in str(answer.headers.getlist("Vary"))


# One service request


def test_one_report_has_a_feed_of_what_happened_in_the_words_of_the_letters(
    client: FlaskClient, environment: Environment, report: Any
) -> None:
    number = report()
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.IN_PROGRESS, note="For staff only"))
    comment(environment, CaseRef(HERE, number), STAFF, Change(text="For staff too"), public=False)
    comment(environment, CaseRef(HERE, number), STAFF, Change(text="We wait for paint."))
    progress(
        environment, CaseRef(HERE, number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over.")
    )
    found = read(client, f"/feeds/requests/{number}.atom")
    assert {entry.title for entry in found.entries} == {
        f"Graffiti Removal, report {number}: {what}" for what in ("we have it", "in progress", "news", "done")
    }
    assert {entry.content[0].value for entry in found.entries} == {"", "We wait for paint.", "Painted over."}
    assert len({entry.id for entry in found.entries}) == 4
    assert link(read(client).entries[0], "related") == link(found.feed, "self")


def test_what_was_redacted_is_not_in_the_feed(client: FlaskClient, environment: Environment, report: Any) -> None:
    number = report()
    update = comment(environment, CaseRef(HERE, number), STAFF, Change(text="Mrs Quackenbush did it."))
    redact_update(environment, CaseRef(HERE, number), STAFF, update, reason="a name")
    found = read(client, f"/feeds/requests/{number}.atom")
    assert TOMBSTONE in [entry.content[0].value for entry in found.entries]


def test_what_is_not_public_has_no_feed(client: FlaskClient, environment: Environment, report: Any) -> None:
    number = report()
    set_visibility(environment, CaseRef(HERE, number), STAFF, True)
    for path in (f"/feeds/requests/{number}.atom", "/feeds/requests/1.atom"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert etree.fromstring(answer.data).findtext("error/code") == "404"


@pytest.mark.parametrize("path", ["/", "/r/{number}/follow"])
def test_pages_say_where_their_feed_is(client: FlaskClient, report: Any, path: str) -> None:
    number = report()
    page = client.get(path.format(number=number)).text
    (found,) = [each for each in etree.HTML(page).iter("link") if each.get("type") == "application/atom+xml"]
    assert found.get("rel") == "alternate"
    read(client, urlsplit(str(found.get("href"))).path)


# What is written


WORDS = ["plain", "<&>\"'", "a\rb\r\nc\n", "“ñ” 漢字 🦆", "]]>", "  spaces  ", "&amp;"]


@pytest.mark.parametrize("words", WORDS)
def test_every_text_comes_out_as_it_went_in(words: str) -> None:
    entry = Entry(
        id="tag:x",
        title=words,
        updated=now(),
        words=[words],
        author=words,
        categories=[(words, words)],
        links=[Link("related", words)],
        point=Point(-75.1652, 1e-7),
    )
    root = etree.fromstring(write(Feed("tag:f", words, words, "en", now(), [Link("self", words)], [entry])))
    assert root.findtext(f"{ATOM}title") == words
    (found,) = root.findall(f"{ATOM}entry")
    for path in ("title", "author/name", "content"):
        assert found.findtext("/".join(ATOM + name for name in path.split("/"))) == words
    attributes = (found.find(f"{ATOM}category"), "label"), (found.find(f"{ATOM}link"), "href")
    # An attribute keeps its line ends as character references; "\r\n" is written as two of them.
    assert [element.get(name) for element, name in attributes if element is not None] == [words, words]
    assert found.findtext("{http://www.georss.org/georss}point") == "0.0000001 -75.1652"
    assert found.findtext(f"{ATOM}updated") == write_moment(entry.updated)


@pytest.mark.parametrize("address", ["http://[bad", "http://example.net//[bad", "javascript:alert(1)"])
def test_an_old_row_with_a_photo_at_no_address_breaks_no_feed(client: FlaskClient, put: Any, address: str) -> None:
    put(case("1", media_url=address))
    (entry,) = read(client).entries
    assert (link(entry, "enclosure") is None) == ("example.net" not in address)
